// layerverify: the list of report formats.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// All report formats. A new format is an element here.
package enum ReportFormats {
    /// The formats of reports of all kinds, the default first.
    package static let all: [any ReportFormat] = [TextFormat(), JSONFormat()]

    /// The formats of verdicts, the default first.
    package static let verdicts: [any VerdictFormat] = [
        TextFormat(),
        JSONFormat(),
        SARIFFormat(),
        GitLabFormat(),
        GitHubFormat(),
        GitHubSummaryFormat(),
        MarkdownFormat(),
        JUnitFormat(),
        TAPFormat(),
        HTMLFormat(),
    ]
}
