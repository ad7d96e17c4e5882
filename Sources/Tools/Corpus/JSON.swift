// layerverify: a JSON writer for the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep their order, so that a document has the same bytes on every run.
enum JSON: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    case null
    case bool(Bool)
    /// A number, written exactly as given, even if it is invalid.
    case number(String)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])

    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(String(value)) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }

    init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
    init(_ number: Int) { self = .number(String(number)) }

    /// The member with that name; null if there is none.
    subscript(_ key: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.0 == key }?.1 ?? .null
    }

    /// The text of a string; empty for anything else.
    var text: String {
        guard case .string(let text) = self else { return "" }
        return text
    }

    /// The value with a member replaced, or added at the end.
    func setting(_ key: String, _ value: JSON) -> JSON {
        guard case .object(var members) = self else { return self }
        if let place = members.firstIndex(where: { $0.0 == key }) {
            members[place].1 = value
        } else {
            members.append((key, value))
        }
        return .object(members)
    }

    /// The value with one more member, even if the name already exists.
    func adding(_ key: String, _ value: JSON) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members + [(key, value)])
    }

    func removing(_ key: String) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.0 != key })
    }

    /// The shortest form, which builders write.
    var bytes: [UInt8] { Array(text(indent: nil).utf8) }

    /// Indented by two spaces per level, for people.
    var prettyBytes: [UInt8] { Array((text(indent: "") + "\n").utf8) }

    private func text(indent: String?) -> String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): Self.quoted(text)
        case .array(let elements):
            Self.list(elements.map { (nil, $0) }, open: "[", close: "]", indent: indent)
        case .object(let members):
            Self.list(members.map { ($0.0, $0.1) }, open: "{", close: "}", indent: indent)
        }
    }

    private static func list(_ items: [(String?, JSON)], open: String, close: String, indent: String?) -> String {
        guard !items.isEmpty else { return open + close }
        let inner = indent.map { $0 + "  " }
        let parts = items.map { key, value in
            let label = key.map { quoted($0) + (indent == nil ? ":" : ": ") } ?? ""
            return (inner.map { "\n" + $0 } ?? "") + label + value.text(indent: inner)
        }
        return open + parts.joined(separator: ",") + (indent.map { "\n" + $0 } ?? "") + close
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
