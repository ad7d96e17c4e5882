// layerverify: what a run tells GitHub Actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerVerify

/// The values of `--github`.
enum GitHubMode: String, CaseIterable, ExpressibleByArgument {
    /// In a step of GitHub Actions.
    case auto
    case always
    case never

    /// Spec: GitHub documentation, "Default environment variables".
    var isOn: Bool {
        switch self {
        case .auto: Environment.variable("GITHUB_ACTIONS") == "true"
        case .always: true
        case .never: false
        }
    }
}

/// Writes annotations to standard error, so that standard output has what it has elsewhere (runners read both), and
/// appends the summary to the file that the runner names.
///
/// It cannot change the exit status: a summary that cannot be written is a message.
struct GitHubActions {
    private let hasAnnotations: Bool
    private let summary: String?

    /// Returns nil if nothing is to be written. What was asked for as a report is not written twice.
    init?(_ mode: GitHubMode, beside reports: [ReportRequest]) {
        guard mode.isOn else { return nil }
        hasAnnotations = !reports.contains {
            $0.format == .gitHub && ReportOutput.givenDescriptor($0.output ?? "-") != nil
        }
        summary =
            reports.contains { $0.format == .gitHubSummary } ? nil : Environment.variable("GITHUB_STEP_SUMMARY")
        guard hasAnnotations || summary != nil else { return nil }
    }

    /// Writes the annotations and the summary of a report. With `isQuiet` a verified run has no annotation.
    func tell(_ report: Verification, isQuiet: Bool) {
        if hasAnnotations, !isQuiet || report.outcome != .verified {
            var text = ""
            report.write(as: .gitHub, style: Verification.Style().locating(for: .gitHub)) { text += $0 }
            StandardStreams.write(text, to: STDERR_FILENO)
        }
        guard let summary else { return }
        do throws(ReportOutput.Failure) {
            try Self.append(report, to: summary)
        } catch {
            StandardStreams.complain(error.description + "; this does not change the verdict")
        }
    }

    /// The most bytes of a summary, which all commands of a step share.
    private static let summaryByteCount = 1 << 20
    /// A summary of less than this says nothing useful.
    private static let leastByteCount = 4 << 10

    private static func append(_ report: Verification, to path: String) throws(ReportOutput.Failure) {
        let name = "the step summary '\(TerminalText.escaped(path))'"
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o666)
        guard descriptor >= 0 else { throw ReportOutput.Failure("append to", name, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ReportOutput.Failure("append to", name, errno) }
        let limit = summaryByteCount - Int(clamping: status.st_size)
        guard limit >= leastByteCount else { throw ReportOutput.Failure("append to", name, EFBIG) }
        try write(status.st_size > 0 ? "\n" : "", to: descriptor, name)
        try report.writeGitHubSummary(limit: limit - 1) { piece throws(ReportOutput.Failure) in
            try write(piece, to: descriptor, name)
        }
    }

    private static func write(_ text: String, to descriptor: Int32, _ name: String) throws(ReportOutput.Failure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ReportOutput.Failure("append to", name, count == 0 ? EIO : errno) }
            rest = rest.dropFirst(count)
        }
    }
}

/// The environment of the process.
enum Environment {
    /// A variable; nil if it is unset or empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// The working directory; nil if it has no path.
    static var workingDirectory: String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}

extension Verification.Style {
    /// The same style with the folders that a format for a server relates paths to: that of the checkout, which GitHub
    /// Actions and GitLab name, and the current one.
    func locating(for format: Verification.Format) -> Verification.Style {
        guard [.gitHub, .gitLab, .sarif].contains(format) else { return self }
        var style = self
        style.workingDirectory = Environment.workingDirectory
        style.projectDirectory = Environment.variable("GITHUB_WORKSPACE") ?? Environment.variable("CI_PROJECT_DIR")
        return style
    }
}
