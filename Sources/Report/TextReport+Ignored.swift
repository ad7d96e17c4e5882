// layerverify: the files that a search ignored, in a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextReport {
    /// Writes the files that were found and not checked, one path per line, in verbose reports.
    mutating func writeIgnored<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let ignored = report.summary.ignored
        guard style.verbosity == .verbose, ignored.count > 0 else { return }
        page.line()
        page.paragraph(lead: "", leadWidth: 0, hanging: 0, "ignored files, which are not images and were not checked:")
        for path in ignored.paths {
            page.line("  " + VisibleText.escaping(path))
            try page.pass(to: sink)
        }
        if ignored.restCount > 0 { page.line("  and \(ignored.restCount) more") }
    }
}
