// layerverify: layers for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Layers with given content, for tests that are not about tar: a layer must be one.
package enum TestTar {
    /// A tar with one file.
    ///
    /// Spec: POSIX pax §ustar Interchange Format.
    package static func holding(_ content: some Collection<UInt8>, name: String = "content") -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(content.count, digits: 11), at: 124)
        put("14524445400", at: 136)
        put("        0", at: 148)
        put("ustar\u{0}00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0}", at: 148)
        return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512 + 1024)
    }

    package static func holding(_ text: String) -> [UInt8] { holding(Array(text.utf8)) }

    /// A gzip member with one stored block, of at most 65 535 bytes.
    ///
    /// Spec: RFC 1951 §3.2.4, RFC 1952 §2.3.
    package static func storedGzip(_ content: [UInt8]) -> [UInt8] {
        let count = UInt16(content.count)
        var sum = UInt32.max
        for byte in content {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1] + bytes(count) + bytes(~count) + content + bytes(~sum)
            + bytes(UInt32(count))
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
