// layerverify: the commands that write the docs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify __findings`: `docs/findings.md`; with a code, its page in `docs/findings/`.
struct FindingsPage: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__findings", shouldDisplay: false)

    @Argument var code: String?

    func run() throws {
        guard let code else { try Page.write(ReferenceDocs.findings) }
        guard let page = ReferenceDocs.findingPage(code) else { throw ExitStatus.usage.exitCode }
        try Page.write(page)
    }
}

/// `layerverify __help`: `docs/cli.md`.
struct HelpPage: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__help", shouldDisplay: false)

    func run() throws {
        let commands: [(String, any ParsableCommand.Type)] = [
            ("layerverify", RootCommand.self), ("layerverify verify", VerifyCommand.self),
            ("layerverify digest", DigestCommand.self), ("layerverify inspect", InspectCommand.self),
            ("layerverify explain", ExplainCommand.self), ("layerverify bench", BenchCommand.self),
        ]
        var page = "# Command line\n\nWhat `--help` says, for each command.\n"
        for (name, command) in commands {
            let help = HelpText.page(for: command, width: 100)
            page += "\n## \(name)\n\n```text\n\(help)\n```\n"
        }
        try Page.write(page)
    }
}

private enum Page {
    static func write(_ text: String) throws -> Never {
        let output = try ReportOutput.opened(nil)
        try RunSession(progress: .never).finish(with: .verified, writing: [output]) {
            _, sink throws(ReportOutput.Failure) in
            try sink(text)
        }
    }
}
