// layerverify: the formats of reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

extension Verification {
    /// A format in which reports are written.
    public struct Format: Hashable, Sendable, CustomStringConvertible {
        /// The name that `--report` and `--format` accept.
        public let name: String

        /// Finds a format by its name; nil for an unknown name.
        ///
        /// - Parameter name: The name that `--report` accepts.
        public init?(_ name: String) {
            guard ReportFormats.verdicts.contains(where: { $0.name == name }) else { return nil }
            self.name = name
        }

        private init(known name: String) { self.name = name }

        /// Text for people.
        public static let text = Format(known: TextFormat().name)
        /// JSON for programs; see `docs/json.md`.
        public static let json = Format(known: JSONFormat().name)

        /// SARIF 2.1.0, for services that collect results of static analysis.
        public static let sarif = Format(known: SARIFFormat().name)
        /// A code quality report of GitLab.
        public static let gitLab = Format(known: GitLabFormat().name)
        /// Annotations of GitHub Actions.
        public static let gitHub = Format(known: GitHubFormat().name)
        /// Markdown for the summary of a step of GitHub Actions, 1 MiB at most.
        public static let gitHubSummary = Format(known: GitHubSummaryFormat().name)
        /// One HTML page for people, without scripts; see `docs/reports.md`.
        public static let html = Format(known: HTMLFormat().name)

        /// All formats, the default first.
        public static var all: [Format] { ReportFormats.verdicts.map { Format(known: $0.name) } }

        /// The formats for reports of all kinds. Other formats are for the report of ``Verifier/verify(imagesIn:progress:trace:)`` only.
        public static var general: [Format] { ReportFormats.all.map { Format(known: $0.name) } }

        /// Whether the format shows what each thread did when; see ``Verifier/Options/recordsTimeline``.
        public var usesTimeline: Bool { verdictRenderer.usesTimeline }

        /// The name of the format.
        public var description: String { name }

        var verdictRenderer: any VerdictFormat { ReportFormats.verdicts.first { $0.name == name } ?? TextFormat() }

        /// The renderer of claims and digests: text for a format that is for verdicts only.
        var renderer: any ReportFormat { ReportFormats.all.first { $0.name == name } ?? TextFormat() }
    }
}
