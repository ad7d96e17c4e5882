// layerverify: reports for people.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Text for people. Its layout may change; programs read the JSON.
package struct TextFormat: ReportFormat {
    package let name = "text"

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var text = TextReport(report, kind: .verdicts, style: style)
        switch style.verbosity {
        case .quiet: try text.writeErrors(to: sink)
        case .normal, .verbose: try text.writeAll(to: sink)
        }
        try text.page.flush(to: sink)
    }

    package func writeTree<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var text = TextReport(report, kind: .claims, style: style)
        switch style.verbosity {
        case .quiet: try text.writeErrors(to: sink)
        case .normal, .verbose: try text.writeAll(to: sink)
        }
        try text.page.flush(to: sink)
    }

    package func write<Failure: Error>(
        _ digests: LayerDigestReport, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var page = TextPage(style: style)
        for record in digests.records {
            page.line(Self.line(record, style: style))
            try page.pass(to: sink)
        }
        try page.flush(to: sink)
    }

    /// One line per file, with two spaces between columns and a dash for an unknown value. The path is last, as in the
    /// output of sha256sum, so that it may contain spaces.
    private static func line(_ record: LayerDigestRecord, style: ReportStyle) -> String {
        var columns = [
            record.digest?.description, record.diffID?.description, record.size.map { String($0) },
            record.uncompressedSize.map { String($0) }, record.compression?.rawValue,
        ]
        if style.showsChainIDs { columns.append(record.chainID?.description) }
        return columns.map { $0 ?? "-" }.joined(separator: "  ") + "  " + VisibleText.escaping(record.path)
    }
}
