// layerverify: the options for the reports of a verification.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// One report: its format, and the file that it is written to.
struct ReportRequest: Hashable, ExpressibleByArgument {
    var format: Verification.Format
    /// A file; nil or `-` for standard output.
    var output: String?

    init(_ format: Verification.Format, output: String? = nil) {
        self.format = format
        self.output = output
    }

    /// Reads `FORMAT[=FILE]`.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let format = Verification.Format(String(name)) else { return nil }
        self.init(format, output: parts.count > 1 ? String(parts[1]) : nil)
    }

    static var allValueStrings: [String] { Verification.Format.all.map { $0.name } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// The options for the formats, the destinations and the layout of the reports of a verification.
struct VerdictOptions: ParsableArguments {
    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Write a report in a format, to a file or to standard output. May be repeated. The text report is written to standard "
                + "output as well, unless it or that place is asked for.", valueName: "format[=file]"))
    var reports: [ReportRequest] = []

    @Option(
        help: ArgumentHelp("The format of the report that -o names (default: text).", valueName: "format"))
    var format: VerdictFormatName?

    @Option(
        help: ArgumentHelp(
            "Write annotations to standard error and append to the step summary of GitHub Actions (auto: if GITHUB_ACTIONS is true).",
            valueName: "when"))
    var github = GitHubMode.auto

    @OptionGroup var destination: DestinationOptions
    @Flag(exclusivity: .exclusive) var verbosity: VerbosityFlag?

    /// All reports to write, in the order of the options.
    var requests: [ReportRequest] {
        var requests = reports
        if format != nil || destination.output != nil {
            requests.insert(ReportRequest(format?.format ?? .text, output: destination.output), at: 0)
        } else if !requests.contains(where: { $0.format == .text || $0.isForStandardOutput }) {
            requests.insert(ReportRequest(.text), at: 0)
        }
        return requests
    }

    /// Checks the places of the reports, before anything is read.
    ///
    /// Throws: `ValidationError` if two reports have one place, or if one would replace a file that is to be verified.
    func validate(reading paths: [String], trace: String?) throws {
        let requests = requests
        for request in requests { try OutputPlace.validate(request.output, reading: paths) }
        for (index, request) in requests.enumerated() {
            for other in requests[..<index] where OutputPlace.isSame(request.output, other.output) {
                let place =
                    request.isForStandardOutput
                    ? "standard output" : "'\(TerminalText.escaped(request.output ?? "-"))'"
                throw ValidationError(
                    "Two reports, \(other.format) and \(request.format), cannot both go to \(place): write one to a file, "
                        + "as in --report \(request.format)=FILE.")
            }
            try TraceFile.validate(trace, beside: request.output, reading: paths)
        }
    }
}

extension ReportRequest {
    var isForStandardOutput: Bool { OutputPlace.isSame(output, nil) }
}
