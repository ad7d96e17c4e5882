// layerverify: header blocks of tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A header block of 512 bytes.
///
/// Spec: POSIX.1-2017 pax §ustar Interchange Format; GNU tar manual §Basic Tar Format.
struct TarHeader {
    static let byteCount = 512

    private let bytes: [UInt8]

    /// Takes a block; nil unless its checksum is right.
    init?(_ block: some Collection<UInt8>) {
        guard block.count == Self.byteCount else { return nil }
        bytes = Array(block)
        guard let claimed = Self.octal(bytes[148..<156]) else { return nil }
        var unsigned: UInt64 = 8 * 0x20
        var signed: Int64 = 8 * 0x20
        for (offset, byte) in bytes.enumerated() where !(148..<156).contains(offset) {
            unsigned += UInt64(byte)
            signed += Int64(Int8(bitPattern: byte))
        }
        // Some old writers summed signed characters.
        guard claimed == unsigned || signed >= 0 && claimed == UInt64(signed) else { return nil }
    }

    var typeFlag: UInt8 { bytes[156] }

    /// The name with its prefix, if the format has one.
    var name: [UInt8] {
        let name = text(0..<100)
        let prefix = prefixRange.map { text($0) } ?? []
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    var linkName: [UInt8] { text(157..<257) }

    /// The number of bytes that follow the header; nil if the field is no natural number below 2^63.
    var size: UInt64? {
        let field = bytes[124..<136]
        guard bytes[124] & 0x80 != 0 else { return Self.octal(field) }
        // GNU's base 256: two's complement, so that 0xff begins a negative number.
        guard bytes[124] == 0x80 else { return nil }
        var value: UInt64 = 0
        for byte in field.dropFirst() {
            guard value >> 55 == 0 else { return nil }
            value = value << 8 | UInt64(byte)
        }
        return value
    }

    /// Whether a block with more of an old GNU sparse file's map follows.
    var hasSparseExtension: Bool { bytes[482] != 0 }

    private var prefixRange: Range<Int>? {
        guard bytes[257..<263].elementsEqual("ustar\0".utf8) else { return nil }
        // star has times behind a shorter prefix, and says so.
        return bytes[508..<512].elementsEqual("tar\0".utf8) ? 345..<476 : 345..<500
    }

    private func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range].prefix { $0 != 0 }) }

    /// An octal number padded with spaces or NULs on either side; 0 for padding alone. What follows a NUL is not read.
    private static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
        let padding: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0 }
        let rest = field.drop(while: padding).prefix { $0 != 0 }
        let digits = rest.prefix { !padding($0) }
        guard rest.dropFirst(digits.count).allSatisfy(padding) else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
            // Twelve digits at most: 36 bits.
            value = value << 3 | UInt64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
