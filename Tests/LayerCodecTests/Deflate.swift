// layerverify: deflate streams by hand, for what no compressor writes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes DEFLATE data bit by bit.
///
/// Spec: RFC 1951 §3.1.1: numbers lowest bit first, Huffman codes highest bit first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var bitCount = 0

    mutating func number(_ value: Int, _ count: Int) {
        for bit in 0..<count { append(value >> bit & 1) }
    }

    mutating func code(_ value: Int, _ count: Int) {
        for bit in (0..<count).reversed() { append(value >> bit & 1) }
    }

    private mutating func append(_ bit: Int) {
        if bitCount % 8 == 0 { bytes.append(0) }
        bytes[bytes.count - 1] |= UInt8(bit << (bitCount % 8))
        bitCount += 1
    }
}

/// Streams of one block, each of which follows or breaks one rule.
enum Deflate {
    /// A match with distance 4 after one literal, with fixed codes.
    static let distanceTooFar: [UInt8] = {
        var writer = BitWriter()
        writer.number(0b011, 3)
        writer.code(0x30 + 97, 8)
        writer.code(0b000_0001, 7)
        writer.code(3, 5)
        writer.code(0, 7)
        return writer.bytes
    }()

    /// Fixed codes with a length symbol that never occurs by §3.2.6.
    static let reservedLength: [UInt8] = {
        var writer = BitWriter()
        writer.number(0b011, 3)
        writer.code(0x30 + 97, 8)
        writer.code(0b1100_0110, 8)
        writer.code(0, 5)
        writer.code(0, 7)
        return writer.bytes
    }()

    /// Fixed codes with a distance symbol that never occurs by §3.2.6.
    static let reservedDistance: [UInt8] = {
        var writer = BitWriter()
        writer.number(0b011, 3)
        writer.code(0x30 + 97, 8)
        writer.code(0b000_0001, 7)
        writer.code(30, 5)
        writer.code(0, 7)
        return writer.bytes
    }()

    static let storedLengthMismatch: [UInt8] = [0b001, 1, 0, 0xff, 0xff, 97]

    /// A block with dynamic codes, whose code lengths are written one by one, followed by `data`.
    ///
    /// Parameters: `lengthBits` is the length of the code of each code length; 4 makes a complete code.
    static func dynamic(
        literals: [Int: Int], distances: [Int], data: [(value: Int, count: Int)], lengthBits: Int = 4
    ) -> [UInt8] {
        var writer = BitWriter()
        writer.number(0b101, 3)
        let lengths = (0..<257 + max(0, (literals.keys.max() ?? 0) - 256)).map { literals[$0] ?? 0 }
        writer.number(lengths.count - 257, 5)
        writer.number(distances.count - 1, 5)
        writer.number(15, 4)
        // Every length from 0 to 15 gets a code of `lengthBits` bits, which is the length itself.
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
            writer.number(symbol < 16 ? lengthBits : 0, 3)
        }
        for length in lengths + distances { writer.code(length, lengthBits) }
        for (value, count) in data { writer.code(value, count) }
        return writer.bytes
    }

    /// The letter a and the end of the block; both codes are complete.
    static let complete = dynamic(literals: [97: 1, 256: 1], distances: [0], data: [(0, 1), (1, 1)])
    /// A single distance code of one bit is allowed (§3.2.7).
    static let oneDistance = dynamic(
        literals: [97: 1, 256: 2, 257: 2], distances: [1], data: [(0, 1), (3, 2), (0, 1), (2, 2)])
    static let noEndOfBlock = dynamic(literals: [97: 1, 98: 1], distances: [0], data: [(0, 1), (1, 1)])
    static let oversubscribedLiterals = dynamic(
        literals: [97: 1, 98: 1, 256: 1], distances: [0], data: [(0, 1), (1, 1)])
    static let oversubscribedDistances = dynamic(
        literals: [97: 1, 256: 1], distances: [1, 1, 1], data: [(0, 1), (1, 1)])
    /// There are 286 symbols; this has a length for a 287th.
    static let tooManyLiterals = dynamic(literals: [97: 1, 256: 1, 286: 0], distances: [0], data: [(0, 1), (1, 1)])
    /// There are 30 distances; this has a length for a 31st.
    static let tooManyDistances = dynamic(
        literals: [97: 1, 256: 1], distances: Array(repeating: 0, count: 31), data: [(0, 1), (1, 1)])
    static let incompleteCodeLengths = dynamic(
        literals: [97: 1, 256: 1], distances: [0], data: [(0, 1), (1, 1)], lengthBits: 5)
    static let incompleteLiterals = dynamic(
        literals: [97: 2, 256: 2], distances: [0], data: [(0, 2), (1, 2)])
    static let incompleteDistances = dynamic(
        literals: [97: 1, 256: 1], distances: [2, 2], data: [(0, 1), (1, 1)])
}
