// layerverify: values of a JSON document.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A value in a document. It costs two words, and decodes nothing before it is asked.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    /// What a value is.
    package enum Kind: String, Hashable, Sendable {
        case object, array, string, number, boolean, null
    }

    package var kind: Kind {
        switch document.bytes[Int(node.start)] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    package var isNull: Bool { kind == .null }

    /// The text of a string, unescaped; nil of anything else.
    package var string: String? {
        kind == .string ? JSONText.decoded(node, in: document.bytes) : nil
    }

    package var bool: Bool? {
        kind == .boolean ? document.bytes[Int(node.start)] == UInt8(ascii: "t") : nil
    }

    /// A natural number that is written as one: no sign, fraction or exponent, and no more than 64 bits.
    package var uint64: UInt64? {
        guard kind == .number else { return nil }
        var value: UInt64 = 0
        for byte in document.bytes[Int(node.start)..<Int(node.link)] {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = product.addingReportingOverflow(UInt64(digit))
            guard !productOverflows, !sumOverflows else { return nil }
            value = sum
        }
        return value
    }

    /// A whole number that Go's `int64` holds, written without a fraction and an exponent; nil of anything else.
    package var int64: Int64? {
        guard kind == .number else { return nil }
        return Int64(String(decoding: document.bytes[Int(node.start)..<Int(node.link)], as: UTF8.self))
    }

    /// The elements of an array; nil of anything else.
    package var array: JSONArray? { kind == .array ? JSONArray(value: self) : nil }

    /// The members of an object; nil of anything else.
    package var object: JSONObject? { kind == .object ? JSONObject(value: self) : nil }

    /// The number of elements or members; 0 of anything else.
    ///
    /// Complexity: linear in that number.
    package var count: Int {
        switch kind {
        case .array: array?.elementCount ?? 0
        case .object: object?.memberCount ?? 0
        case .string, .number, .boolean, .null: 0
        }
    }

    /// The member of an object with exactly this name; nil if there is none, or if this is no object.
    ///
    /// Complexity: linear in the number of members.
    package subscript(key: String) -> JSONValue? {
        // By code units: to Swift, two strings are equal when Unicode says that they mean the same.
        firstMember { $0.utf8.elementsEqual(key.utf8) }
    }

    /// The member of an object whose name is this but for case, as Go finds the field of a struct.
    ///
    /// Complexity: linear in the number of members.
    package func member(ignoringCase key: String) -> JSONValue? {
        // Two names that differ in case alone are refused before, so there is one at most.
        self[key] ?? foldedMember(key)
    }

    private func foldedMember(_ key: String) -> JSONValue? {
        let wanted = key.unicodeScalars.map(JSONScalars.folded)
        return firstMember { $0.unicodeScalars.lazy.map(JSONScalars.folded).elementsEqual(wanted) }
    }

    /// The value as it stands in the document, for a message; at most 80 characters.
    package var rawText: String {
        JSONText.clipped(document.bytes, from: Int(node.start), to: endForText)
    }

    private var node: JSONNode { document.nodes[index] }

    private func firstMember(where isWanted: (String) -> Bool) -> JSONValue? {
        guard kind == .object else { return nil }
        let end = Int(node.link)
        var name = index + 1
        while name < end {
            if isWanted(JSONText.decoded(document.nodes[name], in: document.bytes)) {
                return JSONValue(document: document, index: name + 1)
            }
            name = document.nodes.place(after: name + 1, in: document.bytes)
        }
        return nil
    }

    /// Where a value ends, or some place beyond what `rawText` shows: containers do not note their end.
    private var endForText: Int {
        guard kind == .object || kind == .array else { return Int(node.link) }
        let bytes = document.bytes
        var depth = 0
        var isInString = false
        var offset = Int(node.start)
        let farEnough = min(bytes.count, offset + 4 * 81)
        while offset < farEnough {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\\") where isInString: offset += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: depth += 1
            case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString: depth -= 1
            default: break
            }
            if depth == 0 { return offset }
        }
        return farEnough
    }
}

/// The elements of an array, in order.
///
/// Complexity: O(1) for each element, whatever it contains.
package struct JSONArray: Sequence, Sendable {
    let value: JSONValue

    package func makeIterator() -> Iterator {
        Iterator(document: value.document, place: value.index + 1, end: Int(value.document.nodes[value.index].link))
    }

    fileprivate var elementCount: Int { reduce(into: 0) { count, _ in count += 1 } }

    package struct Iterator: IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var place: Int
        fileprivate let end: Int

        package mutating func next() -> JSONValue? {
            guard place < end else { return nil }
            defer { place = document.nodes.place(after: place, in: document.bytes) }
            return JSONValue(document: document, index: place)
        }
    }
}

/// The members of an object, in the order of the document.
///
/// Complexity: O(1) for each member, whatever it contains, and what its name takes to decode.
package struct JSONObject: Sequence, Sendable {
    let value: JSONValue

    package func makeIterator() -> Iterator {
        Iterator(document: value.document, place: value.index + 1, end: Int(value.document.nodes[value.index].link))
    }

    fileprivate var memberCount: Int {
        var count = 0
        var iterator = makeIterator()
        while iterator.place < iterator.end {
            count += 1
            iterator.skip()
        }
        return count
    }

    package struct Iterator: IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var place: Int
        fileprivate let end: Int

        package mutating func next() -> (key: String, value: JSONValue)? {
            guard place < end else { return nil }
            defer { skip() }
            return (
                JSONText.decoded(document.nodes[place], in: document.bytes),
                JSONValue(document: document, index: place + 1)
            )
        }

        fileprivate mutating func skip() { place = document.nodes.place(after: place + 1, in: document.bytes) }
    }
}

extension [JSONNode] {
    /// The place of the node behind the value at `place` and all that it contains.
    func place(after place: Int, in bytes: [UInt8]) -> Int {
        switch bytes[Int(self[place].start)] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): Int(self[place].link)
        default: place + 1
        }
    }
}
