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
        let prefix = isUstar ? text(345..<500) : []
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    var linkName: [UInt8] { text(157..<257) }

    /// The number of bytes that follow the header; nil if the field is not a natural number below 2^63, or if readers
    /// take it for different numbers.
    var size: UInt64? {
        let field = bytes[124..<136]
        if field.first == 0x80 {
            return Self.isBase256(field) ? field.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } : nil
        }
        // A field of blanks is 0 to some and an error to GNU tar.
        return field.allSatisfy { $0 == 0x20 } ? nil : Self.octal(field)
    }

    /// Whether a block with more of an old GNU sparse file's map follows.
    var hasSparseExtension: Bool { bytes[482] != 0 }

    /// Whether Python and others put something before the name that GNU tar does not.
    ///
    /// Only `ustar`, NUL, `00` says that there is a prefix. Python does not look at that, GNU tar and bsdtar look at part
    /// of it. star has times behind a shorter prefix.
    var hasDisputedPrefix: Bool {
        guard bytes[345] != 0 else { return false }
        return !isUstar || isStar && !bytes[345..<476].contains(0)
    }

    /// Whether bsdtar finds the map of a sparse file in a header of GNU's, which it looks for whatever the type is.
    var hasDisputedMap: Bool {
        bytes[257..<263].elementsEqual("ustar ".utf8) && bytes[369..<495].contains { $0 != 0 }
    }

    /// Whether the numbers that are not needed here are numbers: where one is not, Go refuses the archive, and Python ends
    /// it there.
    var hasSoundNumbers: Bool {
        var fields = [100..<108, 108..<116, 116..<124, 136..<148, 329..<337, 337..<345]
        if isStar { fields += [476..<488, 488..<500] }
        // Old programs put a NUL in front of some.
        return fields.allSatisfy { Self.isBase256(bytes[$0]) || Self.octal(bytes[$0].drop { $0 == 0 }) != nil }
    }

    var isUstar: Bool { bytes[257..<265].elementsEqual("ustar\u{0}00".utf8) }

    private var isStar: Bool { isUstar && bytes[508..<512].elementsEqual("tar\0".utf8) }

    private func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range].prefix { $0 != 0 }) }

    /// An octal number as all readers take it: spaces, digits, and spaces or NULs to the end of the field. 0 without digits.
    ///
    /// Behind a NUL, digits count for GNU tar and Go and not for bsdtar and Python.
    private static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
        let digits = field.drop { $0 == 0x20 }.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard field[digits.endIndex...].allSatisfy({ $0 == 0x20 || $0 == 0 }) else { return nil }
        // Twelve digits at most: 36 bits.
        return digits.reduce(0) { $0 << 3 | UInt64($1 - UInt8(ascii: "0")) }
    }

    /// Whether a field is a number of 64 bits in GNU's base 256: two's complement behind a byte that is 0x80 or 0xff.
    private static func isBase256(_ field: ArraySlice<UInt8>) -> Bool {
        guard let first = field.first, first == 0x80 || first == 0xff else { return false }
        let sign: UInt8 = first == 0x80 ? 0 : 0xff
        let rest = field.dropFirst()
        guard let top = rest.suffix(8).first else { return false }
        return rest.dropLast(8).allSatisfy { $0 == sign } && (rest.count < 8 || (top ^ sign) & 0x80 == 0)
    }
}
