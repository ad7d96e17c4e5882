// layerverify: wrapping help.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Help and messages that ArgumentParser wrote without a limit, wrapped so that each line keeps its indent.
///
/// ArgumentParser itself wraps examples and tables of a discussion to the first column.
enum HelpText {
    /// What is passed as the width where ArgumentParser is to leave lines whole.
    static let unlimited = 10_000
    /// Fewer columns than this beside a label are not enough for its description: that goes below the label.
    private static let minimumRoom = 24
    private static let minimumWidth = 20
    private static let descriptionColumn = 26
    private static let indentBelowLabel = 6

    /// The help of the top level, or of a subcommand.
    static func page(for command: any ParsableCommand.Type, width: Int) -> String {
        let text =
            command == RootCommand.self
            ? TopLevelCommand.helpMessage(columns: unlimited)
            : RootCommand.helpMessage(for: command, columns: unlimited)
        return wrapped(text, to: width)
    }

    /// Text whose lines are no longer than `width` columns, as far as its words allow.
    static func wrapped(_ text: String, to width: Int) -> String {
        let width = max(width, minimumWidth)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { wrapped(line: $0, to: width) }
            .joined(separator: "\n")
    }

    private static func wrapped(line: Substring, to width: Int) -> String {
        guard line.count > width else { return String(line) }
        let indent = line.prefix { $0 == " " }.count
        if let column = column(after: indent, in: line) {
            let description = line.dropFirst(column)
            if width - column >= minimumRoom {
                return fill(description, after: String(line.prefix(column)), hanging: column, width: width)
            }
            var label = line.prefix(column)
            while label.last == " " { label.removeLast() }
            let below = indent + indentBelowLabel
            return fill(
                label.dropFirst(indent), after: String(repeating: " ", count: indent), hanging: indent + 4, width: width
            )
                + "\n"
                + fill(description, after: String(repeating: " ", count: below), hanging: below, width: width)
        }
        let words = line.dropFirst(indent)
        if indent > indentBelowLabel, width - indent < minimumRoom {
            // The description of a long label, which has its own line already.
            let below = 2 + indentBelowLabel
            return fill(words, after: String(repeating: " ", count: below), hanging: below, width: width)
        }
        let lead = String(repeating: " ", count: indent)
        return fill(words, after: lead, hanging: hang(of: words, indent: indent), width: width)
    }

    /// Where later lines begin: below the text behind `Error:`, `Help:` or `Usage:`, and to the right of an example's command.
    private static func hang(of words: Substring, indent: Int) -> Int {
        for label in ["Error: ", "Help:  ", "Usage: ", "USAGE: "] where words.hasPrefix(label) { return label.count }
        return indent == 0 || indent > indentBelowLabel ? indent : indent + 4
    }

    /// Where the second of two columns begins, if a line has two: behind the first gap of two spaces or more, or where
    /// ArgumentParser begins the description of an option.
    private static func column(after indent: Int, in line: Substring) -> Int? {
        guard indent > 0 else { return nil }
        if line.hasPrefix("  -"), line.dropFirst(descriptionColumn - 1).prefix(2).first == " ",
            line.dropFirst(descriptionColumn).first != " "
        {
            return descriptionColumn
        }
        var gap = 0
        for (offset, character) in line.enumerated().dropFirst(indent) {
            if character == " " {
                gap += 1
            } else {
                if gap >= 2 { return offset }
                gap = 0
            }
        }
        return nil
    }

    private static func fill(_ words: Substring, after lead: String, hanging: Int, width: Int) -> String {
        var lines: [String] = []
        var line = lead
        var isEmpty = true
        for word in words.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: hanging)
                isEmpty = true
            }
            if !isEmpty { line += " " }
            line += word
            isEmpty = false
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
