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
