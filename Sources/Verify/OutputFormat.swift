// layerverify: the formats of reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

/// A format in which reports are written.
public struct OutputFormat: Hashable, Sendable, CustomStringConvertible {
    /// The name that `--report` and `--format` accept.
    public let name: String

    /// Returns the format with a name; nil for an unknown name.
    public init?(_ name: String) {
        guard ReportFormats.verdicts.contains(where: { $0.name == name }) else { return nil }
        self.name = name
    }

    private init(known name: String) { self.name = name }

    /// Text for people.
    public static let text = OutputFormat(known: TextFormat().name)
    /// JSON for programs; see `docs/json.md`.
    public static let json = OutputFormat(known: JSONFormat().name)

    /// SARIF 2.1.0, for services that collect results of static analysis.
    public static let sarif = OutputFormat(known: SARIFFormat().name)
    /// A code quality report of GitLab.
    public static let gitLab = OutputFormat(known: GitLabFormat().name)
    /// Annotations of GitHub Actions.
    public static let gitHub = OutputFormat(known: GitHubFormat().name)
    /// Markdown for the summary of a step of GitHub Actions, 1 MiB at most.
    public static let gitHubSummary = OutputFormat(known: GitHubSummaryFormat().name)
    /// One HTML page for people, without scripts; see `docs/reports.md`.
    public static let html = OutputFormat(known: HTMLFormat().name)

    /// All formats, the default first.
    public static var all: [OutputFormat] { ReportFormats.verdicts.map { OutputFormat(known: $0.name) } }

    /// The formats for reports of all kinds. Other formats are for the report of `Verifier.verify` only.
    public static var general: [OutputFormat] { ReportFormats.all.map { OutputFormat(known: $0.name) } }

    /// Whether the format shows what each thread did when; see `VerifyOptions.recordsTimeline`.
    public var usesTimeline: Bool { verdictRenderer.usesTimeline }

    /// The name of the format.
    public var description: String { name }

    var verdictRenderer: any VerdictFormat { ReportFormats.verdicts.first { $0.name == name } ?? TextFormat() }

    /// The renderer of claims and digests: text for a format that is for verdicts only.
    var renderer: any ReportFormat { ReportFormats.all.first { $0.name == name } ?? TextFormat() }
}

/// The layout of text reports, and the folders that formats for servers relate paths to.
public struct OutputStyle: Hashable, Sendable {
    /// The amount of detail.
    public enum Verbosity: Hashable, Sendable {
        /// Errors only, one line per error; empty if everything is verified.
        case quiet
        /// One line per layer.
        case normal
        /// Full digests and all notes.
        case verbose
    }

    /// Whether ANSI escape sequences are used.
    public enum Colour: Hashable, Sendable {
        /// Plain text.
        case off
        /// Coloured marks and words.
        case on
    }

    /// The amount of detail.
    public var verbosity: Verbosity
    /// Whether ANSI escape sequences are used.
    public var colour: Colour
    /// The width in columns at which long lines are wrapped; nil for no wrapping.
    public var width: Int?
    /// The folder that relative paths belong to, absolute. `sarif`, `gitlab` and `github` write paths relative to
    /// `projectDirectory`; nil for paths as they were given.
    public var workingDirectory: String?
    /// The folder of the project, absolute; nil for the working directory.
    public var projectDirectory: String?

    /// Creates a style. The defaults suit a report in a file.
    public init(verbosity: Verbosity = .normal, colour: Colour = .off, width: Int? = nil) {
        self.verbosity = verbosity
        self.colour = colour
        self.width = width
    }

    var reportStyle: ReportStyle {
        let verbosity: ReportStyle.Verbosity =
            switch verbosity {
            case .quiet: .quiet
            case .normal: .normal
            case .verbose: .verbose
            }
        let colour: ReportStyle.Colour =
            switch colour {
            case .off: .off
            case .on: .on
            }
        var style = ReportStyle(verbosity: verbosity, colour: colour, width: width)
        style.paths = ReportPaths(workingDirectory: workingDirectory, project: projectDirectory)
        return style
    }
}
