// layerverify: text with the macros of man(7).
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes a manual page: requests, paragraphs, lists and examples.
///
/// Lines of prose end after a sentence, or before the 79th column, as mandoc advises.
struct Troff {
    /// The page so far, with a newline at its end.
    private(set) var text = ""

    /// Whether the last line was a heading, after which there is no macro for a paragraph.
    private var isAtHeading = false

    private static let lineWidth = 78

    /// The header of the page, in section 1.
    ///
    /// - Parameter date: `2025-06-30`, or empty. It is not escaped, since mandoc parses it.
    mutating func title(_ name: String, date: String, source: String) {
        text += ".TH \(Self.escaped(name)) 1 \"\(date)\" \"\(Self.escaped(source))\" \"User Commands\"\n"
    }

    /// A macro with its arguments, which are escaped here, and quoted where necessary.
    mutating func request(_ name: String, _ arguments: [String] = []) {
        text += "." + name
        for argument in arguments {
            let word = Self.escaped(argument)
            text += word.isEmpty || word.contains(" ") ? " \"\(word)\"" : " " + word
        }
        text += "\n"
        isAtHeading = ["SH", "SS"].contains(name)
    }

    /// A line of text that is already escaped.
    mutating func line(_ line: String) {
        text += Self.guarded(line) + "\n"
        isAtHeading = false
    }

    /// A paragraph of text.
    mutating func paragraph(_ words: String) {
        if !isAtHeading { request("PP") }
        fill(words)
    }

    /// An entry of a list: an escaped label, and the paragraphs of its description.
    mutating func item(_ label: String, _ description: [String]) {
        request("TP")
        line(label)
        for (offset, paragraph) in description.enumerated() {
            if offset > 0 { request("IP") }
            fill(paragraph)
        }
    }

    /// Lines that are not filled.
    mutating func example(_ lines: [String]) {
        if !isAtHeading { request("PP") }
        request("EX")
        for line in lines { self.line(Self.escaped(line)) }
        request("EE")
    }

    private mutating func fill(_ words: String) {
        var current = ""
        for word in words.split(separator: " ") {
            let word = Self.escaped(String(word))
            if !current.isEmpty, current.count + 1 + word.count > Self.lineWidth {
                line(current)
                current = ""
            }
            current += (current.isEmpty ? "" : " ") + word
            if Self.endsSentence(word) {
                line(current)
                current = ""
            }
        }
        if !current.isEmpty { line(current) }
    }

    private static func endsSentence(_ word: String) -> Bool {
        let word = word.hasSuffix(")") ? word.dropLast() : word[...]
        return word.hasSuffix(".") || word.hasSuffix("?") || word.hasSuffix("!")
    }

    /// Text in bold, escaped.
    static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

    /// Text in italics, escaped.
    static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }

    /// Text without a meaning for troff: every character is printed as it is, so that options can be copied from the page.
    ///
    /// Spec: groff_man_style(7) §Portability, groff_char(7).
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\"": result += "\\(dq"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            }
        }
        return result
    }

    /// A line that troff does not take as a request.
    private static func guarded(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }
}
