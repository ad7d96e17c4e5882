// layerverify: packing of records into bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A value that an inventory keeps as bytes, because it may have 100 000 of them.
package protocol Packable: Sendable {
    func pack(into writer: inout PackedWriter)
    init(unpacking reader: inout PackedReader)
}

/// Packs values one after another.
package struct PackedWriter {
    var bytes: [UInt8] = []
    let table: DigestTable

    init(table: DigestTable) { self.table = table }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Writes seven bits per byte, the lowest first.
    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func count(_ value: Int) { number(UInt64(value)) }

    mutating func count(_ value: Int?) { number(value.map { UInt64($0) + 1 } ?? 0) }

    mutating func number(_ value: UInt64?) {
        flag(value != nil)
        if let value { number(value) }
    }

    mutating func digest(_ value: ContentDigest?) {
        guard let value else { return count(0) }
        if let bytes = value.sha256Bytes {
            count(table.number(of: bytes) + 2)
        } else {
            count(1)
            text(value.description)
        }
    }

    /// Writes a text that many records have.
    mutating func phrase(_ value: String?) {
        guard let value else { return count(0) }
        if let number = table.phraseNumber(of: value) {
            count(number + 2)
        } else {
            count(1)
            text(value)
        }
    }

    mutating func text(_ value: String?) {
        flag(value != nil)
        if let value { text(value) }
    }

    /// Writes a text; the digits of digests in it are replaced by the number of the digest.
    mutating func text(_ value: String) {
        guard value.utf8.count >= 64 else {
            count(value.utf8.count)
            return bytes.append(contentsOf: value.utf8)
        }
        let packed = PackedText.packed(Array(value.utf8), table)
        count(packed.count)
        bytes.append(contentsOf: packed)
    }

    /// Writes bytes and their number.
    mutating func octets(_ value: [UInt8]) {
        count(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func list<Element>(_ values: [Element], _ write: (inout PackedWriter, Element) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }
}

/// Unpacks values that a `PackedWriter` packed, in the same order.
package struct PackedReader {
    private let bytes: [UInt8]
    private(set) var position: Int
    private let table: DigestTable

    init(_ bytes: [UInt8], at position: Int, table: DigestTable) {
        self.bytes = bytes
        self.position = position
        self.table = table
    }

    mutating func byte() -> UInt8 {
        position += 1
        return bytes[position - 1]
    }

    mutating func flag() -> Bool { byte() != 0 }

    mutating func number() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = byte()
            value |= UInt64(byte & 0x7f) << shift
            guard byte >= 0x80 else { return value }
            shift += 7
        }
    }

    mutating func count() -> Int { Int(truncatingIfNeeded: number()) }

    mutating func optionalCount() -> Int? {
        let value = count()
        return value == 0 ? nil : value - 1
    }

    mutating func optionalNumber() -> UInt64? { flag() ? number() : nil }

    mutating func digest() -> ContentDigest? {
        switch count() {
        case 0: return nil
        case 1:
            do throws(ContentDigest.GrammarError) {
                return try ContentDigest(parsing: text())
            } catch {
                preconditionFailure("what was packed was a digest")
            }
        case let number: return ContentDigest(.sha256, bytes: table.bytes(number - 2))
        }
    }

    /// Reads a digest that must not be nil.
    mutating func requiredDigest() -> ContentDigest {
        guard let digest = digest() else { preconditionFailure("what was packed was a digest") }
        return digest
    }

    mutating func phrase() -> String? {
        switch count() {
        case 0: nil
        case 1: text()
        case let number: table.phrase(number - 2)
        }
    }

    mutating func optionalText() -> String? { flag() ? text() : nil }

    mutating func text() -> String {
        let count = count()
        position += count
        return PackedText.unpacked(bytes[position - count..<position], table)
    }

    mutating func octets() -> [UInt8] {
        let count = count()
        position += count
        return Array(bytes[position - count..<position])
    }

    mutating func list<Element>(_ read: (inout PackedReader) -> Element) -> [Element] {
        let count = count()
        var result: [Element] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(read(&self)) }
        return result
    }
}

/// Texts in which the digits of digests are replaced by numbers in a table.
///
/// Shape: UTF-8, in which 64, 96 or 128 lower-case hexadecimal digits are replaced by a byte that does not occur in
/// UTF-8, and the number.
enum PackedText {
    private static let digits: UInt8 = 0xff
    /// Marks that also replace the text that usually precedes the digits.
    private static let blobPath: UInt8 = 0xfe
    private static let sha256: UInt8 = 0xfd
    private static let prefixes = [
        (mark: blobPath, text: Array("blobs/sha256/".utf8)), (mark: sha256, text: Array("sha256:".utf8)),
    ]

    static func packed(_ text: [UInt8], _ table: DigestTable) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var runStart = 0
        // Where text begins after a number. The bytes of a number may look like the beginning of a prefix.
        var literalStart = 0
        for place in 0...text.count {
            if place < text.count, nibble(text[place]) != nil { continue }
            if [64, 96, 128].contains(place - runStart) {
                var mark = digits
                for prefix in prefixes
                where result[literalStart...].suffix(prefix.text.count).elementsEqual(prefix.text) {
                    mark = prefix.mark
                    result.removeLast(prefix.text.count)
                    break
                }
                result.append(mark)
                var number = table.number(of: binary(text[runStart..<place]))
                while number >= 0x80 {
                    result.append(UInt8(truncatingIfNeeded: number) | 0x80)
                    number >>= 7
                }
                result.append(UInt8(number))
                literalStart = result.count
            } else {
                result.append(contentsOf: text[runStart..<place])
            }
            if place < text.count { result.append(text[place]) }
            runStart = place + 1
        }
        return result
    }

    static func unpacked(_ bytes: ArraySlice<UInt8>, _ table: DigestTable) -> String {
        guard bytes.contains(where: { $0 >= sha256 }) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var place = bytes.startIndex
        while place < bytes.endIndex {
            let byte = bytes[place]
            place += 1
            guard byte >= sha256 else {
                result.append(byte)
                continue
            }
            var number = 0
            var shift = 0
            var next: UInt8
            repeat {
                next = bytes[place]
                number |= Int(next & 0x7f) << shift
                shift += 7
                place += 1
            } while next >= 0x80
            for prefix in prefixes where prefix.mark == byte { result.append(contentsOf: prefix.text) }
            for byte in table.bytes(number) {
                result.append(digit(byte >> 4))
                result.append(digit(byte & 15))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    private static func binary(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 2)
        for place in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
            result.append((nibble(digits[place]) ?? 0) << 4 | (nibble(digits[place + 1]) ?? 0))
        }
        return result
    }
}

extension Optional: Packable where Wrapped: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.flag(self != nil)
        self?.pack(into: &writer)
    }

    package init(unpacking reader: inout PackedReader) {
        self = reader.flag() ? Wrapped(unpacking: &reader) : nil
    }
}
