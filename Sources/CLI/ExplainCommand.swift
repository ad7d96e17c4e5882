// layerverify: the command that explains findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify explain`.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain findings: what they mean, how they come about, and what to do.",
        usage: "layerverify explain [<options>] [<code> ...]",
        discussion: """
            Prints for each code its meaning, the usual causes, what to do, and the sections of the specifications that it \
            rests on. Without a code it lists all of them, one per line. A code may be written as reports write it, such as \
            'error[blob-digest-mismatch]', in any case.

            EXAMPLES:
              layerverify explain blob-digest-mismatch
              layerverify explain                               list all codes
              layerverify explain --list diffid-mismatch blob-missing
              layerverify explain --format markdown stream-corrupt >>issue.md
              layerverify explain --format json blob-missing | jq -r '.findings[0].remedies[]'

            EXIT STATUS:
              0   the text is written
              2   it could not be written
              64  wrong usage, such as an unknown code
            """)

    @Argument(
        help: ArgumentHelp("Codes of findings; reports have them in brackets.", valueName: "code"),
        completion: .list(ReferenceDocs.findingCodes))
    var codes: [FindingName] = []

    @Flag(help: "Print one line per code; for all codes if none is given.") var list = false

    @Option(help: ArgumentHelp("The format: for people, for programs, or for pages.", valueName: "format"))
    var format = ReferenceDocs.ExplanationFormat.text

    func run() throws {
        let output = try ReportOutput.opened(nil)
        let style = Verification.Style(nil, .auto, on: output)
        let isList = list || codes.isEmpty
        let names = codes.isEmpty ? ReferenceDocs.findingCodes : codes.map { $0.code }
        let text =
            isList
            ? ReferenceDocs.findingList(of: names, as: format, style: style)
            : ReferenceDocs.explanation(of: names, as: format, style: style)
        try RunSession(progress: .never).finish(with: .verified, writing: [output], ifPipeCloses: .enough) {
            _, sink throws(ReportOutput.Failure) in
            try sink(text)
        }
    }

    func validate() throws {
        for name in codes where !name.isKnown { throw ValidationError(name.complaint) }
    }
}

extension ReferenceDocs.ExplanationFormat: ExpressibleByArgument {}

/// The code of a finding as a user writes it.
struct FindingName: ExpressibleByArgument {
    private let word: String
    /// The code: in lower case, without `error[` and `]`.
    let code: String

    /// Accepts every word, so that `validate` can name the nearest code.
    init?(argument: String) {
        word = argument
        code = ReferenceDocs.normalizedCode(argument)
    }

    var isKnown: Bool { ReferenceDocs.findingCodes.contains(code) }

    /// The message about an unknown code, with those that may be meant.
    var complaint: String {
        "There is no finding with the code '\(TerminalText.escaped(String(word.prefix(80))))'. "
            + ReferenceDocs.suggestion(forCode: word)
    }
}
