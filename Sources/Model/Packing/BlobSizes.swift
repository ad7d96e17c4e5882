// layerverify: the sizes of a blob, packed.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What the report of a layer says about the bytes of its blob.
///
/// Memory: about 10 bytes.
package struct BlobSizes: Packable {
    /// The compression that the bytes show; nil if they were not read.
    package let compression: Compression?
    /// The number of bytes; nil if not all were read.
    package let byteCount: UInt64?
    /// The number of uncompressed bytes; nil unless decoding reached the end.
    package let uncompressedByteCount: UInt64?

    package init(_ facts: BlobFacts?) {
        compression = facts?.compression
        byteCount = facts?.reading == .complete ? facts?.byteCount : nil
        if case .complete? = facts?.uncompressed?.ending {
            uncompressedByteCount = facts?.uncompressed?.byteCount
        } else {
            uncompressedByteCount = nil
        }
    }

    package func pack(into writer: inout PackedWriter) {
        writer.count(compression?.packedNumber)
        writer.number(byteCount)
        writer.number(uncompressedByteCount)
    }

    package init(unpacking reader: inout PackedReader) {
        compression = reader.optionalCount().map { Compression(packedNumber: $0) }
        byteCount = reader.optionalNumber()
        uncompressedByteCount = reader.optionalNumber()
    }
}
