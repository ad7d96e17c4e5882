// layerverify: synthetic file contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Synthetic contents of files in layers, made from seeds: text, programs, and compressed data.
///
/// The speed of a decoder depends on how many bytes are literals, and on the lengths and distances of matches. So new
/// data have a skewed distribution, and passages of the last 32 KiB are repeated between them.
struct SyntheticContent {
    private var numbers: SeededNumbers
    private let lexicon: Lexicon
    private let instructions: InstructionSet

    init(seed: UInt64, lexicon: Lexicon, instructions: InstructionSet) {
        numbers = SeededNumbers(seed: seed)
        self.lexicon = lexicon
        self.instructions = instructions
    }

    /// The kind of a file.
    enum Kind: CaseIterable {
        case text
        case program
        case compressed
    }

    /// Appends a file of `byteCount` bytes.
    mutating func append(_ kind: Kind, byteCount: Int, to output: inout [UInt8]) {
        let start = output.count
        let end = start + byteCount
        switch kind {
        case .text: appendText(to: &output, from: start, until: end)
        case .program: appendProgram(to: &output, from: start, until: end)
        case .compressed: appendCompressed(to: &output, until: end)
        }
        output.removeLast(max(output.count - end, 0))
    }

    /// Repeats a passage from the file so far.
    private mutating func appendRepeat(_ lengths: ClosedRange<Int>, to output: inout [UInt8], from start: Int) {
        let length = numbers.nextByOctave(in: lengths)
        let known = min(output.count - start, 32 << 10)
        guard known > 2 * length else { return }
        let distance = numbers.nextByOctave(in: length...known)
        let first = output.count - distance
        for offset in 0..<length { output.append(output[first + offset]) }
    }

    private mutating func appendText(to output: inout [UInt8], from start: Int, until end: Int) {
        var column = 0
        var indent = 0
        while output.count < end {
            if column == 0 {
                if numbers.happens(90) { indent = numbers.next(in: 0...3) }
                for _ in 0..<4 * indent { output.append(0x20) }
            }
            if numbers.happens(Self.textRepeatChance) { appendRepeat(6...96, to: &output, from: start) }
            if numbers.happens(20) {
                for _ in 0..<numbers.next(in: 1...5) { output.append(UInt8(0x30 + numbers.next(below: 10))) }
            } else {
                lexicon.append(lexicon.rank(&numbers), to: &output)
            }
            column += 1
            if column > 5, numbers.happens(50) {
                output.append(0x0a)
                column = 0
            } else {
                output.append(Self.separators[numbers.next(below: Self.separators.count)])
            }
        }
    }

    private static let textRepeatChance = 80
    private static let separators = Array("            ..,,__(();=:\"\"/-'".utf8)

    private mutating func appendProgram(to output: inout [UInt8], from start: Int, until end: Int) {
        output += [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        while output.count < end {
            let sectionEnd = min(output.count + numbers.nextByOctave(in: (2 << 10)...(48 << 10)), end)
            switch numbers.next(below: 16) {
            case 0..<10: appendCode(to: &output, from: start, until: sectionEnd)
            case 10..<13: appendTable(to: &output, until: sectionEnd)
            case 13: for _ in 0..<numbers.nextByOctave(in: 64...2048) { output.append(0) }
            default:
                while output.count < sectionEnd {
                    lexicon.append(lexicon.rank(&numbers), to: &output)
                    output.append(numbers.happens(96) ? 0 : 0x5f)
                }
            }
        }
    }

    private mutating func appendCode(to output: inout [UInt8], from start: Int, until end: Int) {
        var previous = 0
        while output.count < end {
            if numbers.happens(Self.codeRepeatChance) { appendRepeat(5...48, to: &output, from: start) }
            previous = instructions.next(after: previous, &numbers)
            instructions.append(previous, at: output.count - start, to: &output, &numbers)
        }
    }

    private static let codeRepeatChance = 48

    /// Appends a table of increasing addresses, or of records with small numbers.
    private mutating func appendTable(to output: inout [UInt8], until end: Int) {
        var address = UInt64(0x40_0000 + numbers.next(below: 1 << 22))
        let areAddresses = numbers.happens(128)
        while output.count < end {
            if areAddresses {
                address += UInt64(16 * numbers.nextByOctave(in: 1...64))
                for shift in 0..<8 { output.append(UInt8(truncatingIfNeeded: address >> (8 * UInt64(shift)))) }
            } else {
                let value = numbers.nextByOctave(in: 1...(1 << 16))
                for shift in 0..<4 { output.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
            }
        }
    }

    /// Appends incompressible bits after the header of a gzip member, as in pictures, fonts and archives.
    private mutating func appendCompressed(to output: inout [UInt8], until end: Int) {
        output += [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        while output.count < end {
            let word = numbers.next()
            for shift in 0..<8 { output.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))) }
        }
    }
}

