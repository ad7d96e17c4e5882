// layerverify: blobs in memory, and runs over them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import LayerCodec
import LayerDigest
import LayerModel
import LayerPipeline
import LayerSystem
import SystemPackage
import Testing

/// A blob in memory.
final class MemoryBlob: BlobReader {
    private let bytes: [UInt8]
    let identity: FileIdentity

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        identity = FileIdentity(
            device: 1, inode: 1, byteCount: UInt64(bytes.count), modificationNanoseconds: 0, changeNanoseconds: 0)
    }

    var byteCount: UInt64 { UInt64(bytes.count) }
    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let part = bytes[Int(offsetBytes)...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }
}

/// Blobs in memory, by their index in a list; any other index is missing.
struct MemoryStore: BlobOpener {
    var blobs: [[UInt8]]

    func open(_ location: BlobLocation) -> OpenedBlob {
        guard case .range(_, let place, _) = location, place < blobs.count else { return .missing }
        return .opened(MemoryBlob(blobs[Int(place)]))
    }

    /// A request for every blob, with its size as the expected size.
    func requests(
        _ algorithms: [DigestAlgorithm] = [.sha256], diffIDs: [DigestAlgorithm]? = [.sha256]
    ) -> [BlobRequest] {
        blobs.indices.map {
            request($0, algorithms, diffIDs: diffIDs, expectedByteCount: UInt64(blobs[$0].count))
        }
    }
}

func request(
    _ place: Int, _ algorithms: [DigestAlgorithm] = [.sha256], diffIDs: [DigestAlgorithm]? = [.sha256],
    expectedByteCount: UInt64 = 1 << 20
) -> BlobRequest {
    BlobRequest(
        blob: place, location: .range(root: 0, offset: UInt64(place), byteCount: 0),
        expectedByteCount: expectedByteCount, digestAlgorithms: algorithms, diffIDAlgorithms: diffIDs)
}

/// The result of a run of the pipeline.
struct PipelineRun {
    var facts: [BlobFacts] = []
    /// How often the facts of each blob were delivered.
    var deliveredCounts: [Int] = []
    var isInTime = false
    var progress = PipelineProgress()
    var heldBlockCount = 0
    /// The number of further chunks that were read, and of blobs in which one did not begin at a member.
    var chunkCounts = (further: 0, misleading: 0)
    /// Those of them that begin inside a member.
    var cutCounts = CutCounts()
}

/// Runs the pipeline to its end.
func run(
    _ requests: [BlobRequest], _ opener: any BlobOpener, jobs: Int = 2, limit: ExpansionLimit = .standard,
    window: UInt64 = 128 << 20, inParts: Bool = true, codec: @escaping CodecLookup = { Codecs.fast(for: $0) },
    digest: @escaping DigestLookup = { digestMethod(for: $0) }, seconds: Int = 60,
    isCancelled: @escaping @Sendable () -> Bool = { false }
) -> PipelineRun {
    var options = PipelineOptions(
        jobCount: jobs, expansionLimit: limit, codecOptions: .init(maximumWindowByteCount: window),
        fastCodec: codec, readsInChunks: inParts)
    if !inParts { options.blockCutting = nil }
    options.fastDigest = digest
    return run(requests, opener, options, seconds: seconds, isCancelled: isCancelled)
}

func run(
    _ requests: [BlobRequest], _ opener: any BlobOpener, _ options: PipelineOptions, seconds: Int = 60,
    isCancelled: @escaping @Sendable () -> Bool = { false }
) -> PipelineRun {
    let result = RunResult()
    let ended = DispatchSemaphore(value: 0)
    let crew = WorkCrew(size: options.jobCount)
    let indexes = Dictionary(uniqueKeysWithValues: requests.enumerated().map { ($1.blob, $0) })
    let pipeline = Pipeline(opener: opener, options: options, crew: crew, isCancelled: isCancelled) { request, facts in
        result.run.withLock { run in
            guard let index = indexes[request.blob] else { return }
            run.facts[index] = facts
            run.deliveredCounts[index] += 1
        }
    }
    result.run.withLock {
        $0.facts = requests.map { _ in BlobFacts(reading: .missing) }
        $0.deliveredCounts = requests.map { _ in 0 }
    }
    pipeline.submit(requests)
    pipeline.finishSubmitting()
    DispatchQueue.global().async {
        crew.runAll()
        ended.signal()
    }
    let isInTime = ended.wait(timeout: .now() + .seconds(seconds)) == .success
    return result.run.withLock {
        $0.isInTime = isInTime
        $0.progress = pipeline.progress
        $0.heldBlockCount = pipeline.heldBlockCount
        $0.chunkCounts = pipeline.chunkCounts
        $0.cutCounts = pipeline.cutCounts
        return $0
    }
}

private final class RunResult: Sendable {
    let run = Locked(PipelineRun())
}

/// The facts from the sequential reader, one blob after another.
func sequential(
    _ requests: [BlobRequest], _ opener: any BlobOpener, _ path: DecodingPath = .reference,
    limit: ExpansionLimit = .standard, window: UInt64 = 128 << 20
) -> [BlobFacts] {
    let options = PipelineOptions(
        jobCount: 1, expansionLimit: limit, codecOptions: .init(maximumWindowByteCount: window))
    let reader = SequentialReader(path, options: options)
    return requests.map { reader.facts(of: $0, from: opener) }
}

/// Checks that a run was not cancelled, ended once, lost no block, and that its progress reached the totals.
func expectSound(_ run: PipelineRun, blobCount: Int, at location: SourceLocation = #_sourceLocation) {
    #expect(run.isInTime, sourceLocation: location)
    #expect(run.deliveredCounts.allSatisfy { $0 == 1 }, sourceLocation: location)
    #expect(run.facts.count == blobCount, sourceLocation: location)
    #expect(run.heldBlockCount == 0, sourceLocation: location)
    #expect(run.progress.doneBlobCount == blobCount, sourceLocation: location)
    #expect(run.progress.totalBlobCount == blobCount, sourceLocation: location)
    #expect(run.progress.doneByteCount == run.progress.totalByteCount, sourceLocation: location)
    #expect(
        run.progress.doneByteCount == run.facts.reduce(0) { $0 + $1.byteCount }, sourceLocation: location)
}

/// The facts of one blob from both paths: the scheduler, with an expected size that makes the blob large, and the
/// sequential reader.
func bothPaths(
    _ bytes: [UInt8], limit: ExpansionLimit = .standard, window: UInt64 = 128 << 20,
    at location: SourceLocation = #_sourceLocation
) -> [BlobFacts] {
    let store = MemoryStore(blobs: [bytes])
    let fast = run([request(0)], store, limit: limit, window: window)
    expectSound(fast, blobCount: 1, at: location)
    return fast.facts + sequential([request(0)], store, limit: limit, window: window)
        + sequential([request(0)], store, .fast, limit: limit, window: window)
}
