// layerverify: exit statuses.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// All exit statuses of the program; numbers are defined only here. For death by a signal see `SignalWatch`.
enum ExitStatus: Int32, CaseIterable {
    /// Every claim that could be checked is true, none was left undetermined, and the report was written. Findings that are
    /// ignored do not count, and with `--fail-on error` neither does what is undetermined.
    case verified = 0
    /// At least one claim is refuted.
    case refuted = 1
    /// No claim is refuted, but something could not be checked, or the report could not be written.
    case undetermined = 2
    /// Spec: sysexits.h EX_USAGE.
    case usage = 64
    /// Spec: sysexits.h EX_SOFTWARE.
    case internalError = 70

    /// The status of a report. With `.error` a run that only could not check something succeeds, unless it could not even do what
    /// the command line asks for.
    init(_ report: Verification, failingOn threshold: FailureThreshold = .undetermined) {
        let isTolerated = threshold == .error && report.outcome == .undetermined && !report.isRequestUnmet
        self.init(isTolerated ? .verified : report.outcome, hasInternalError: report.hasInternalError)
    }

    init(_ report: DigestReport) {
        self.init(report.outcome, hasInternalError: report.hasInternalError)
    }

    /// The status of reading the files of an image, or a file.
    ///
    /// - Parameter isFound: whether the path that the command line names is there.
    init(_ files: ImageFiles, isFound: Bool) {
        let outcome = files.outcome == .verified && !isFound ? .undetermined : files.outcome
        self.init(outcome, hasInternalError: files.verification.hasInternalError)
    }

    /// The status of a comparison, as that of diff(1).
    init(_ comparison: ImageComparison) {
        guard !comparison.hasInternalError else {
            self = .internalError
            return
        }
        self =
            switch comparison.outcome {
            case .same: .verified
            case .different: .refuted
            case .undetermined: .undetermined
            }
    }

    private init(_ outcome: Verification.Outcome, hasInternalError: Bool) {
        // After an internal error the other verdicts cannot be trusted.
        guard !hasInternalError else {
            self = .internalError
            return
        }
        self =
            switch outcome {
            case .verified: .verified
            case .refuted: .refuted
            case .undetermined: .undetermined
            }
    }

    /// The status for an error that reached the end of the program.
    ///
    /// ArgumentParser gives 64 for wrong usage, 0 for help, and 1 for unknown errors. That 1 must not be mistaken for a
    /// refuted claim.
    init(ending error: any Error) {
        if let code = error as? ExitCode {
            self = ExitStatus(rawValue: code.rawValue) ?? .internalError
            return
        }
        guard !(error is UsageFault) else {
            self = .usage
            return
        }
        switch RootCommand.exitCode(for: error) {
        case .success: self = .verified
        case .validationFailure: self = .usage
        // Thrown after a message, before the run began.
        case ExitStatus.undetermined.exitCode: self = .undetermined
        default: self = .internalError
        }
    }

    /// The status after the report or the trace was lost: the outcome is unknown to the caller. A refutation keeps its
    /// status.
    var afterLostReport: ExitStatus {
        switch self {
        case .verified, .undetermined: .undetermined
        case .refuted, .usage, .internalError: self
        }
    }

    /// The error that a command throws to end with this status.
    var exitCode: ExitCode { ExitCode(rawValue) }

    /// How `--fail-on` and the options that ignore findings change the status.
    private static let toleranceHelp = """
        Findings that --ignore, --ignore-file or --baseline name do not count. With --fail-on warning a warning gives 1. With \
        --fail-on error what could not be checked gives 0, unless no image was found, or something that the command line names is missing.
        """

    /// The section of the help of `verify`.
    static let helpOfVerify = help + "\n\n" + toleranceHelp

    /// The section of every command's help, except those of `verify`, `inspect` and `diff`.
    static let help = help(
        verified: "everything that could be checked is correct, and the report was written",
        refuted: "at least one claim is refuted",
        undetermined: "nothing is refuted, but something could not be checked or written",
        internalError: "internal error: the fast and the reference decoder disagree",
        signal: "interrupted by signal N (INT 130, TERM 143, HUP 129); what was found is reported")

    /// The section of the help of `inspect`.
    static let helpOfInspect =
        help(
            verified: "the documents could be read, and nothing is wrong with them",
            refuted: "something is wrong with a document, or one of them is missing",
            undetermined: "nothing is wrong, but something could not be read, recognised or written",
            internalError: "internal error", signal: "ended by signal N (INT 130, TERM 143, HUP 129)")
        + "\n\n" + toleranceHelp

    /// The section of the help of `ls` and `cat`. They end by SIGPIPE if their reader ends first (`ClosedPipe`).
    static let helpOfFiles = help(
        verified: "the image is verified, and what was asked for was written",
        refuted: "the image is refuted; what was written may be wrong, and standard error says what is",
        undetermined: "no image, several, no such path, or something could not be checked or written",
        internalError: "internal error: the fast and the reference decoder disagree",
        signal: "ended by signal N (INT 130, TERM 143, HUP 129)")

    /// The section of the help of `diff`, whose statuses are those of diff(1).
    static let helpOfDiff = help(
        verified: "the images are the same but for what is ignored, and nothing is wrong with them",
        refuted: "the images differ, and nothing is wrong with them",
        undetermined: "an image is damaged, could not be read, or is not exactly one image",
        internalError: "internal error: the fast and the reference decoder disagree",
        signal: "interrupted by signal N (INT 130, TERM 143, HUP 129)")

    private static func help(
        verified: String, refuted: String, undetermined: String, internalError: String, signal: String
    ) -> String {
        """
        EXIT STATUS:
          0      \(verified)
          1      \(refuted)
          2      \(undetermined)
          64     wrong usage
          70     \(internalError)
          128+N  \(signal)
        """
    }
}
