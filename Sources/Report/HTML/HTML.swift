// layerverify: escaped HTML.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A piece of HTML. Text that is interpolated into it is escaped, so only literals of this program are markup.
///
/// Spec: HTML Living Standard §13.1.
struct HTML: ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// The escaped form of a text from anywhere.
    init(escaping value: String) { text = Self.escaped(value) }

    static func + (one: HTML, other: HTML) -> HTML {
        var result = one
        result.text += other.text
        return result
    }

    static func += (one: inout HTML, other: HTML) { one.text += other.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }
        mutating func appendInterpolation(_ value: HTML) { text += value.text }
        /// A text of several lines, each of which is escaped.
        mutating func appendInterpolation(lines value: String) {
            text += value.split(separator: "\n").map { HTML.escaped(String($0)) }.joined(separator: "&#10;")
        }
    }

    /// The text for the content of an element or a quoted attribute. Characters that a browser hides, or that change
    /// the direction of writing, are shown as escapes (`VisibleText`).
    private static func escaped(_ value: String) -> String {
        let visible = VisibleText.escaping(value)
        guard visible.utf8.contains(where: { isMarkup($0) }) else { return visible }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(visible.utf8.count + 16)
        for byte in visible.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isMarkup(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: false
        }
    }
}

extension HTML {
    /// Constant text with `code` in backquotes, as `Explanation` has it.
    init(markdown text: String) {
        self = ""
        for (number, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            self += number.isMultiple(of: 2) ? "\(String(part))" : "<code>\(String(part))</code>"
        }
    }

    /// A text of any length from an image, cut after `limit` characters, as code.
    static func code(_ text: String, limit: Int = 2_000) -> HTML { "<code>\(cut(text, limit))</code>" }

    /// The first `limit` characters of a text, and how many more there are.
    static func cut(_ text: String, _ limit: Int) -> String {
        guard text.unicodeScalars.count > limit else { return text }
        let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
        return head + "… (\(text.unicodeScalars.count - limit) more characters)"
    }
}
