// layerverify: the summary of a step of GitHub Actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The Markdown report, cut to the size that GitHub accepts for the summary of a step.
///
/// Memory: pieces are passed on as they come; past the limit nothing is kept.
package struct GitHubSummaryFormat: VerdictFormat {
    package let name = "github-summary"

    /// GitHub drops a summary of more than 1 MiB. The rest is for what other commands of the step write.
    package static let maximumByteCount = 1000 << 10

    private let limit: Int

    /// - Parameter limit: the largest number of bytes that are written.
    package init(limit: Int = Self.maximumByteCount) { self.limit = limit }

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var cut = MarkdownCut(limit: limit)
        try MarkdownFormat().write(report, in: style) { piece throws(Failure) in
            let text = cut.taking(piece)
            if !text.isEmpty { try sink(text) }
        }
        let end = cut.ending()
        if !end.isEmpty { try sink(end) }
    }
}

/// Markdown up to a limit, cut between lines, with its open blocks closed.
struct MarkdownCut {
    private static let note =
        "\nThe report was cut here: GitHub accepts 1 MiB. The JSON and HTML reports are complete.\n"
    /// The most bytes that `ending` returns: two closing tags, a fence and the note.
    private static let endByteCount = 256

    private var left: Int
    private var line = ""
    private var isCut = false
    private var isInFence = false
    private var detailsCount = 0

    init(limit: Int) { left = limit - Self.endByteCount }

    /// The lines that are complete with this piece and fit.
    mutating func taking(_ piece: String) -> String {
        guard !isCut else { return "" }
        var result = ""
        for part in piece.split(separator: "\n", omittingEmptySubsequences: false) {
            // A part is preceded by a line break unless it is the first.
            if part.startIndex != piece.startIndex {
                guard take(&result) else { return result }
            }
            line += part
        }
        return result
    }

    /// The last line, or what closes the open blocks and the note.
    mutating func ending() -> String {
        guard isCut else { return line }
        return (isInFence ? "```\n" : "") + String(repeating: "\n</details>\n", count: detailsCount) + Self.note
    }

    /// Moves the current line to `result`, if it fits.
    private mutating func take(_ result: inout String) -> Bool {
        guard line.utf8.count < left else {
            isCut = true
            return false
        }
        left -= line.utf8.count + 1
        if line.hasPrefix("```") { isInFence.toggle() }
        if !isInFence, line.hasPrefix("<details>") { detailsCount += 1 }
        if !isInFence, line.hasPrefix("</details>") { detailsCount -= 1 }
        result += line + "\n"
        line = ""
        return true
    }
}
