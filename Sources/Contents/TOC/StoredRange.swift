// layerverify: where a table of contents is.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A part of a layer, in bytes as stored.
struct StoredRange: Hashable {
    var offset: UInt64
    var byteCount: UInt64
    /// The number of bytes that the part decodes to.
    var uncompressedByteCount: UInt64

    init(offset: UInt64, byteCount: UInt64, uncompressedByteCount: UInt64) {
        self.offset = offset
        self.byteCount = byteCount
        self.uncompressedByteCount = uncompressedByteCount
    }

    /// Parses an annotation; nil if it does not have exactly `count` numbers.
    ///
    /// Shape: decimal numbers with colons between them, the first three the members of a range: `10002909:8991:31986:1`.
    init?(annotation: String, count: Int) {
        let texts = annotation.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = texts.compactMap { text in text.utf8.allSatisfy { $0 != UInt8(ascii: "+") } ? UInt64(text) : nil }
        // The fourth number is the type of the TOC; there is only one.
        guard count >= 3, texts.count == count, numbers.count == count, count < 4 || numbers[3] == 1 else { return nil }
        self.init(offset: numbers[0], byteCount: numbers[1], uncompressedByteCount: numbers[2])
    }

    /// Parses the last frame of a zstd layer; nil if it does not describe a TOC.
    ///
    /// Shape: `tail` is the last 72 bytes, or all if there are fewer. The frame is skippable, of 40 or 64 bytes of numbers in 64
    /// bits, low byte first: offset, length, uncompressed length, type, the place of the tar-split data, and a magic.
    ///
    /// Sources: containers/storage pkg/chunked, stargz-snapshotter estargz/zstdchunked.
    init?(zstdFooter tail: [UInt8]) {
        for byteCount in [64, 40] {
            let frame = Array(tail.suffix(8 + byteCount))
            guard frame.count == 8 + byteCount,
                frame.starts(with: [0x50, 0x2a, 0x4d, 0x18, UInt8(byteCount), 0, 0, 0]),
                Self.magics.contains(Array(frame.suffix(8)))
            else { continue }
            let numbers = (1...4).map { Self.number(frame[(8 * $0)..<(8 * $0 + 8)]) }
            guard numbers[3] == 1 else { return nil }
            self.init(offset: numbers[0], byteCount: numbers[1], uncompressedByteCount: numbers[2])
            return
        }
        return nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { sum, byte in sum << 8 | UInt64(byte) }
    }

    /// The size of the largest footer in bytes, with the header of its frame.
    static let maximumFooterByteCount = 72

    /// `GNUlInUx` of containers/storage and `GnUlInUx` of stargz-snapshotter.
    private static let magics: [[UInt8]] = [Array("GNUlInUx".utf8), Array("GnUlInUx".utf8)]

    /// Whether the part ends within a layer.
    ///
    /// Units: `layerByteCount` is the size of the layer as stored.
    func isWithin(_ layerByteCount: UInt64) -> Bool {
        let (end, overflows) = offset.addingReportingOverflow(byteCount)
        return !overflows && end <= layerByteCount
    }
}
