// layerverify: the limit that the speeds of the kernels set for a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
internal import LayerPipeline

/// The shortest time in which an image could be verified with the given speeds of the kernels.
///
/// It is the larger of two lower bounds:
///
/// - **All cores.** Every byte must be read, decoded and hashed: the sum of the bytes of each kind of work, divided by
///   the speed of the pipeline's fastest kernel for it with its best number of streams, divided by the number of jobs.
///   If hashing in the gaps of decoding takes less time, as much data is decoded in that way as makes gaps for all that
///   must be hashed.
/// - **One blob.** A running digest cannot be distributed. Reading and decoding one stream cannot either, unless it is a
///   gzip blob that is long enough to be cut at its blocks: then as many chunks are decoded at once as there are streams
///   for the cores, at most `BlockCutting.maximumChunkCount`. The blob whose slowest chain takes longest, at the speed of
///   one stream, limits the run for any number of cores.
///
/// What cutting costs, which is decoding in two planes, searching and resolving, is not in these bounds: in the best case
/// the planes become one at once.
///
/// Not modelled: finding images and parsing documents; verdicts; the time at the end when cores have nothing left to
/// do; caches, memory, clock frequency and, with hyperthreads, execution units that cores share. So a machine whose
/// CPUs are hyperthreads stays below 100 % for reasons other than the scheduler. A blob that is too small for a team is
/// counted as if it had one. The speeds are those of data in the page cache; the model says nothing about other data.
package struct Roofline: Hashable, Sendable {
    /// The cost of one kind of work.
    package struct Term: Hashable, Sendable {
        package var kernel: Kernel
        package var byteCount: UInt64
        /// The time on one core.
        package var seconds: Double
    }

    /// The sequential work that limits the run for any number of cores.
    package struct Chain: Hashable, Sendable {
        package var path: String
        /// The last kind of work in the chain: decoding (with reading), hashing, or only reading for an uncompressed
        /// blob.
        package var work: Kernel.Work
        package var seconds: Double
    }

    package let jobCount: Int
    package let terms: [Term]
    /// Nil for an image without blobs.
    package let longestChain: Chain?

    /// Computes the roofline for `jobCount` cores; nil if a required speed is unknown.
    package init?(_ workload: Workload, _ speeds: KernelSpeeds, jobCount: Int) {
        self.jobCount = jobCount
        var terms: [Term] = []
        for (work, byteCount) in workload.byteCounts {
            guard let (kernel, speed) = speeds.fastest(work) else { return nil }
            terms.append(Term(kernel: kernel, byteCount: byteCount, seconds: Double(byteCount) / speed))
        }
        for compression in Compression.allCases {
            terms = Self.hashingInterleaved(terms, decoding: compression, hashing: .sha256, speeds)
        }
        self.terms = terms
        let cutting = BlockCutting(jobCount: jobCount)
        var longest: Chain?
        for blob in workload.blobs {
            let isCut = speeds.cuts(blob.compression) && cutting.mayCut(blob.compression, blob.byteCount)
            for chain in [blob.decoding] + blob.hashing.map({ [$0] }) {
                var seconds = 0.0
                for (work, byteCount) in chain {
                    guard let speed = speeds.alone(work) else { return nil }
                    seconds += Double(byteCount) / speed
                }
                // Decoding is the only chain with several steps.
                if isCut, chain.count > 1 { seconds /= Double(BlockCutting.maximumChunkCount) }
                guard let last = chain.last, seconds > longest?.seconds ?? 0 else { continue }
                longest = Chain(path: blob.path, work: last.work, seconds: seconds)
            }
        }
        longestChain = longest
    }

    /// The same work with hashing in the gaps of decoding, if that takes less time.
    private static func hashingInterleaved(
        _ terms: [Term], decoding compression: Compression, hashing algorithm: DigestAlgorithm, _ speeds: KernelSpeeds
    ) -> [Term] {
        guard let decode = terms.firstIndex(where: { $0.kernel.work == .decode(compression) }),
            let hash = terms.firstIndex(where: { $0.kernel.work == .hash(algorithm) }),
            let (decodeInterleaved, decodeSpeed) = speeds.fastest(.decodeInterleaved(compression)),
            let (hashInterleaved, hashSpeed) = speeds.fastest(.hashInterleaved(algorithm))
        else { return terms }
        let (decodedByteCount, hashedByteCount) = (Double(terms[decode].byteCount), Double(terms[hash].byteCount))
        // As long as there is work for both.
        let seconds = min(decodedByteCount / decodeSpeed, hashedByteCount / hashSpeed)
        var result = terms
        for (place, speed) in [(decode, decodeSpeed), (hash, hashSpeed)] where terms[place].byteCount > 0 {
            let left = max(0, 1 - seconds * speed / Double(terms[place].byteCount))
            result[place].byteCount = UInt64(Double(terms[place].byteCount) * left)
            result[place].seconds *= left
        }
        result += [
            Term(kernel: decodeInterleaved, byteCount: UInt64(seconds * decodeSpeed), seconds: seconds),
            Term(kernel: hashInterleaved, byteCount: UInt64(seconds * hashSpeed), seconds: 0),
        ]
        let isLess = result.reduce(0) { $0 + $1.seconds } < terms.reduce(0) { $0 + $1.seconds }
        return isLess ? result : terms
    }

    /// The time of all work on one core.
    package var coreSeconds: Double { terms.reduce(0) { $0 + $1.seconds } }

    /// The time of all work, distributed evenly.
    package var sharedSeconds: Double { coreSeconds / Double(jobCount) }

    /// The lower bound of the time.
    package var seconds: Double { max(sharedSeconds, longestChain?.seconds ?? 0) }

    /// What limits the run.
    package enum Limit: String, Hashable, Sendable {
        case cores
        case largestBlob = "largest-blob"
    }

    package var limit: Limit { sharedSeconds >= longestChain?.seconds ?? 0 ? .cores : .largestBlob }
}
