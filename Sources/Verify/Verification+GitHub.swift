// layerverify: the summary of a step of GitHub Actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

extension Verification {
    /// Writes the report as the summary of a step, in at most `limit` bytes.
    ///
    /// Throws: errors of `sink`, immediately.
    package func writeGitHubSummary<Failure: Error>(
        limit: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try GitHubSummaryFormat(limit: limit).write(report, in: ReportStyle(), to: sink)
    }
}
