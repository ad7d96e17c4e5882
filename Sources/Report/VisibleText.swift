// layerverify: untrusted text for a terminal.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Escapes text from an image for display.
package enum VisibleText {
    /// The text with every character escaped that a terminal would interpret or hide.
    ///
    /// A name in an image may contain terminal escape sequences, line breaks that forge lines of the report, or
    /// characters that change the direction of writing. All of them, and the backslash, become `\n`, `\\` or
    /// `\u{202e}`.
    ///
    /// Messages name bytes that are not UTF-8 as `\xff`, see `NameText`: this is kept, so that it is not escaped twice.
    ///
    /// The runners of GitHub Actions and Azure Pipelines find a command anywhere in a line, if it begins with `##[` or `##vso[`:
    /// there the bracket is escaped.
    package static func escaping(_ text: String) -> String { escaping(text, keepsBytes: true) }

    private static func escaping(_ text: String, keepsBytes: Bool) -> String {
        let text = withoutCommands(text)
        guard text.unicodeScalars.contains(where: { $0 == "\\" || isHazardous($0) }) else { return text }
        var result = ""
        let scalars = text.unicodeScalars
        for (place, scalar) in zip(scalars.indices, scalars) {
            switch scalar {
            case "\\": result += keepsBytes && isByte(scalars[place...]) ? "\\" : "\\\\"
            case escapedBracket: result += "\\u{5b}"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isHazardous(scalar): result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A name from an image, escaped in the same way. Each byte that does not belong to UTF-8 becomes `\xff`; a backslash of the name
    /// is always escaped.
    package static func escaping(_ name: [UInt8]) -> String {
        NameText.text(name) { escaping($0, keepsBytes: false) }
    }

    /// Whether a text begins with `\x` and the two digits of a byte that is not ASCII.
    private static func isByte(_ text: Substring.UnicodeScalarView) -> Bool {
        let digits = Array(text.prefix(4).dropFirst(2))
        return text.dropFirst().first == "x" && digits.count == 2 && "89abcdef".unicodeScalars.contains(digits[0])
            && "0123456789abcdef".unicodeScalars.contains(digits[1])
    }

    /// The same for text in which backslashes already escape something, such as JSON: they are kept.
    package static func escapingHazards(_ text: String) -> String {
        escaping(text).split(separator: "\\\\", omittingEmptySubsequences: false).joined(separator: "\\")
    }

    /// Stands for a bracket that is to be escaped. A character of private use: it would be escaped itself.
    private static let escapedBracket: Unicode.Scalar = "\u{f8ff}"

    private static func withoutCommands(_ text: String) -> String {
        guard text.utf8.count(where: { $0 == UInt8(ascii: "#") }) > 1 else { return text }
        var scalars = Array(text.unicodeScalars)
        for mark in ["##[", "##vso["].map({ Array($0.unicodeScalars) }) where scalars.count >= mark.count {
            for start in 0...(scalars.count - mark.count) where scalars[start...].starts(with: mark) {
                scalars[start + mark.count - 1] = escapedBracket
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// True for characters that are not displayed as themselves: controls, direction and format controls, line
    /// separators, and unassigned code points.
    static func isHazardous(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7f { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
