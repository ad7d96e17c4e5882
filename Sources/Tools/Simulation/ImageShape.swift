// layerverify: the shape of an image, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The sizes of an image's blobs, which are all that the scheduler knows of them.
package struct ImageShape: Sendable {
    package let name: String
    /// Unique blobs: a blob that several images share is listed once.
    package let blobs: [Blob]

    /// One blob.
    ///
    /// Units: bytes. Both counts of an uncompressed blob are equal.
    package struct Blob: Hashable, Sendable {
        package let compressedByteCount: UInt64
        package let uncompressedByteCount: UInt64
        package let compression: Compression

        /// Makes a blob of gzip, zstd or no compression, with at least `minimumByteCount` bytes.
        package init(_ compressedByteCount: UInt64, _ uncompressedByteCount: UInt64, _ compression: Compression) {
            precondition(compressedByteCount >= Self.minimumByteCount, "a blob with room for its own sizes")
            precondition(uncompressedByteCount > 0, "a blob that decodes to something")
            precondition(
                compression != .none || compressedByteCount == uncompressedByteCount, "a plain blob has one size")
            self.compressedByteCount = compressedByteCount
            self.uncompressedByteCount = uncompressedByteCount
            self.compression = compression
        }

        /// The number of bytes that say where a read has begun; see `ModelledPlace`.
        package static let minimumByteCount: UInt64 = 32
    }

    package init(_ name: String, _ blobs: [Blob]) {
        self.name = name
        self.blobs = blobs
    }

    package var compressedByteCount: UInt64 { blobs.reduce(0) { $0 + $1.compressedByteCount } }
    package var uncompressedByteCount: UInt64 { blobs.reduce(0) { $0 + $1.uncompressedByteCount } }
}
