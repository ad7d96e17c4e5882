// layerverify: reports for browsers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// One HTML page without scripts, which loads nothing; see `docs/reports.md`.
///
/// Limits: the page lists about 10 000 images, layers and findings (`HTMLPlan`). Beyond that it has the failures, as many
/// as fit, and the numbers of what it leaves out.
package struct HTMLFormat: VerdictFormat {
    package let name = "html"
    package let usesTimeline = true

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var page = HTMLReport(report)
        try page.write(to: sink)
    }
}
