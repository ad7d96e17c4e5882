// layerverify: JSON on its way out.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes one JSON document: members in the order of the calls, two spaces a level, nothing that a terminal obeys.
///
/// Spec: RFC 8259.
package struct JSONText {
    private var text = ""
    /// One entry for each open object or array: whether it has no member yet.
    private var isEmpty: [Bool] = []
    private var isAfterKey = false

    /// Begins an empty text.
    package init() {}

    /// Writes an object, as a member if it has a name.
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

    /// Places in another array, all in one line.
    package mutating func member(_ name: String, _ values: [Int]) {
        key(name)
        scalar("[" + values.map { String($0) }.joined(separator: ", ") + "]")
    }

    /// Writes an array of strings, one a line.
    package mutating func member(_ name: String, _ values: [String]) {
        open(name, "[")
        for value in values { scalar(Self.quoted(value)) }
        close("]")
    }

    /// A time with six digits after the point.
    package mutating func member(_ name: String, seconds: Double) {
        key(name)
        let isSensible = seconds.isFinite && seconds >= 0 && seconds < 1e12
        scalar(isSensible ? HumanUnits.decimal(seconds, 6) : "0.000000")
    }

    /// Opens an object or an array, as a member if it has a name.
    package mutating func open(_ name: String?, _ bracket: String) {
        if let name { key(name) }
        scalar(bracket)
        isEmpty.append(true)
    }

    /// Closes what was opened last.
    package mutating func close(_ bracket: String) {
        let wasEmpty = isEmpty.popLast() ?? true
        if !wasEmpty { breakLine() }
        text += bracket
        if isEmpty.isEmpty { text += "\n" }
    }

    /// Hands out what there is, once it is worth a call.
    package mutating func pass<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard text.utf8.count >= 16 << 10 else { return }
        try flush(to: sink)
    }

    /// Hands out everything.
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

    /// A JSON string. Besides what JSON wants, all is escaped that a terminal would obey or hide: people read JSON too.
    static func quoted(_ value: String) -> String {
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
