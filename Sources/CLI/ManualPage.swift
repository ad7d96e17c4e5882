// layerverify: manual pages.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// A manual page in the macros of man(7), from the help of the top level or of a command.
struct ManualPage {
    private let command: any ParsableCommand.Type
    private let help: HelpDocument
    private let date: String

    /// The sections of the help that have a place of their own in a manual page.
    private static let special = ["", "USAGE", "EXAMPLES", "EXIT STATUS", "SUBCOMMANDS", "ARGUMENTS", "OPTIONS"]

    /// - Parameter date: the date in the header, such as `2025-06-30`; empty for none.
    init(of command: any ParsableCommand.Type, date: String) {
        self.command = command
        self.date = date
        help = HelpDocument(of: command)
    }

    /// The name of the page: `layerverify`, or `layerverify-` with the name of the command.
    static func name(for command: any ParsableCommand.Type) -> String {
        let program = RootCommand.configuration.commandName ?? "layerverify"
        guard command != RootCommand.self, let name = command.configuration.commandName else { return program }
        return program + "-" + name
    }

    /// The whole page, with a newline at its end.
    var text: String {
        var page = Troff()
        let name = Self.name(for: command)
        page.title(name.uppercased(), date: date, source: "layerverify \(Verifier.VersionInfo.version)")
        page.request("SH", ["NAME"])
        page.paragraph("\(name) - \(Self.asName(help.overview))")
        synopsis(on: &page)
        page.request("SH", ["DESCRIPTION"])
        if name.contains("-") { page.paragraph(help.overview) }
        for section in help.sections where section.title.isEmpty {
            for line in section.lines where !line.isEmpty { page.paragraph(line) }
        }
        commands(on: &page)
        options(on: &page)
        if let examples = help["EXAMPLES"] {
            page.request("SH", ["EXAMPLES"])
            page.example(examples.lines)
        }
        if let statuses = help["EXIT STATUS"] {
            page.request("SH", ["EXIT STATUS"])
            for entry in statuses.entries { page.item(Troff.bold(entry.names[0]), entry.description) }
        }
        references(on: &page)
        return page.text
    }

    private func synopsis(on page: inout Troff) {
        page.request("SH", ["SYNOPSIS"])
        for (offset, line) in (help["USAGE"]?.lines ?? []).enumerated() {
            if offset > 0 { page.request("br", []) }
            page.line(line.split(separator: " ").map { Self.usage(String($0)) }.joined(separator: " "))
        }
    }

    /// Arguments, then options by section, those without a section of their own first.
    private func options(on page: inout Troff) {
        let groups = help.sections.filter { !Self.special.contains($0.title) }
        page.request("SH", ["OPTIONS"])
        for title in ["ARGUMENTS", "OPTIONS"] {
            for entry in help[title]?.entries ?? [] { page.item(Self.label(of: entry), entry.description) }
        }
        for group in groups {
            page.request("SS", [group.title.prefix(1) + group.title.dropFirst().lowercased()])
            for entry in group.entries { page.item(Self.label(of: entry), entry.description) }
        }
    }

    private func commands(on page: inout Troff) {
        guard let section = help["SUBCOMMANDS"] else { return }
        page.request("SH", ["COMMANDS"])
        for entry in section.entries where RootCommand.command(named: entry.names[0]) != nil {
            page.item(Troff.bold(entry.names[0]), entry.description)
        }
    }

    private func references(on page: inout Troff) {
        page.request("SH", ["SEE ALSO"])
        let pages = ([RootCommand.self] + RootCommand.documented).filter { $0 != command }
        let names = pages.map { Self.name(for: $0) }.sorted()
        for (offset, name) in names.enumerated() {
            page.request("BR", [name, "(1)" + (offset + 1 < names.count ? "," : "")])
        }
    }

    /// The abstract as the description of a name, which is not a sentence.
    private static func asName(_ abstract: String) -> String {
        let text = abstract.hasSuffix(".") ? abstract.dropLast() : abstract[...]
        let isAcronym = text.dropFirst().first?.isUppercase == true
        return isAcronym ? String(text) : text.prefix(1).lowercased() + text.dropFirst()
    }

    private static func label(of entry: HelpDocument.Entry) -> String {
        let names = entry.names.map { usage($0) }.joined(separator: ", ")
        return names + (entry.value.map { " " + usage($0) } ?? "")
    }

    /// A word of a synopsis or of a label: placeholders in italics, other words in bold; brackets around them are neither.
    private static func usage(_ word: String) -> String {
        guard !word.hasPrefix("...") else { return word }
        let before = word.hasPrefix("[") ? "[" : ""
        var inner = word.dropFirst(before.count)
        var after = ""
        if before.isEmpty == false, inner.hasSuffix("]") {
            inner.removeLast()
            after = "]"
        }
        guard inner.hasPrefix("<"), inner.hasSuffix(">") else { return before + Troff.bold(String(inner)) + after }
        return before + Troff.italic(String(inner.dropFirst().dropLast())) + after
    }
}
