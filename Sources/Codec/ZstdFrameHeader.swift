// layerverify: the header of a zstd frame.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The fields of a zstd frame header.
///
/// Spec: RFC 8878 §3.1.1.1.
struct ZstdFrameHeader: Equatable {
    /// The memory in bytes that decoding needs for its window.
    var windowByteCount: UInt64
    /// The length of the content in bytes; nil if the header does not give it.
    var contentByteCount: UInt64?
    /// Zero if the header names no dictionary.
    var dictionaryID: UInt32
    var hasReservedBit: Bool
    /// True if the frame ends with a checksum of its content.
    var hasChecksum: Bool

    /// The largest length of a header without the magic, in bytes.
    static let maximumByteCount = 14

    /// The length of a header in bytes, with the descriptor and without the magic.
    static func byteCount(descriptor: UInt8) -> Int {
        1 + (isSingleSegment(descriptor) ? 0 : 1) + dictionaryIDByteCount(descriptor)
            + contentSizeByteCount(descriptor)
    }

    /// Parses a header.
    ///
    /// Shape: `bytes` is the whole header, beginning with the descriptor, without the magic.
    init(_ bytes: UnsafeRawBufferPointer) {
        let descriptor = unsafe bytes[0]
        precondition(bytes.count == Self.byteCount(descriptor: descriptor), "a header is read as a whole")
        var position = 1
        func number(_ byteCount: Int) -> UInt64 {
            defer { position += byteCount }
            return (0..<byteCount).reduce(0) { unsafe $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
        }
        // §3.1.1.1.2: five bits of exponent and three of mantissa.
        let window = Self.isSingleSegment(descriptor) ? nil : number(1)
        dictionaryID = UInt32(truncatingIfNeeded: number(Self.dictionaryIDByteCount(descriptor)))
        let contentSizeByteCount = Self.contentSizeByteCount(descriptor)
        // §3.1.1.1.4: a field of two bytes has an offset of 256.
        let contentSize = number(contentSizeByteCount) &+ (contentSizeByteCount == 2 ? 256 : 0)
        contentByteCount = contentSizeByteCount == 0 ? nil : contentSize
        if let window {
            let base: UInt64 = 1 << (10 + window >> 3)
            windowByteCount = base + base / 8 * (window & 7)
        } else {
            windowByteCount = contentSize
        }
        hasReservedBit = descriptor & 0b0000_1000 != 0
        hasChecksum = descriptor & 0b0000_0100 != 0
    }

    private static func isSingleSegment(_ descriptor: UInt8) -> Bool { descriptor & 0b0010_0000 != 0 }

    private static func dictionaryIDByteCount(_ descriptor: UInt8) -> Int {
        switch descriptor & 0b11 {
        case 0: 0
        case 1: 1
        case 2: 2
        default: 4
        }
    }

    private static func contentSizeByteCount(_ descriptor: UInt8) -> Int {
        switch descriptor >> 6 {
        case 0: isSingleSegment(descriptor) ? 1 : 0
        case 1: 2
        case 2: 4
        default: 8
        }
    }
}
