// layerverify: the settings of a pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerCodec
package import LayerDigest
package import LayerModel
package import LayerSystem

/// The settings of a pipeline.
package struct PipelineOptions: Sendable {
    /// The maximum number of workers at a time; at least 1.
    package var jobCount: Int
    /// The number of cores for the workers, at most `jobCount`: one stream is not read in more places than they can decode at
    /// the same time.
    package var coreCount: Int
    package var expansionLimit: ExpansionLimit
    package var codecOptions: CodecOptions
    /// Finds the codec of the fast path; tests replace it with a wrong one.
    package var fastCodec: CodecLookup
    /// Finds the digest method of the fast path; the scheduler's model replaces it with one that hashes nothing.
    package var fastDigest: DigestLookup = { digestMethod(for: $0) }
    /// Makes the consumers of a blob, other than its digests. This is where they are attached, for all blobs of a run.
    package var consumers: ConsumerFactory = { _ in [] }
    /// How the next action of a worker is chosen; the scheduler's model leaves a rule out to measure it.
    package var rules = SchedulingPolicy.rules
    /// Whether a blob of several gzip members may be read in several places at once.
    package var readsInChunks: Bool
    /// How gzip members are read in several places at once; nil if they are not.
    package var blockCutting: BlockCutting?
    /// Whether workers run with the lowest CPU and I/O priority.
    package var isNice: Bool
    /// Receives every action; nil for no tracing, which costs nothing.
    package var tracer: Tracer?

    /// The name with which `LAYERVERIFY_DISABLE` turns off reading in parts.
    package static let partsName = "members"

    /// The name with which `LAYERVERIFY_DISABLE` turns off reading a gzip member in several places.
    package static let chunksName = "chunks"

    /// The limit in bytes for all zstd windows together: a minimum for any number of jobs, and an amount per job. Four
    /// streams per job are decoded at the same time, and the windows of common levels have up to 8 MiB.
    package static let leastWindowBudget: UInt64 = 512 << 20
    package static let windowBudgetPerJob: UInt64 = 32 << 20

    /// The size in bytes of the blocks in which the pipeline reads, decodes and hashes.
    package static let blockByteCount = BlockPool.blockByteCount

    package init(
        jobCount: Int, coreCount: Int? = nil, expansionLimit: ExpansionLimit = .standard,
        codecOptions: CodecOptions = CodecOptions(),
        fastCodec: @escaping CodecLookup = { Codecs.fast(for: $0) },
        readsInChunks: Bool = !DisabledPaths.contains(Self.partsName), isNice: Bool = false,
        tracer: Tracer? = nil
    ) {
        precondition(jobCount >= 1, "a pipeline has at least one job")
        self.jobCount = jobCount
        self.coreCount = min(coreCount ?? jobCount, jobCount)
        self.expansionLimit = expansionLimit
        self.codecOptions = codecOptions
        self.codecOptions.windowBudget = WindowBudget(
            byteCount: max(
                codecOptions.maximumWindowByteCount, Self.leastWindowBudget,
                UInt64(jobCount) * Self.windowBudgetPerJob))
        self.fastCodec = fastCodec
        self.readsInChunks = readsInChunks
        blockCutting = DisabledPaths.contains(Self.chunksName) ? nil : BlockCutting(jobCount: self.coreCount)
        self.isNice = isNice
        self.tracer = tracer
    }
}

extension PipelineOptions {
    /// Makes the threads of a run. With `isNice` its own threads have the lowest priority. The calling thread then works
    /// only if there is no other one, and its priority does not change: the run has not started it.
    package func makeCrew() -> WorkCrew {
        guard isNice else { return WorkCrew(size: jobCount) }
        return WorkCrew(size: jobCount, callerHelps: false) { BackgroundPriority.adopt() }
    }
}

/// Finds the codec for a compression; nil if no codec decodes it.
package typealias CodecLookup = @Sendable (Compression) -> Codec?

/// Finds the method for a digest algorithm.
package typealias DigestLookup = @Sendable (DigestAlgorithm) -> DigestMethod

/// The progress of a pipeline.
///
/// Units: bytes as stored in the image. The total changes when a file has another size than claimed.
package struct PipelineProgress: Equatable, Sendable {
    package var doneByteCount: UInt64 = 0
    package var totalByteCount: UInt64 = 0
    package var doneBlobCount = 0
    package var totalBlobCount = 0
    package var uncompressedByteCount: UInt64 = 0

    package init() {}
}
