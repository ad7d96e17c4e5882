// layerverify: header blocks of tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A header block of 512 bytes.
///
/// Spec: POSIX.1-2017 pax §ustar Interchange Format; GNU tar manual §Basic Tar Format.
package struct TarHeader {
    package static let byteCount = 512

    private let bytes: [UInt8]

    /// Reads a block; nil unless its checksum is correct.
    package init?(_ block: some Collection<UInt8>) {
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

    package var typeFlag: UInt8 { bytes[156] }

    /// The name, with the prefix if the format has one.
    package var name: [UInt8] {
        let name = text(0..<100)
        let prefix = isUstar ? text(345..<500) : []
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    var linkName: [UInt8] { text(157..<257) }

    /// The number of bytes that follow the header; nil if the field is not an unsigned number below 2^63, or if readers
    /// interpret it differently.
    package var size: UInt64? {
        let field = bytes[124..<136]
        if field.first == 0x80 {
            return Self.isBase256(field) ? field.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } : nil
        }
        // Some readers read a field of blanks as 0; GNU tar fails.
        return field.allSatisfy { $0 == 0x20 } ? nil : Self.octal(field)
    }

    /// Whether a block follows that continues the map of an old GNU sparse file.
    var hasSparseExtension: Bool { bytes[482] != 0 }

    /// Whether some readers, such as Python, add a prefix to the name that GNU tar does not add.
    ///
    /// Only `ustar`, NUL, `00` indicates a prefix. Python does not check it, GNU tar and bsdtar check a part of it. The
    /// star format has times after a shorter prefix.
    var hasDisputedPrefix: Bool {
        guard bytes[345] != 0 else { return false }
        return !isUstar || isStar && !bytes[345..<476].contains(0)
    }

    /// Whether bsdtar finds the map of a sparse file in a GNU header, where it looks for one whatever the type is.
    var hasDisputedMap: Bool {
        bytes[257..<263].elementsEqual("ustar ".utf8) && bytes[369..<495].contains { $0 != 0 }
    }

    /// Whether the mode says that the entry is something other than a regular file. Few readers look at these bits; Go does.
    var isModeOfAnotherType: Bool {
        let fileType = (Self.octal(bytes[100..<108].drop { $0 == 0 }) ?? 0) & 0o170_000
        return fileType != 0 && fileType != 0o100_000
    }

    /// Whether the numeric fields that are not used here are numbers. If one is not, Go refuses the archive, and Python
    /// stops there.
    var hasSoundNumbers: Bool {
        var fields = [100..<108, 108..<116, 116..<124, 136..<148, 329..<337, 337..<345]
        if isStar { fields += [476..<488, 488..<500] }
        // Old programs put a NUL in front of some numbers.
        return fields.allSatisfy { Self.isBase256(bytes[$0]) || Self.octal(bytes[$0].drop { $0 == 0 }) != nil }
    }

    var isUstar: Bool { bytes[257..<265].elementsEqual("ustar\u{0}00".utf8) }

    private var isStar: Bool { isUstar && bytes[508..<512].elementsEqual("tar\0".utf8) }

    private func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range].prefix { $0 != 0 }) }

    /// An octal number in a form that all readers read alike: spaces, digits, and spaces or NULs to the end of the
    /// field; 0 without digits.
    ///
    /// GNU tar and Go read digits after a NUL, bsdtar and Python do not.
    private static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
        let digits = field.drop { $0 == 0x20 }.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard field[digits.endIndex...].allSatisfy({ $0 == 0x20 || $0 == 0 }) else { return nil }
        // At most twelve digits: 36 bits.
        return digits.reduce(0) { $0 << 3 | UInt64($1 - UInt8(ascii: "0")) }
    }

    /// Whether a field is a 64-bit number in GNU's base 256: two's complement after a byte that is 0x80 or 0xff.
    private static func isBase256(_ field: ArraySlice<UInt8>) -> Bool {
        guard let first = field.first, first == 0x80 || first == 0xff else { return false }
        let sign: UInt8 = first == 0x80 ? 0 : 0xff
        let rest = field.dropFirst()
        guard let top = rest.suffix(8).first else { return false }
        return rest.dropLast(8).allSatisfy { $0 == sign } && (rest.count < 8 || (top ^ sign) & 0x80 == 0)
    }
}
