// layerverify: what follows the end of an archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// Bytes after the two blocks of zeros that end an archive. Readers of tar ignore them.
///
/// Zeros are padding; up to 256 MiB of them are skipped.
package struct BytesAfterEnd: Sendable {
    /// The offset of the first byte that is not zero.
    package let offsetBytes: UInt64
    /// The number of bytes from there to the end of the file.
    package let byteCount: UInt64
    /// Whether they begin with a tar header.
    package let isArchive: Bool

    private static let lookByteCount = 64 << 10
    private static let maximumPaddingByteCount: UInt64 = 256 << 20

    /// Returns: nil if all of them are zero.
    init?(_ reader: any BlobReader, from end: UInt64) throws(ReadFault) {
        let limit = min(reader.byteCount, end + Self.maximumPaddingByteCount)
        var offset = end
        while offset < limit {
            let bytes = try reader.bytes(at: offset, upTo: Self.lookByteCount)
            guard let first = bytes.firstIndex(where: { $0 != 0 }) else {
                offset += UInt64(max(1, bytes.count))
                continue
            }
            // Headers are at multiples of 512 bytes from the beginning of the archive, and so is `end`.
            let block = first / TarHeader.byteCount * TarHeader.byteCount
            isArchive = TarHeader(bytes[block...].prefix(TarHeader.byteCount)) != nil
            offsetBytes = offset + UInt64(isArchive ? block : first)
            byteCount = reader.byteCount - offsetBytes
            return
        }
        return nil
    }

    var finding: Finding {
        Finding(
            .archiveTrailingBytes,
            "\(byteCount) byte\(byteCount == 1 ? " follows" : "s follow") the end of the archive, from byte \(offsetBytes) on"
                + (isArchive ? ": another tar archive" : "") + "; they were not checked",
            at: Place(""), actual: "\(byteCount)",
            hint: isArchive ? "write each archive to a file of its own" : nil)
    }
}
