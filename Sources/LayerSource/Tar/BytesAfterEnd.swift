// layerverify: what follows the end of an archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// Bytes after the two blocks of zeros that end an archive, which readers of tar ignore.
///
/// Zeros are padding, and are not looked through beyond the first 64 KiB.
package struct BytesAfterEnd: Sendable {
    /// Where the first of them is that is not zero.
    package let offsetBytes: UInt64
    /// From there to the end of the file.
    package let byteCount: UInt64
    /// Whether they begin as an archive does.
    package let isArchive: Bool

    private static let lookByteCount = 64 << 10

    /// Returns: nil if there are none.
    init?(_ reader: any BlobReader, from end: UInt64) throws(ReadFault) {
        guard end < reader.byteCount else { return nil }
        let bytes = try reader.bytes(at: end, upTo: Self.lookByteCount)
        guard let first = bytes.firstIndex(where: { $0 != 0 }) else { return nil }
        let block = first / TarHeader.byteCount * TarHeader.byteCount
        isArchive = TarHeader(bytes[block...].prefix(TarHeader.byteCount)) != nil
        offsetBytes = end + UInt64(isArchive ? block : first)
        byteCount = reader.byteCount - offsetBytes
    }

    var finding: Finding {
        Finding(
            .archiveTrailingBytes,
            "\(byteCount) bytes follow the end of the archive, from byte \(offsetBytes) on"
                + (isArchive ? ": another tar archive" : "") + "; they were not checked",
            at: Place(""), actual: "\(byteCount)",
            hint: isArchive ? "write each archive to a file of its own" : nil)
    }
}
