// layerverify: the interfaces of report formats.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Renders the verdicts of a run in one format.
///
/// All functions pass text in pieces of some kilobytes, so that a report of 100 000 findings is never in memory as a
/// whole. Equal reports give equal text on every machine.
package protocol VerdictFormat: Sendable {
    /// The name that `--report` and `--format` accept.
    var name: String { get }

    /// Whether the format shows `Report.timeline`, which a run records only if it is asked to.
    var usesTimeline: Bool { get }

    /// Renders the verdicts of a run.
    ///
    /// Throws: errors of `sink`, immediately.
    func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure)
}

extension VerdictFormat {
    package var usesTimeline: Bool { false }
}

/// Renders reports of all kinds in one format.
package protocol ReportFormat: VerdictFormat {
    /// Renders the claims of the documents of the images; the layers of `report` have no outcome.
    ///
    /// Throws: errors of `sink`, immediately.
    func writeTree<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure)

    /// Renders the digests of layer files.
    ///
    /// Throws: errors of `sink`, immediately.
    func write<Failure: Error>(
        _ digests: LayerDigestReport, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure)
}
