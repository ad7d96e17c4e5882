// layerverify: one run of the command that verifies.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerVerify

/// What `layerverify verify` was asked for, whoever read the command line.
struct VerifyRun {
    var paths: [String]
    var options = VerifyOptions()
    var format = OutputFormat.text
    var verbosity: ReportOptions.Verbosity?
    var colour = ColourMode.auto
    var output: String?
    var trace: String?
    var progress = ProgressMode.auto

    /// Verifies, reports, and throws the exit status; always.
    func run() throws -> Never {
        let verifier = try Verifier.validated(options)
        try FileLimit.requireRoom()
        let output = try ReportOutput.opened(output)
        let trace = try TraceFile.opened(trace)
        let session = RunSession(progress: progress, isNice: options.isNice, trace: trace)
        try output.prepare()
        try trace?.prepare()
        CommandHints.complain(about: paths)
        PathHints.complain(about: paths)
        let result = session.run { verifier.verify(paths, cancellation: $0, progress: $1, trace: $2) }
        try session.finish(with: ExitStatus(result), writing: output) { sink throws(ReportOutput.Failure) in
            try result.write(as: format, style: ReportOptions.style(verbosity, colour, on: output), to: sink)
        }
    }
}

extension VerifyRun {
    /// Reads a command line of nothing but paths and `--quiet`; nil for any other.
    ///
    /// ArgumentParser makes the same of it, but takes a third of the time that verifying a small image takes in all: it
    /// looks up every option's types in the whole program (3 of 10 ms; docs/performance.md §Starting).
    ///
    /// Shape: `arguments` without the name of the program. A word that begins with a hyphen or names a command is left to
    /// ArgumentParser, and so is a line without a path.
    init?(plain arguments: some Collection<String>) {
        paths = []
        for argument in arguments {
            if argument == "--quiet" || argument == "-q" {
                guard verbosity == nil else { return nil }
                verbosity = .quiet
            } else if argument.isEmpty || argument.hasPrefix("-") || RootCommand.names.contains(argument) {
                return nil
            } else {
                paths.append(argument)
            }
        }
        guard !paths.isEmpty else { return nil }
    }
}
