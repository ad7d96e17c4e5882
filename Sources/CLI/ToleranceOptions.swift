// layerverify: the options for what a pipeline tolerates.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify
internal import SystemPackage

/// The least serious result that makes the exit status other than 0.
enum FailureThreshold: String, CaseIterable, ExpressibleByArgument {
    /// Only refuted claims.
    case error
    /// Refuted claims and warnings, and claims that could not be checked.
    case warning
    /// Refuted claims, and claims that could not be checked.
    case undetermined
}

/// The options that decide which findings count, and which of them fail.
struct ToleranceOptions: ParsableArguments {
    @Option(
        name: .customLong("fail-on"),
        help: ArgumentHelp(
            "What makes the exit status other than 0: 'error' (a refuted claim), 'undetermined' (also what could not be checked; "
                + "the default) or 'warning' (also warnings).", valueName: "what"))
    var thresholds: [FailureThreshold] = []

    @Flag(help: "The same as --fail-on warning.") var strict = false

    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp(
            "Do not count findings of this code, or of this code about the blob with this digest. May be repeated. Codes that say "
                + "that bytes are wrong need the digest.", valueName: "code[:digest]"))
    var rules: [String] = []

    @Option(
        name: .customLong("ignore-file"),
        help: ArgumentHelp(
            "Do not count findings by the rules of a file, one per line: 'code[:digest] [until=YYYY-MM-DD] reason'. May be repeated.",
            valueName: "file"),
        completion: .file())
    var files: [String] = []

    @Option(
        name: .customLong("baseline"),
        help: ArgumentHelp("Do not count findings that an earlier JSON report lists.", valueName: "file"),
        completion: .file())
    var baselines: [String] = []

    func validate() throws {
        guard thresholds.count <= 1 else { throw ValidationError("--fail-on may be given once.") }
        if strict, let threshold = thresholds.first, threshold != .warning {
            throw ValidationError(
                "--strict is the same as --fail-on warning, and contradicts --fail-on \(threshold.rawValue).")
        }
        guard baselines.count <= 1 else { throw ValidationError("--baseline may be given once.") }
        guard !(files + baselines).contains("") else { throw ValidationError("The path of a file is empty.") }
        // The files are read once, when the command runs: they may be pipes.
        do throws(Verifier.Error) {
            _ = try parsedRules()
        } catch {
            throw ValidationError(TerminalText.escaped(error.description))
        }
    }

    /// Throws: `ValidationError` if the report would replace a file that is to be read first: a baseline that takes over the new
    /// findings of each run would never fail twice.
    func validate(output: String?) throws {
        try OutputPlace.validate(
            output, reading: files + baselines, hint: "Write another file, and rename it when the run is over.")
    }

    /// Reads the files, and sets the options of a run.
    ///
    /// Throws: the exit status of wrong usage, after a message, for a file that cannot be read or is malformed. The usage of the
    /// command line is not printed, because it is not wrong.
    func apply(to options: inout Verifier.Options) throws {
        options.isStrict = isStrict
        do throws(Verifier.Error) {
            options.ignoreRules = try parsedRules()
            for file in files { options.ignoreRules += try Verifier.IgnoreRule.rules(inFile: FilePath(file)) }
            options.baseline = try baselines.first.map { path throws(Verifier.Error) in
                try Verifier.Baseline(report: FilePath(path))
            }
        } catch {
            StandardStreams.complain(TerminalText.escaped(error.description))
            throw ExitStatus.usage.exitCode
        }
    }

    var threshold: FailureThreshold { isStrict ? .warning : thresholds.first ?? .undetermined }

    private var isStrict: Bool { strict || thresholds.first == .warning }

    private func parsedRules() throws(Verifier.Error) -> [Verifier.IgnoreRule] {
        try rules.map { rule throws(Verifier.Error) in try Verifier.IgnoreRule(rule) }
    }
}
