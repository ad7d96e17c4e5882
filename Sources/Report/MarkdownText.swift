// layerverify: untrusted text in Markdown.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes text from an image as code.
///
/// In a code span nothing is interpreted: no emphasis, HTML, link, address, mention of a user, number of an issue or hash
/// of a commit. Escapes with backslashes do not prevent the last four, since GitHub looks for them in the rendered page.
///
/// Spec: GitHub Flavored Markdown 0.29 §Code spans, §Tables.
enum MarkdownText {
    /// A code span; a dash for an empty text.
    ///
    /// It is limited to 200 characters, and the delimiter is longer than any run of backticks in the text.
    static func code(_ text: String) -> String {
        guard !text.isEmpty else { return "–" }
        let limit = 200
        var visible = VisibleText.escaping(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))))
        if text.unicodeScalars.dropFirst(limit).first != nil { visible += "…" }
        var longest = 0
        var run = 0
        for byte in visible.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let delimiter = String(repeating: "`", count: longest + 1)
        // A reader removes one space from each end if there is one at both.
        let ends: [Character?] = [visible.first, visible.last]
        let padding = ends.contains("`") || ends.contains(" ") ? " " : ""
        return delimiter + padding + visible + padding + delimiter
    }

    /// A code span in a cell of a table.
    ///
    /// A backslash makes a vertical bar a part of the cell, also in a code span; it is removed before the span is read.
    /// The number of backslashes before it is even, because `VisibleText` doubles those of the text.
    static func cell(_ text: String) -> String {
        code(text).split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
