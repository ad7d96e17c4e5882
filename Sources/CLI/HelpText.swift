// layerverify: wrapping help.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Wraps help and messages of ArgumentParser so that each line keeps its indent.
///
/// ArgumentParser itself wraps examples and tables of a discussion to the first column.
enum HelpText {
    /// The width with which ArgumentParser does not wrap lines.
    static let unlimited = 10_000
    /// If fewer columns than this are left next to a label, its description begins below the label.
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

    /// Text with lines of at most `width` columns, unless a single word is longer.
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
            // The description of a long label, which is on a line of its own.
            let below = 2 + indentBelowLabel
            return fill(words, after: String(repeating: " ", count: below), hanging: below, width: width)
        }
        let lead = String(repeating: " ", count: indent)
        return fill(words, after: lead, hanging: hang(of: words, indent: indent), width: width)
    }

    /// The indent of continuation lines: the text after `Error:`, `Help:` or `Usage:`, or the right of an example's
    /// command.
    private static func hang(of words: Substring, indent: Int) -> Int {
        for label in ["Error: ", "Help:  ", "Usage: ", "USAGE: "] where words.hasPrefix(label) { return label.count }
        return indent == 0 || indent > indentBelowLabel ? indent : indent + 4
    }

    /// The beginning of the second column of a line with two: after the first gap of two spaces or more, or at the
    /// column in which ArgumentParser begins the descriptions of options.
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
