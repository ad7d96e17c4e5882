// layerverify: one run of the command that verifies.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerVerify

/// The options and paths of `layerverify verify`, whichever parser read them.
struct VerifyRun {
    var paths: [String]
    var options = Verifier.Options()
    var threshold = FailureThreshold.undetermined
    var reports = [ReportRequest(.text)]
    var verbosity: VerbosityFlag?
    var colour = ColourMode.auto
    var trace: String?
    var progress = ProgressMode.auto
    var github = GitHubMode.auto

    /// Verifies, writes the reports, and throws the exit status. Never returns.
    func run() throws -> Never {
        var options = options
        options.recordsTimeline = reports.contains { $0.format.usesTimeline }
        let verifier = try Verifier.validated(options)
        try FileLimit.requireRoom()
        let outputs = try reports.map { try ReportOutput.opened($0.output) }
        let trace = try TraceFile.opened(trace)
        let session = RunSession(progress: progress, isNice: options.hasLowPriority, trace: trace)
        for output in outputs { try output.prepare() }
        try trace?.prepare()
        CommandHints.complain(about: paths)
        PathHints.complain(about: paths)
        let result = session.run {
            verifier.verifyBlocking(
                imagesIn: paths.map { StandardInputPath.source($0) }, cancellation: $0, progress: $1, trace: $2)
        }
        GitHubActions(github, beside: reports)?.tell(result, isQuiet: verbosity == .quiet)
        try session.finish(with: ExitStatus(result, failingOn: threshold), writing: outputs) {
            number, sink throws(ReportOutput.Failure) in
            try result.write(
                as: reports[number].format,
                style: Verification.Style(verbosity, colour, on: outputs[number]).locating(for: reports[number].format),
                to: sink)
        }
    }
}

extension VerifyRun {
    /// Parses a command line of paths, `--quiet`, `--format json` and `--jobs` only; nil for any other.
    ///
    /// The result is that of ArgumentParser, which takes a third of the total time for a small image: it looks up the
    /// types of every option in the whole program (3 of 10 ms; docs/performance.md §Starting).
    ///
    /// Shape: `arguments` without the name of the program. A word that begins with a hyphen or names a command is left
    /// to ArgumentParser, and so is a line without a path.
    init?(plain arguments: some Collection<String>) {
        paths = []
        var words = arguments.makeIterator()
        while let argument = words.next() {
            if argument == "--quiet" || argument == "-q" {
                guard verbosity == nil else { return nil }
                verbosity = .quiet
            } else if argument == "--format" {
                guard reports == [ReportRequest(.text)], words.next() == "json" else { return nil }
                reports = [ReportRequest(.json)]
            } else if argument == "--jobs" {
                let count = words.next().flatMap { Int($0) }
                guard options.jobs == nil, let count, (1...64).contains(count) else { return nil }
                options.jobs = count
            } else if argument.isEmpty || argument.hasPrefix("-") || RootCommand.names.contains(argument) {
                return nil
            } else {
                paths.append(argument)
            }
        }
        guard !paths.isEmpty else { return nil }
    }
}
