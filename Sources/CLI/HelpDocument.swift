// layerverify: the parts of a page of help.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The help of the top level or of a command, separated into sections and entries.
///
/// ArgumentParser composes the help from the definitions of the options. Everything else that describes them is derived
/// from this text, so that no second list of options can differ from it.
struct HelpDocument {
    /// A section: lines below a heading such as `EXAMPLES:`.
    struct Section {
        /// The heading without its colon, in capitals. Empty for the paragraphs between the overview and the first heading.
        var title: String
        /// The lines without the indent of the section, which is two spaces. Paragraphs are one line each.
        var lines: [String]

        /// The lines as entries of a list.
        var entries: [Entry] { Entry.list(lines) }
    }

    /// An entry of a list: an option, an argument, a command or an exit status.
    struct Entry {
        /// Its names, each with its hyphens; the placeholder of an argument; the name of a command.
        var names: [String]
        /// The placeholder of the value of an option, such as `<file>`; nil for a flag.
        var value: String?
        /// What it means, one paragraph per element.
        var description: [String]
    }

    /// The abstract, without the word `OVERVIEW`.
    private(set) var overview = ""
    /// The sections in their order.
    private(set) var sections: [Section] = []

    /// The help of the top level, or of a subcommand.
    init(of command: any ParsableCommand.Type) {
        var title = ""
        var lines: [String] = []
        for line in HelpText.page(for: command, width: HelpText.unlimited).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if let text = Self.text(of: line, after: "OVERVIEW: ") {
                overview = text
            } else if let text = Self.text(of: line, after: "USAGE: ") {
                append(title, lines)
                (title, lines) = ("USAGE", [text])
            } else if line.hasSuffix(":"), line.contains(where: \.isLetter), line == line.uppercased(),
                !line.hasPrefix(" ")
            {
                append(title, lines)
                (title, lines) = (String(line.dropLast()), [])
            } else if !line.isEmpty, !line.hasPrefix(" "), !title.isEmpty {
                // A paragraph that is not indented ends a section.
                append(title, lines)
                (title, lines) = ("", [String(line)])
            } else {
                lines.append(String(line.hasPrefix("  ") ? line.dropFirst(2) : line))
            }
        }
        append(title, lines)
    }

    /// The section with a title; nil if there is none.
    subscript(title: String) -> Section? { sections.first { $0.title == title } }

    private mutating func append(_ title: String, _ lines: [String]) {
        var lines = lines[...]
        while lines.first?.isEmpty == true { lines.removeFirst() }
        while lines.last?.isEmpty == true { lines.removeLast() }
        if !lines.isEmpty { sections.append(Section(title: title, lines: Array(lines))) }
    }

    private static func text(of line: Substring, after prefix: String) -> String? {
        line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
    }
}

extension HelpDocument.Entry {
    /// Reads entries: the names at the beginning of a line, the description after them or on indented lines below.
    fileprivate static func list(_ lines: [String]) -> [Self] {
        var entries: [Self] = []
        for line in lines where !line.isEmpty {
            if line.hasPrefix(" ") {
                guard !entries.isEmpty else { continue }
                entries[entries.count - 1].description.append(String(line.drop { $0 == " " }))
            } else {
                entries.append(Self(line))
            }
        }
        return entries
    }

    private init(_ line: String) {
        var words = line.split(separator: " ", omittingEmptySubsequences: false)[...]
        names = []
        while let word = words.first, names.isEmpty || word.hasPrefix("-") {
            names.append(String(word.hasSuffix(",") ? word.dropLast() : word))
            words.removeFirst()
        }
        if let word = words.first, word.hasPrefix("<"), names[0].hasPrefix("-") {
            value = String(word)
            words.removeFirst()
        }
        let text = words.joined(separator: " ").drop { $0 == " " }
        description = text.isEmpty ? [] : [String(text)]
    }
}
