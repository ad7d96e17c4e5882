// layerverify: values of a JSON document.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A value in a document. It takes two words and decodes nothing until it is accessed.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    /// The JSON type of a value.
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

    /// The text of a string, unescaped; nil for other kinds.
    package var string: String? {
        kind == .string ? JSONStringDecoder.decoded(node, in: document.bytes) : nil
    }

    package var bool: Bool? {
        kind == .boolean ? document.bytes[Int(node.start)] == UInt8(ascii: "t") : nil
    }

    /// The value of a number that is written as an unsigned integer: without sign, fraction and exponent, at most 64
    /// bits; nil for anything else.
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

    /// The value of a number that is written as an integer, without fraction and exponent, and fits into Go's `int64`;
    /// nil for anything else.
    package var int64: Int64? {
        guard kind == .number else { return nil }
        return Int64(String(decoding: document.bytes[Int(node.start)..<Int(node.link)], as: UTF8.self))
    }

    /// The elements of an array; nil for other kinds.
    package var array: JSONArray? { kind == .array ? JSONArray(value: self) : nil }

    /// The members of an object; nil for other kinds.
    package var object: JSONObject? { kind == .object ? JSONObject(value: self) : nil }

    /// The number of elements or members; 0 for other kinds.
    ///
    /// Complexity: linear in that number.
    package var count: Int {
        switch kind {
        case .array: array?.elementCount ?? 0
        case .object: object?.memberCount ?? 0
        case .string, .number, .boolean, .null: 0
        }
    }

    /// The member of an object with exactly this name; nil if there is none, or if this is not an object.
    ///
    /// Complexity: linear in the number of members.
    package subscript(key: String) -> JSONValue? {
        // By code units: Swift compares strings by canonical equivalence.
        firstMember { $0.utf8.elementsEqual(key.utf8) }
    }

    /// The member of an object with this name in any case, as Go finds the field of a struct.
    ///
    /// Complexity: linear in the number of members.
    package func member(ignoringCase key: String) -> JSONValue? {
        // The parser refuses two names that differ only in case, so there is at most one.
        self[key] ?? foldedMember(key)
    }

    private func foldedMember(_ key: String) -> JSONValue? {
        let wanted = key.unicodeScalars.map(JSONScalars.folded)
        return firstMember { $0.unicodeScalars.lazy.map(JSONScalars.folded).elementsEqual(wanted) }
    }

    /// The value as written in the document, for a message; at most 80 characters.
    package var rawText: String {
        JSONStringDecoder.clipped(document.bytes, from: Int(node.start), to: endForText)
    }

    /// A number, `true`, `false` or `null` as written in the document; empty for other kinds.
    package var scalarText: String {
        switch kind {
        case .number, .boolean, .null: String(decoding: document.bytes[Int(node.start)..<Int(node.link)], as: UTF8.self)
        case .object, .array, .string: ""
        }
    }

    private var node: JSONNode { document.nodes[index] }

    private func firstMember(where isWanted: (String) -> Bool) -> JSONValue? {
        guard kind == .object else { return nil }
        let end = Int(node.link)
        var name = index + 1
        while name < end {
            if isWanted(JSONStringDecoder.decoded(document.nodes[name], in: document.bytes)) {
                return JSONValue(document: document, index: name + 1)
            }
            name = document.nodes.place(after: name + 1, in: document.bytes)
        }
        return nil
    }

    /// The end of the value, or some offset after what `rawText` shows: containers do not record their end.
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
/// Complexity: O(1) for each element, independent of its size.
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
/// Complexity: O(1) for each member, independent of the size of its value, plus the decoding of its name.
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
                JSONStringDecoder.decoded(document.nodes[place], in: document.bytes),
                JSONValue(document: document, index: place + 1)
            )
        }

        fileprivate mutating func skip() { place = document.nodes.place(after: place + 1, in: document.bytes) }
    }
}

extension [JSONNode] {
    /// The place of the node after the value at `place` and all its descendants.
    func place(after place: Int, in bytes: [UInt8]) -> Int {
        switch bytes[Int(self[place].start)] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): Int(self[place].link)
        default: place + 1
        }
    }
}
