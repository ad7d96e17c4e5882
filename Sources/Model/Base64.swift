// layerverify: base64.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Base64 by RFC 4648 §4, strict: padding is required and no characters are skipped.
package enum Base64 {
    /// The bytes that a text stands for; nil if it is not base64.
    package static func decode(_ text: String) -> [UInt8]? {
        let utf8 = Array(text.utf8)
        guard utf8.count % 4 == 0 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count / 4 * 3)
        for start in stride(from: 0, to: utf8.count, by: 4) {
            let isLast = start + 4 == utf8.count
            var bits: UInt32 = 0
            var paddingCount = 0
            for byte in utf8[start..<start + 4] {
                if byte == UInt8(ascii: "=") {
                    guard isLast else { return nil }
                    paddingCount += 1
                    bits <<= 6
                } else {
                    guard paddingCount == 0, let value = value(of: byte) else { return nil }
                    bits = bits << 6 | value
                }
            }
            guard paddingCount <= 2 else { return nil }
            let bytes = [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
            guard bytes.suffix(paddingCount).allSatisfy({ $0 == 0 }) else { return nil }
            result.append(contentsOf: bytes.dropLast(paddingCount))
        }
        return result
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
