// layerverify: reports for pull requests and tickets.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Markdown as GitHub, GitLab and Gitea read it: a heading with the outcome, a table of the images, and the findings of
/// each. Its layout may change.
package struct MarkdownFormat: VerdictFormat {
    package let name = "markdown"

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var markdown = MarkdownReport(report)
        try markdown.write(to: sink)
    }
}