/// Words made of syllables; the n-th is about 1/n as frequent as the first (Zipf's law).
struct Lexicon {
    private let letters: [UInt8]
    private let starts: [Int]

    private static let wordCount = 6000

    init() {
        var numbers = SeededNumbers(seed: 11)
        let onsets = ["", "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "tr", "st", "v", "w", "ch"]
        let nuclei = ["a", "e", "i", "o", "u", "e", "a", "ea", "io", "ou"]
        let codas = ["", "", "n", "r", "s", "t", "l", "nd", "ng", "ck"]
        var letters: [UInt8] = []
        var starts: [Int] = [0]
        for rank in 0..<Self.wordCount {
            let syllableCount = rank < 60 ? 1 : numbers.next(in: 1...4)
            let isCapital = numbers.happens(24)
            let start = letters.count
            for _ in 0..<syllableCount {
                for part in [onsets, nuclei, codas] { letters += part[numbers.next(below: part.count)].utf8 }
            }
            if isCapital { letters[start] -= 0x20 }
            starts.append(letters.count)
        }
        self.letters = letters
        self.starts = starts
    }

    func rank(_ numbers: inout SeededNumbers) -> Int { numbers.nextByOctave(in: 1...Self.wordCount) - 1 }

    func append(_ rank: Int, to output: inout [UInt8]) { output += letters[starts[rank]..<starts[rank + 1]] }
}

/// Instructions similar to machine code: a few frequent opcodes, each followed by a few others, and mostly small
/// operands.
struct InstructionSet {
    /// The operand that follows an opcode.
    private enum Operand: CaseIterable {
        case none
        case register
        case offset8
        case offset32
        case address
        case number32
    }

    private var opcodes: [[UInt8]] = []
    private var operands: [Operand] = []
    private var followers: [[Int]] = []

    private static let count = 320

    init() {
        var numbers = SeededNumbers(seed: 23)
        let firsts: [UInt8] = [
            0x48, 0x48, 0x48, 0x4c, 0x49, 0x44, 0x41, 0x0f, 0xe8, 0x89, 0x8b, 0x85, 0x74, 0x75, 0xc7, 0x83,
        ]
        let seconds: [UInt8] = [0x89, 0x8b, 0x8d, 0x83, 0x85, 0x39, 0x3b, 0x01, 0x29, 0x31, 0xc7, 0xb6, 0x84, 0x63]
        for _ in 0..<Self.count {
            var opcode = [firsts[numbers.next(below: firsts.count)]]
            if numbers.happens(170) { opcode.append(seconds[numbers.next(below: seconds.count)]) }
            opcodes.append(opcode)
            operands.append(Operand.allCases[numbers.next(below: Operand.allCases.count)])
            followers.append((0..<12).map { _ in numbers.nextByOctave(in: 1...Self.count) - 1 })
        }
    }

    func next(after previous: Int, _ numbers: inout SeededNumbers) -> Int {
        guard numbers.happens(150) else { return numbers.nextByOctave(in: 1...Self.count) - 1 }
        let likely = followers[previous]
        return likely[numbers.nextByOctave(in: 1...likely.count) - 1]
    }

    func append(_ index: Int, at position: Int, to output: inout [UInt8], _ numbers: inout SeededNumbers) {
        output += opcodes[index]
        switch operands[index] {
        case .none: break
        case .register: output.append(UInt8(0xc0 | numbers.nextByOctave(in: 1...63)))
        case .offset8:
            output.append(UInt8(0x40 | numbers.nextByOctave(in: 1...31)))
            output.append(UInt8(8 * numbers.nextByOctave(in: 1...31)))
        case .offset32:
            output.append(UInt8(0x80 | numbers.nextByOctave(in: 1...31)))
            append(UInt32(8 * numbers.nextByOctave(in: 16...2048)), to: &output)
        case .address:
            // Relative to the position, so that the same target is encoded differently everywhere.
            let target = 64 * numbers.nextByOctave(in: 1...(1 << 13))
            append(UInt32(truncatingIfNeeded: target - position), to: &output)
        case .number32: append(UInt32(numbers.nextByOctave(in: 1...4096)), to: &output)
        }
    }

    private func append(_ value: UInt32, to output: inout [UInt8]) {
        for shift in 0..<4 { output.append(UInt8(truncatingIfNeeded: value >> (8 * UInt32(shift)))) }
    }
}
