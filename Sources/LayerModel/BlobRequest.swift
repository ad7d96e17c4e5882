// layerverify: the work that a plan hands to the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One blob to read, and what to find out about it.
package struct BlobRequest: Hashable, Sendable {
    package var blob: BlobIndex
    package var location: BlobLocation
    /// For the order of work only: the largest go first.
    package var expectedByteCount: UInt64
    /// The algorithms to hash the bytes with as they lie in the image; at least one.
    package var digestAlgorithms: [DigestAlgorithm]
    /// The algorithms to hash the uncompressed bytes with; nil if the blob is not to be decoded.
    /// Empty means: decode to see that the stream is intact, and hash nothing.
    package var diffIDAlgorithms: [DigestAlgorithm]?
    /// A file with more bytes is not read: its size alone refutes what is claimed. A sparse file of a tebibyte costs an
    /// attacker nothing and a reader ten minutes.
    package var maximumByteCount = UInt64.max

    /// So much more than is claimed is read all the same, to tell a wrong size from a wrong blob. A second at most.
    package static let excessByteCount: UInt64 = 256 << 20

    package init(
        blob: BlobIndex, location: BlobLocation, expectedByteCount: UInt64, digestAlgorithms: [DigestAlgorithm],
        diffIDAlgorithms: [DigestAlgorithm]?
    ) {
        self.blob = blob
        self.location = location
        self.expectedByteCount = expectedByteCount
        self.digestAlgorithms = digestAlgorithms
        self.diffIDAlgorithms = diffIDAlgorithms
    }
}

/// How far a layer may expand.
package struct ExpansionLimit: Hashable, Sendable {
    /// Uncompressed bytes for each compressed byte.
    package var ratio: UInt64
    /// Layers that decode to no more than this many bytes are never too large.
    package var freeByteCount: UInt64

    package init(ratio: UInt64, freeByteCount: UInt64) {
        self.ratio = ratio
        self.freeByteCount = freeByteCount
    }

    /// 200 times, beyond 4 GiB. Layers of programs and text expand 2 to 10 times; DEFLATE's utmost is 1 032.
    package static let standard = ExpansionLimit(ratio: 200, freeByteCount: 4 << 30)
    package static let unlimited = ExpansionLimit(ratio: .max, freeByteCount: .max)

    /// The largest number of uncompressed bytes allowed for a blob of `byteCount` bytes.
    package func limit(forCompressed byteCount: UInt64) -> UInt64 {
        let product = byteCount.multipliedReportingOverflow(by: ratio)
        return max(freeByteCount, product.overflow ? .max : product.partialValue)
    }
}
