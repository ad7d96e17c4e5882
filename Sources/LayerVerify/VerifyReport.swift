// layerverify: the report as the library gives it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// What a run found, in the order of the images.
public struct VerifyReport: Sendable {
    /// What a report is about.
    package enum Kind: Hashable, Sendable {
        case verdicts
        case claims
    }

    package let report: Report
    package let kind: Kind

    package init(_ report: Report, kind: Kind) {
        self.report = report
        self.kind = kind
    }

    /// The outcome of the run: refuted if one image is, else undetermined if one is, else verified.
    ///
    /// Of an inspection, that of its documents alone: layers were not read.
    public var outcome: VerifyOutcome { VerifyOutcome(report.outcome) }

    /// Every manifest that was found.
    public var images: [VerifiedImage] {
        report.images.map { VerifiedImage(image: $0, report: report) }
    }

    /// Everything that is wrong, could not be checked, or is worth knowing.
    public var findings: [VerifyFinding] { report.findings.indices.map { VerifyFinding(at: $0, of: report) } }

    /// The figures of the run.
    public var summary: VerifySummary { VerifySummary(report.summary) }

    /// Whether the fast path and the reference path disagree on some blob: a fault of this library, worth a report.
    public var hasInternalError: Bool { report.hasInternalError }

    /// Writes the report piece by piece.
    ///
    /// Throws: what `sink` throws, at once.
    public func write<Failure: Error>(
        as format: OutputFormat, style: OutputStyle = OutputStyle(), to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        switch kind {
        case .verdicts: try format.renderer.write(report, in: style.reportStyle, to: sink)
        case .claims: try format.renderer.writeTree(report, in: style.reportStyle, to: sink)
        }
    }

    /// The report as `docs/json.md` describes it.
    public func json() -> String { rendered(as: .json) }

    /// The report for people, without colours.
    public func text() -> String { rendered(as: .text) }

    private func rendered(as format: OutputFormat) -> String {
        var result = ""
        write(as: format) { piece in result += piece }
        return result
    }
}
