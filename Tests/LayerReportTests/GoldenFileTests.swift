// layerverify: reports against golden files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerBench
import LayerModel
import LayerReport
import Testing

/// Compares reports with the files in `Golden/`. After an intended change run the suite with `UPDATE_GOLDEN=1`, review
/// the difference, and add a line to CHANGELOG.
@Suite struct GoldenFileTests {
    @Test(arguments: SampleReport.all)
    func textMatchesTheGoldenFiles(_ sample: SampleReport) throws {
        for verbosity in ReportStyle.Verbosity.allCases {
            let text = render(TextFormat(), sample.report, ReportStyle(verbosity: verbosity))
            try expectGolden(text, "\(sample).\(verbosity.rawValue).txt")
        }
    }

    @Test(arguments: SampleReport.all)
    func colouredTextMatchesTheGoldenFiles(_ sample: SampleReport) throws {
        let text = render(TextFormat(), sample.report, ReportStyle(colour: .on, width: 72))
        try expectGolden(text, "\(sample).colour.txt")
    }

    @Test(arguments: SampleReport.all)
    func jsonMatchesTheGoldenFiles(_ sample: SampleReport) throws {
        try expectGolden(render(JSONFormat(), sample.report), "\(sample).json")
    }

    @Test func treeMatchesTheGoldenFiles() throws {
        for format in ReportFormats.all {
            var text = ""
            format.writeTree(SampleReport.verified, in: ReportStyle()) { text += $0 }
            try expectGolden(text, "tree.\(format.name)")
        }
    }

    @Test func digestsMatchTheGoldenFiles() throws {
        for format in ReportFormats.all {
            var text = ""
            format.write(Self.digests, in: ReportStyle(showsChainIDs: true)) { text += $0 }
            try expectGolden(text, "digests.\(format.name)")
        }
    }

    @Test func theBenchmarkMatchesTheGoldenFiles() throws {
        let report = try SampleBench.full()
        try expectGolden(report.text(), "bench.text")
        try expectGolden(report.json(), "bench.json")
    }

    static let digests = LayerDigestReport(
        records: [
            LayerDigestRecord(
                path: "a b.tar.gz", size: 10, digest: SampleReport.digest("a"), uncompressedSize: 1024,
                diffID: SampleReport.digest("b"), compression: .gzip, chainID: SampleReport.digest("b"),
                outcome: .verified),
            LayerDigestRecord(
                path: "cut\n.gz", size: 5, digest: SampleReport.digest("c"), compression: .gzip, outcome: .refuted,
                finding: Finding(.streamTruncated, "the stream ends within a member", at: Place("cut\n.gz"))),
        ], seconds: 0.5)

    private func render(_ format: some ReportFormat, _ report: Report, _ style: ReportStyle = ReportStyle()) -> String {
        var text = ""
        format.write(report, in: style) { text += $0 }
        return text
    }

    private func expectGolden(_ text: String, _ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(text == golden, "\(name) differs")
    }
}
