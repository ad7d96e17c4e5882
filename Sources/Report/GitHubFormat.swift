// layerverify: annotations of GitHub Actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Workflow commands that make annotations: the most urgent findings, and at the end a notice with the counts.
///
/// GitHub shows ten annotations of each type for a step, so no more are written.
///
/// Spec: GitHub documentation, "Workflow commands for GitHub Actions".
package struct GitHubFormat: VerdictFormat {
    package let name = "github"

    /// The annotations of each type that GitHub shows for a step.
    package static let maximumCount = 10

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var chosen: [FindingRank: [Int]] = [:]
        var count = 0
        for (number, finding) in report.findings.enumerated() where finding.rank != .note {
            count += 1
            if chosen[finding.rank, default: []].count < Self.maximumCount {
                chosen[finding.rank, default: []].append(number)
            }
        }
        let errors = [.refuting, .undetermined, .consequence].flatMap { chosen[$0] ?? [] }.prefix(Self.maximumCount)
        // The counts are the tenth notice.
        let shown = errors + (chosen[.warning] ?? []) + (chosen[.ignored] ?? []).prefix(Self.maximumCount - 1)
        var owners = shown.isEmpty ? nil : FindingOwners(report)
        for number in shown {
            let details = FindingDetails(number, of: report, image: owners?.image(of: number))
            try sink(Self.annotation(report.findings[number], details, path: report.pathOnDisk(number), in: style))
        }
        var words = report.outcome.rawValue + ": " + TextReport(report, kind: .verdicts, style: style).summarySentence
        if count > shown.count {
            words += "; \(HumanUnits.count(count - shown.count, "finding")) without an annotation of its own"
        }
        try sink("::notice title=\(Tool.name)::" + Self.escaping(words) + "\n")
    }

    private static func annotation(
        _ finding: Finding, _ details: FindingDetails, path: String, in style: ReportStyle
    ) -> String {
        let command =
            switch finding.rank {
            case .refuting, .undetermined, .consequence: "error"
            case .warning: "warning"
            case .ignored, .note: "notice"
            }
        let file = escapingProperty(style.paths.relative(path))
        // Each field is a line of the annotation.
        let message = details.joined(by: "%0A") { escaping($0) }
        return "::\(command) file=\(file),line=1,title=\(Tool.name) \(finding.code.rawValue)::\(message)\n"
    }

    /// The text without characters that a terminal or the runner would interpret or hide.
    static func escaping(_ text: String) -> String {
        VisibleText.escaping(text).replacing("%", with: "%25")
    }

    static func escapingProperty(_ text: String) -> String {
        escaping(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
