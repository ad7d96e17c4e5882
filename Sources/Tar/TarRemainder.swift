// layerverify: what follows the end of an archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Bytes after the two blocks of zeros that end an archive. Readers of tar ignore them.
///
/// Zeros are padding; up to 256 MiB of them are skipped.
package struct TarRemainder: Hashable, Sendable {
    /// The offset of the first byte that is not zero.
    package let offsetBytes: UInt64
    /// The number of bytes from there to the end of the file.
    package let byteCount: UInt64
    /// Whether they begin with a tar header.
    package let isArchive: Bool

    private static let lookByteCount = 64 << 10
    private static let maximumPaddingByteCount: UInt64 = 256 << 20

    /// Returns: nil if all of them are zero.
    init?(_ input: any TarInput, from end: UInt64) throws(TarFault) {
        var offset = end
        while offset < end + Self.maximumPaddingByteCount {
            let bytes = try input.bytes(at: offset, upTo: Self.lookByteCount)
            guard !bytes.isEmpty else { return nil }
            guard let first = bytes.firstIndex(where: { $0 != 0 }).map({ $0 - bytes.startIndex }) else {
                offset += UInt64(bytes.count)
                continue
            }
            // Headers are at multiples of 512 bytes from the beginning of the archive, and so is `end`.
            let block = first / TarHeader.byteCount * TarHeader.byteCount
            isArchive = TarHeader(bytes.dropFirst(block).prefix(TarHeader.byteCount)) != nil
            offsetBytes = offset + UInt64(isArchive ? block : first)
            byteCount = try input.move(to: .max, content: nil) - offsetBytes
            return
        }
        return nil
    }
}
