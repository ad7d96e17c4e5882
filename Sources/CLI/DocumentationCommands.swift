// layerverify: the commands that write the docs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerVerify

/// `layerverify __findings`: `docs/findings.md`; with a code, its page in `docs/findings/`; with `--layer-rules`, the table in
/// `docs/policy.md`.
struct FindingsPage: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__findings", shouldDisplay: false)

    @Argument var code: String?
    @Flag var layerRules = false

    func run() throws {
        if layerRules { try Page.write(ReferenceDocs.layerRules) }
        guard let code else { try Page.write(ReferenceDocs.findings) }
        guard let page = ReferenceDocs.findingPage(code) else { throw ExitStatus.usage.exitCode }
        try Page.write(page)
    }
}

/// `layerverify __help`: `docs/cli.md`.
struct HelpPage: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__help", shouldDisplay: false)

    func run() throws {
        let commands =
            [("layerverify", RootCommand.self as any ParsableCommand.Type)]
            + RootCommand.documented.map { ("layerverify " + ($0.configuration.commandName ?? ""), $0) }
        var page = "# Command line\n\nWhat `--help` says, for each command.\n"
        for (name, command) in commands {
            let help = HelpText.page(for: command, width: 100)
            page += "\n## \(name)\n\n```text\n\(help)\n```\n"
        }
        try Page.write(page)
    }
}

/// `layerverify __man [COMMAND]`: the manual page of the top level or of a command; with `--list`, the names of all pages.
///
/// The date of the page is that of SOURCE_DATE_EPOCH; without this variable the page has no date.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__man", shouldDisplay: false)

    @Argument var command: String?
    @Flag var list = false

    func run() throws {
        guard !list else {
            let pages = [RootCommand.self] + RootCommand.documented
            try Page.write(pages.map { ManualPage.name(for: $0) + "\n" }.joined())
        }
        guard let command = command.map({ RootCommand.command(named: $0) }) ?? RootCommand.self else {
            throw ValidationError("There is no manual page of this command.")
        }
        try Page.write(ManualPage(of: command, date: try Self.date()).text)
    }

    /// Spec: reproducible-builds.org, SOURCE_DATE_EPOCH: seconds since 1970, in UTC.
    private static func date() throws -> String {
        guard let value = getenv("SOURCE_DATE_EPOCH"), value.pointee != 0 else { return "" }
        guard var seconds = time_t(String(cString: value)), seconds >= 0 else {
            throw ValidationError("SOURCE_DATE_EPOCH is not a number of seconds.")
        }
        var date = tm()
        var text = [CChar](repeating: 0, count: 32)
        guard gmtime_r(&seconds, &date) != nil, strftime(&text, text.count, "%Y-%m-%d", &date) > 0 else {
            throw ValidationError("SOURCE_DATE_EPOCH is not a date.")
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

private enum Page {
    static func write(_ text: String) throws -> Never {
        let output = try ReportOutput.opened(nil)
        try RunSession(progress: .never).finish(with: .verified, writing: [output], ifPipeCloses: .enough) {
            _, sink throws(ReportOutput.Failure) in
            try sink(text)
        }
    }
}
