// layerverify: how fast the kernels would let a run be.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The shortest time that the speeds of the kernels leave for an image, were there nothing else to do.
///
/// The model, of which both halves are bounds from below, and the larger one counts:
///
/// - **All cores.** Every byte must be read, decoded and hashed: the sum over all kinds of work of bytes by the speed of the
///   fastest kernel that the pipeline has for it, at its best number of streams, divided by the number of jobs. Where hashing
///   beside decoding takes less, as much is decoded so as makes gaps for what is to be hashed.
/// - **One blob.** Reading and decoding one stream cannot be shared out, and neither can one running digest. The blob whose
///   slowest chain takes longest, at the speed of one stream, bounds the run however many cores there are.
///
/// What is not in it: finding images and parsing documents; judging; the time at the end when cores have nothing left to
/// do; that cores share caches, memory and, as hyperthreads, their units, and clock slower together than one alone. A
/// machine whose CPUs are hyperthreads thus stays below 100 % for reasons that are no fault of the scheduler. A blob too
/// small for a team is counted as if it had one. Speeds are those of memory: of data that is not in the page cache nothing
/// is said.
package struct Roofline: Hashable, Sendable {
    /// What one kind of work costs.
    package struct Term: Hashable, Sendable {
        package var kernel: Kernel
        package var byteCount: UInt64
        /// On one core.
        package var seconds: Double
    }

    /// The chain that bounds the run however many cores there are.
    package struct Chain: Hashable, Sendable {
        package var path: String
        /// What takes so long: decoding with reading, or hashing; reading alone for a plain blob.
        package var work: Kernel.Work
        package var seconds: Double
    }

    package let jobCount: Int
    package let terms: [Term]
    /// Nil for an image without blobs.
    package let longestChain: Chain?

    /// Computes the roofline for so many cores; nil if a speed that is needed is not known.
    package init?(_ workload: Workload, _ speeds: KernelSpeeds, jobCount: Int) {
        self.jobCount = jobCount
        var terms: [Term] = []
        for (work, byteCount) in workload.byteCounts {
            guard let (kernel, speed) = speeds.fastest(work) else { return nil }
            terms.append(Term(kernel: kernel, byteCount: byteCount, seconds: Double(byteCount) / speed))
        }
        for compression in Compression.allCases {
            terms = Self.hashingBeside(terms, decoding: compression, hashing: .sha256, speeds)
        }
        self.terms = terms
        var longest: Chain?
        for blob in workload.blobs {
            for chain in [blob.decoding] + blob.hashing.map({ [$0] }) {
                var seconds = 0.0
                for (work, byteCount) in chain {
                    guard let speed = speeds.alone(work) else { return nil }
                    seconds += Double(byteCount) / speed
                }
                guard let last = chain.last, seconds > longest?.seconds ?? 0 else { continue }
                longest = Chain(path: blob.path, work: last.work, seconds: seconds)
            }
        }
        longestChain = longest
    }

    /// The same work with hashing beside decoding, if that takes less.
    private static func hashingBeside(
        _ terms: [Term], decoding compression: Compression, hashing algorithm: DigestAlgorithm, _ speeds: KernelSpeeds
    ) -> [Term] {
        guard let decode = terms.firstIndex(where: { $0.kernel.work == .decode(compression) }),
            let hash = terms.firstIndex(where: { $0.kernel.work == .hash(algorithm) }),
            let (decodeBeside, decodeSpeed) = speeds.fastest(.decodeBeside(compression)),
            let (hashBeside, hashSpeed) = speeds.fastest(.hashBeside(algorithm))
        else { return terms }
        let (decodedByteCount, hashedByteCount) = (Double(terms[decode].byteCount), Double(terms[hash].byteCount))
        // As long as there is something of both.
        let seconds = min(decodedByteCount / decodeSpeed, hashedByteCount / hashSpeed)
        var result = terms
        for (place, speed) in [(decode, decodeSpeed), (hash, hashSpeed)] where terms[place].byteCount > 0 {
            let left = max(0, 1 - seconds * speed / Double(terms[place].byteCount))
            result[place].byteCount = UInt64(Double(terms[place].byteCount) * left)
            result[place].seconds *= left
        }
        result += [
            Term(kernel: decodeBeside, byteCount: UInt64(seconds * decodeSpeed), seconds: seconds),
            Term(kernel: hashBeside, byteCount: UInt64(seconds * hashSpeed), seconds: 0),
        ]
        let isLess = result.reduce(0) { $0 + $1.seconds } < terms.reduce(0) { $0 + $1.seconds }
        return isLess ? result : terms
    }

    /// All work on one core.
    package var coreSeconds: Double { terms.reduce(0) { $0 + $1.seconds } }

    /// All work, shared out evenly.
    package var sharedSeconds: Double { coreSeconds / Double(jobCount) }

    /// The bound.
    package var seconds: Double { max(sharedSeconds, longestChain?.seconds ?? 0) }

    /// What bounds the run.
    package enum Limit: String, Hashable, Sendable {
        case cores
        case largestBlob = "largest-blob"
    }

    package var limit: Limit { sharedSeconds >= longestChain?.seconds ?? 0 ? .cores : .largestBlob }
}
