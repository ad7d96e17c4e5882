// layerverify: the work that a plan hands to the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A blob to read, and what to compute from it.
package struct BlobRequest: Hashable, Sendable {
    package var blob: BlobIndex
    package var location: BlobLocation
    /// Only used to order the work: the largest blobs are read first.
    package var expectedByteCount: UInt64
    /// The algorithms for the digests of the bytes as stored; at least one.
    package var digestAlgorithms: [DigestAlgorithm]
    /// The algorithms for the digests of the uncompressed bytes; nil if the blob must not be decoded. If it is empty,
    /// the blob is decoded only to check that the stream is intact.
    package var diffIDAlgorithms: [DigestAlgorithm]?
    /// The largest size in bytes of a file that is read: a larger size alone refutes the claims. A sparse file of 1 TiB
    /// costs an attacker nothing, but takes ten minutes to read.
    package var maximumByteCount = UInt64.max

    /// A file may exceed the claimed size by this many bytes and is still read, which distinguishes a wrong size from a
    /// wrong blob. It takes at most about a second.
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

/// How much a layer may expand when it is decoded.
package struct ExpansionLimit: Hashable, Sendable {
    /// The allowed number of uncompressed bytes per compressed byte.
    package var ratio: UInt64
    /// Layers with at most this many uncompressed bytes are always allowed.
    package var freeByteCount: UInt64

    package init(ratio: UInt64, freeByteCount: UInt64) {
        self.ratio = ratio
        self.freeByteCount = freeByteCount
    }

    /// 200 times the compressed size, and always up to 4 GiB. Layers of programs and text expand 2 to 10 times;
    /// DEFLATE's maximum is 1032 times.
    package static let standard = ExpansionLimit(ratio: 200, freeByteCount: 4 << 30)
    package static let unlimited = ExpansionLimit(ratio: .max, freeByteCount: .max)

    /// The largest number of uncompressed bytes allowed for a blob of `byteCount` bytes.
    package func limit(forCompressed byteCount: UInt64) -> UInt64 {
        let product = byteCount.multipliedReportingOverflow(by: ratio)
        return max(freeByteCount, product.overflow ? .max : product.partialValue)
    }
}
