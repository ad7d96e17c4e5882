// layerverify: the report as the library gives it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// The result of a run, in the order of the images.
public struct VerifyReport: Sendable {
    /// The kind of a report.
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

    /// The outcome of the run: refuted if an image is refuted, otherwise undetermined if one is undetermined, otherwise
    /// verified.
    ///
    /// The outcome of an inspection covers the documents only, since layers were not read.
    public var outcome: VerifyOutcome { VerifyOutcome(report.outcome) }

    /// All manifests that were found.
    public var images: [VerifiedImage] {
        report.images.map { VerifiedImage(image: $0, report: report) }
    }

    /// All faults, claims that could not be checked, and notes.
    public var findings: [VerifyFinding] { report.findings.indices.map { VerifyFinding(at: $0, of: report) } }

    /// The numbers of the run.
    public var summary: VerifySummary { VerifySummary(report.summary) }

    /// Whether the run is undetermined because no image was found, or because something that its options ask for could not be
    /// done, such as a path that does not exist or a name that matches nothing.
    public var isRequestUnmet: Bool { report.isRequestUnmet }

    /// Whether the fast path and the reference path disagree on a blob. Please report it: it is a bug of this library.
    public var hasInternalError: Bool { report.hasInternalError }

    /// Writes the report piece by piece. The report of an inspection is written as text unless `format` is one of
    /// `OutputFormat.general`.
    ///
    /// Throws: errors of `sink`, immediately.
    public func write<Failure: Error>(
        as format: OutputFormat, style: OutputStyle = OutputStyle(), to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        switch kind {
        case .verdicts: try format.verdictRenderer.write(report, in: style.reportStyle, to: sink)
        case .claims: try format.renderer.writeTree(report, in: style.reportStyle, to: sink)
        }
    }

    /// The report as JSON; see `docs/json.md`.
    public func json() -> String { rendered(as: .json) }

    /// The report as text, without colours.
    public func text() -> String { rendered(as: .text) }

    private func rendered(as format: OutputFormat) -> String {
        var result = ""
        write(as: format) { piece in result += piece }
        return result
    }
}
