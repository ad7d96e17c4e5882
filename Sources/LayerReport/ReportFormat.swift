// layerverify: what a report format does.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Renders reports in one format.
///
/// All functions hand out text in pieces of some kilobytes, so that a report of 100 000 findings is never in memory as
/// a whole. The same report gives the same text, whatever the machine.
package protocol ReportFormat: Sendable {
    /// What `--format` calls it.
    var name: String { get }

    /// Renders the verdicts of a run.
    ///
    /// Throws: what `sink` throws, at once.
    func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure)

    /// Renders what the documents of the images claim; the layers of `report` have no outcome of their own.
    ///
    /// Throws: what `sink` throws, at once.
    func writeTree<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure)

    /// Renders the digests of layer files.
    ///
    /// Throws: what `sink` throws, at once.
    func write<Failure: Error>(
        _ digests: LayerDigestReport, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure)
}
