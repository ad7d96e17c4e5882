// layerverify: what a core can do alone.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// One thing that a core does with bytes, by one implementation, with so many streams at once.
package struct Kernel: Hashable, Sendable {
    /// What is done.
    package enum Work: Hashable, Sendable {
        /// Bytes come from the page cache into a block.
        case read
        /// Bytes come out of a stream. Its speed counts those.
        case decode(Compression)
        case hash(DigestAlgorithm)
        /// Bytes come out of streams while others are hashed in the gaps. Its speed counts those that come out.
        case decodeBeside(Compression)
        /// The bytes that are hashed meanwhile.
        case hashBeside(DigestAlgorithm)
    }

    package let work: Work
    /// `pread`, the name of a codec or of a digest method.
    package let implementation: String
    /// How many streams or messages one call advances.
    package let teamSize: Int
    /// Whether the pipeline uses it here; the others are there to compare with.
    package let isFastPath: Bool

    package init(_ work: Work, _ implementation: String, teamSize: Int = 1, isFastPath: Bool = true) {
        self.work = work
        self.implementation = implementation
        self.teamSize = teamSize
        self.isFastPath = isFastPath
    }
}

extension Kernel.Work {
    /// `read`, `decode`, `hash`, `decode-beside`, `hash-beside`.
    package var name: String {
        switch self {
        case .read: "read"
        case .decode: "decode"
        case .hash: "hash"
        case .decodeBeside: "decode-beside"
        case .hashBeside: "hash-beside"
        }
    }

    /// The compression or the algorithm.
    package var kind: String? {
        switch self {
        case .read: nil
        case .decode(let compression), .decodeBeside(let compression): compression.rawValue
        case .hash(let algorithm), .hashBeside(let algorithm): algorithm.rawValue
        }
    }
}
