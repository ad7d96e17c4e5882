// layerverify: writing JSON.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes one JSON document: members in the order of the calls, two spaces per level, without characters that a
/// terminal interprets.
///
/// Spec: RFC 8259.
package struct JSONText {
    private var text = ""
    /// One entry for each open object or array: whether it has no member yet.
    private var isEmpty: [Bool] = []
    private var isAfterKey = false

    /// Creates an empty text.
    package init() {}

    /// Writes an object; with a name, as a member.
    package mutating func object(_ name: String? = nil, _ members: (inout JSONText) -> Void) {
        open(name, "{")
        members(&self)
        close("}")
    }

    /// Writes a member; null for nil.
    package mutating func member(_ name: String, _ value: String?) {
        key(name)
        scalar(value.map { Self.quoted($0) } ?? "null")
    }

    /// Writes a member; null for nil.
    package mutating func member(_ name: String, _ value: UInt64?) {
        key(name)
        scalar(value.map { String($0) } ?? "null")
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ value: Int) {
        key(name)
        scalar(String(value))
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        scalar(value ? "true" : "false")
    }

    /// Writes an array of indexes in one line.
    package mutating func member(_ name: String, _ values: [Int]) {
        key(name)
        scalar("[" + values.map { String($0) }.joined(separator: ", ") + "]")
    }

    /// Writes an array of strings, one per line.
    package mutating func member(_ name: String, _ values: [String]) {
        open(name, "[")
        for value in values { scalar(Self.quoted(value)) }
        close("]")
    }

    /// Writes a time with six digits after the decimal point.
    package mutating func member(_ name: String, seconds: Double) {
        key(name)
        let isSensible = seconds.isFinite && seconds >= 0 && seconds < 1e12
        scalar(isSensible ? HumanUnits.decimal(seconds, 6) : "0.000000")
    }

    /// Opens an object or an array; with a name, as a member.
    package mutating func open(_ name: String?, _ bracket: String) {
        if let name { key(name) }
        scalar(bracket)
        isEmpty.append(true)
    }

    /// Closes the object or array that was opened last.
    package mutating func close(_ bracket: String) {
        let wasEmpty = isEmpty.popLast() ?? true
        if !wasEmpty { breakLine() }
        text += bracket
        if isEmpty.isEmpty { text += "\n" }
    }

    /// Passes the buffer to `sink`, once it is long enough.
    package mutating func pass<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard text.utf8.count >= 16 << 10 else { return }
        try flush(to: sink)
    }

    /// Passes the rest of the buffer to `sink`.
    package mutating func flush<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard !text.isEmpty else { return }
        try sink(text)
        text.removeAll(keepingCapacity: true)
    }

    private mutating func key(_ name: String) {
        separate()
        text += Self.quoted(name) + ": "
        isAfterKey = true
    }

    private mutating func scalar(_ value: String) {
        if !isAfterKey { separate() }
        isAfterKey = false
        text += value
    }

    private mutating func separate() {
        guard let last = isEmpty.indices.last else { return }
        if !isEmpty[last] { text += "," }
        isEmpty[last] = false
        breakLine()
    }

    private mutating func breakLine() {
        text += "\n"
        for _ in isEmpty { text += "  " }
    }

    /// A JSON string. In addition to the characters that JSON requires, it escapes those that a terminal would
    /// interpret or hide, since users also read JSON in terminals.
    static func quoted(_ value: String) -> String {
        // Most texts are printable ASCII.
        let needsEscapes = value.utf8.contains { byte in
            !(0x20..<0x7f).contains(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        }
        guard needsEscapes else { return "\"" + value + "\"" }
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where VisibleText.isHazardous(scalar):
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
