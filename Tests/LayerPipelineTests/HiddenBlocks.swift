// layerverify: streams that hide other blocks, for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Streams in which a search finds only blocks that are none, and that take long to decode in vain. Spec: RFC 1951.
enum HiddenBlocks {
    /// Dynamic blocks without content, of 45 bytes, none of which is 255.
    static func empty(count: Int) -> [UInt8] {
        var block = header(furtherDistances: 5)
        block.code(510, 9)
        return repeatElement(block.bytes, count: count).reduce(into: []) { $0 += $1 }
    }

    /// A gzip member of blocks whose literals have the bytes of `hidden` as their codes, 256 KiB each, with runs after each
    /// that decode to 64 KiB.
    static func gzip(hiding hidden: [UInt8]) -> [UInt8] {
        let reversed = (0...255).map { (byte: UInt8) in
            var code: UInt8 = 0
            for place in 0..<8 where byte >> UInt8(place) & 1 != 0 { code |= 0x80 >> UInt8(place) }
            return code
        }
        var runs = Bits()
        runs.number(2, 3)
        runs.code(0x30, 8)
        for _ in 0..<256 {
            runs.code(0b1100_0101, 8)
            runs.code(0, 5)
        }
        runs.code(0, 7)
        runs.number(0, 3)
        let run = [UInt8](repeating: 0, count: 1 + 256 * 258)
        var (bytes, content) = ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] as [UInt8], [UInt8]())
        for start in stride(from: 0, to: hidden.count, by: 256 << 10) {
            let part = hidden[start..<min(start + 256 << 10, hidden.count)]
            bytes += header(furtherDistances: 0).bytes
            bytes += part
            // The end of the block; empty stored blocks end with a byte.
            bytes += [0xff, 0, 0, 0, 0xff, 0xff]
            bytes += runs.bytes + [0, 0, 0xff, 0xff]
            content += part.map { reversed[Int($0)] }
            content += run
        }
        bytes += [3, 0]
        let checksum = UInt32(crc32(0, content, UInt32(content.count)))
        for number in [checksum, UInt32(content.count)] {
            for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * place))) }
        }
        return bytes
    }

    /// A dynamic header whose codes have 8 bits for the literals 0 to 254, and 9 for the end and a length: 42 bytes without
    /// further distances, which have no codes.
    private static func header(furtherDistances: Int) -> Bits {
        var out = Bits()
        for (value, count) in [(4, 3), (1, 5), (furtherDistances, 5), (14, 4)] { out.number(value, count) }
        // The lengths 8, 9, 0 and 1 have codes of 1, 2, 3 and 3 bits.
        let lengthsOfLengths = [8: 1, 9: 2, 0: 3, 1: 3]
        for length in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
            out.number(lengthsOfLengths[length] ?? 0, 3)
        }
        for _ in 0...254 { out.code(0, 1) }
        for (code, count) in [(6, 3), (2, 2), (2, 2), (7, 3)] { out.code(code, count) }
        for _ in 0..<furtherDistances { out.code(6, 3) }
        return out
    }
}

/// Bits in the order of DEFLATE.
private struct Bits {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    mutating func number(_ value: Int, _ count: Int) { for place in 0..<count { add(value >> place & 1) } }

    /// Codes begin with their highest bit.
    mutating func code(_ value: Int, _ count: Int) { for place in (0..<count).reversed() { add(value >> place & 1) } }

    private mutating func add(_ bit: Int) {
        if count % 8 == 0 { bytes.append(0) }
        bytes[count / 8] |= UInt8(bit) << UInt8(count % 8)
        count += 1
    }
}
