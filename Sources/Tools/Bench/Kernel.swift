// layerverify: an operation on one core.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// An operation on bytes by one implementation, with a number of streams at once.
package struct Kernel: Hashable, Sendable {
    /// The kind of operation.
    package enum Work: Hashable, Sendable {
        /// Reading from the page cache into a block.
        case read
        /// Decoding. The speed counts uncompressed bytes.
        case decode(Compression)
        case hash(DigestAlgorithm)
        /// Decoding while hashing in the gaps. The speed counts uncompressed bytes.
        case decodeInterleaved(Compression)
        /// Hashing in the gaps of decoding. The speed counts hashed bytes.
        case hashInterleaved(DigestAlgorithm)
        /// Decoding from a block inside a member, in two planes. The speed counts content, once.
        case decodeInPlanes(Compression)
        /// Searching for a block inside a member. The speed counts compressed bytes that are looked through.
        case findBlocks(Compression)
        /// Making content known that was decoded in two planes, with its checksum.
        case resolve(Compression)
    }

    package let work: Work
    /// `pread`, or the name of a codec or of a digest method.
    package let implementation: String
    /// The number of streams or messages that one call advances.
    package let teamSize: Int
    /// Whether the pipeline uses it on this machine; other kernels are measured for comparison.
    package let isFastPath: Bool

    package init(_ work: Work, _ implementation: String, teamSize: Int = 1, isFastPath: Bool = true) {
        self.work = work
        self.implementation = implementation
        self.teamSize = teamSize
        self.isFastPath = isFastPath
    }
}

extension Kernel.Work {
    /// The name in reports: `read`, `decode`, `hash`, `decode-interleaved`, `hash-interleaved`, `decode-in-planes`,
    /// `find-blocks`, `resolve`.
    package var name: String {
        switch self {
        case .read: "read"
        case .decode: "decode"
        case .hash: "hash"
        case .decodeInterleaved: "decode-interleaved"
        case .hashInterleaved: "hash-interleaved"
        case .decodeInPlanes: "decode-in-planes"
        case .findBlocks: "find-blocks"
        case .resolve: "resolve"
        }
    }

    /// True for what decoding one stream in several places takes in addition; the roofline is computed without it.
    package var isOfChunks: Bool {
        switch self {
        case .decodeInPlanes, .findBlocks, .resolve: true
        case .read, .decode, .hash, .decodeInterleaved, .hashInterleaved: false
        }
    }

    /// The compression or the digest algorithm.
    package var kind: String? {
        switch self {
        case .read: nil
        case .decode(let compression), .decodeInterleaved(let compression), .decodeInPlanes(let compression),
            .findBlocks(let compression), .resolve(let compression):
            compression.rawValue
        case .hash(let algorithm), .hashInterleaved(let algorithm): algorithm.rawValue
        }
    }
}
