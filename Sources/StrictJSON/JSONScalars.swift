// layerverify: the text of JSON strings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The Unicode scalars of a string on the tape, unescaped.
struct JSONScalars {
    private let bytes: [UInt8]
    private var offset: Int
    private let end: Int

    /// `node` must be a string that the parser accepted.
    init(_ node: JSONNode, in bytes: [UInt8]) {
        self.bytes = bytes
        offset = Int(node.start) + 1
        end = Int(node.link) - 1
    }

    mutating func next() -> Unicode.Scalar? {
        guard offset < end else { return nil }
        let first = bytes[offset]
        offset += 1
        if first == UInt8(ascii: "\\") { return unescaped() }
        guard first >= 0x80 else { return Unicode.Scalar(first) }
        let followingCount = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
        var value = UInt32(first) & (0x3f >> UInt32(followingCount))
        for _ in 0..<followingCount {
            value = value << 6 | UInt32(bytes[offset] & 0x3f)
            offset += 1
        }
        return Unicode.Scalar(value)
    }

    private mutating func unescaped() -> Unicode.Scalar? {
        let escape = bytes[offset]
        offset += 1
        switch escape {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = Self.codeUnit(bytes, at: offset) else { return nil }
            offset += 4
            guard unit & 0xf800 == 0xd800 else { return Unicode.Scalar(unit) }
            guard let low = Self.codeUnit(bytes, at: offset + 2) else { return nil }
            offset += 6
            return Unicode.Scalar(0x10000 + (unit & 0x3ff) << 10 + low & 0x3ff)
        default: return Unicode.Scalar(escape)
        }
    }

    /// The value of four hexadecimal digits at `offset`; nil if there are fewer.
    static func codeUnit(_ bytes: [UInt8], at offset: Int) -> UInt32? {
        guard offset + 4 <= bytes.count else { return nil }
        var unit: UInt32 = 0
        for byte in bytes[offset..<(offset + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Lower case, as far as it matters for ASCII field names. Two scalars outside ASCII fold to ASCII letters: the
    /// long s and the Kelvin sign.
    static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "A"..."Z": Unicode.Scalar(UInt8(scalar.value) | 0x20)
        case "\u{17f}": "s"
        case "\u{212a}": "k"
        default: scalar
        }
    }
}
