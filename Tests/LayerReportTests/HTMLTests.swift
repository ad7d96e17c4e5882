// layerverify: tests of the HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerReport
import Testing

/// `scripts/html-check` looks at the pages in a browser; these tests are about their content.
@Suite struct HTMLTests {
    @Test(arguments: HTMLSamples.all)
    func pagesMatchTheGoldenFiles(_ sample: SampleReport) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(sample).html")
        let text = HTMLSamples.render(sample.report)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(sample).html differs")
    }

    @Test(arguments: HTMLSamples.all)
    func everyFindingIsOnThePage(_ sample: SampleReport) {
        let text = HTMLSamples.render(sample.report)
        for (index, finding) in sample.report.findings.enumerated() {
            #expect(text.contains("id=\"f\(index)\""), "\(finding.code)")
        }
    }

    @Test func namesAreText() {
        var report = SampleReport.verified
        report.roots[0].path = "<script>alert(1)</script>"
        var image = SampleReport.image("\"onclick='x'&amp;", "linux/amd64", layers: [SampleReport.layer("a")])
        image.layers[0].record.createdBy = "</code></style><img src=x>\u{202e}\u{0}"
        report.images = [image]
        let text = HTMLSamples.render(report)
        #expect(!text.contains("<script") && !text.contains("<img"))
        #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(text.contains("&quot;onclick=&#39;x&#39;&amp;amp;"))
        #expect(text.contains("&lt;/code&gt;&lt;/style&gt;&lt;img src=x&gt;\\u{202e}\\u{0}"))
    }

    /// The parts of both values in which they differ are marked, and nothing else.
    @Test(arguments: [
        ("sha256:00ff", "sha256:11ee", "sha256:<mark>00ff</mark>", "sha256:<mark>11ee</mark>"),
        ("abcdefgh-x", "abcdefgh-y", "abcdefgh-<mark>x</mark>", "abcdefgh-<mark>y</mark>"),
        ("1x3x", "1y3y", "1<mark>x3x</mark>", "1<mark>y3y</mark>"),
        ("x12345x", "y12345y", "<mark>x</mark>12345<mark>x</mark>", "<mark>y</mark>12345<mark>y</mark>"),
        ("100971", "971", "<mark>100</mark>971", "971"), ("aa", "aaa", "aa", "aa<mark>a</mark>"),
        ("<a>", "<b>", "&lt;<mark>a</mark>&gt;", "&lt;<mark>b</mark>&gt;"),
    ])
    func differencesAreMarked(_ expected: String, _ actual: String, _ one: String, _ other: String) {
        var report = SampleReport.refuted
        report.findings = [
            Finding(.configInvalid, "m", at: Place(""), expected: expected, actual: actual)
        ]
        report.files = [nil]
        report.images = []
        let text = HTMLSamples.render(report)
        #expect(text.contains("<dt>Expected</dt><dd><code>\(one)</code>"))
        #expect(text.contains("<dt>Actual</dt><dd><code>\(other)</code>"))
    }

    @Test func layersOfSeveralImagesHaveOneMarker() {
        let text = HTMLSamples.render(HTMLSamples.shared)
        #expect(text.components(separatedBy: ">A</abbr>").count == 3)
        #expect(text.contains("title=\"in 2 images\""))
        #expect(!text.contains(">B</abbr>"))
    }

    @Test func ignoredFindingsAreNotFailures() {
        let text = HTMLSamples.render(HTMLSamples.waived)
        #expect(text.contains("<span class=\"label\">ignored error</span>"))
        #expect(
            text.contains(
                "<b>Ignored</b> by <code>--ignore-file</code> until 2030-01-01: <bdi>known &lt;fault&gt;</bdi>"))
        #expect(!text.contains("id=\"failures\""))
    }

    @Test func undeterminedDiffersFromVerified() {
        let text = HTMLSamples.render(SampleReport.undetermined)
        #expect(text.contains("<title>Undetermined: "))
        #expect(
            text.contains(
                "<h1><svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#icon-undetermined\"/></svg>Undetermined</h1>"
            ))
        #expect(text.contains("Nothing is refuted, and not everything could be checked."))
    }

    @Test func nothingIsNotCalledVerified() {
        let text = HTMLSamples.render(SampleReport.empty)
        #expect(text.contains("Nothing checked</h1>"))
        #expect(!text.contains("Verified"))
    }

    /// 40 000 images with a finding each: the failures are on the page, the rest is counted, and no piece is large.
    @Test func aLargeReportIsCut() {
        var report = SampleReport.refuted
        let images = (0..<2).map { outcome in
            SampleReport.image(
                "app", "linux/amd64", outcome == 0 ? .verified : .refuted, layers: [SampleReport.layer("a")])
        }
        report.images = LazyList(count: 40_000) { index in
            var image = images[index % 5_000 == 7 ? 1 : 0]
            image.record.references = ["app:\(index)"]
            if index % 5_000 == 7 { image.findings = [index] }
            return image
        }
        report.findings = LazyList(count: 40_000) { Finding(.manifestInvalid, "no \($0)", at: Place("m\($0)")) }
        report.files = LazyList(count: 40_000) { _ in nil }
        var (count, longest) = (0, 0)
        var shown = ""
        HTMLFormat().write(report, in: ReportStyle()) {
            count += $0.utf8.count
            longest = max(longest, $0.utf8.count)
            shown += $0
        }
        #expect(longest < 64 << 10)
        #expect(count < 16 << 20)
        for index in stride(from: 7, to: 40_000, by: 5_000) { #expect(shown.contains("id=\"i\(index)\"")) }
        #expect(shown.contains("39\u{202f}992 of 40\u{202f}000 have one line here"))
        #expect(shown.contains("further findings are not on this page"))
    }

    @Test func aBarOfManyLayersHasFewPieces() {
        var report = SampleReport.verified
        let layers = (0..<3_000).map { index in
            var layer = SampleReport.layer("a", index == 1_500 ? .refuted : .verified)
            layer.size = index == 0 ? 1 << 30 : UInt64(index)
            return layer
        }
        report.images = [SampleReport.image("a", "linux/amd64", .refuted, layers: layers)]
        let text = HTMLSamples.render(report)
        let bar = text.components(separatedBy: "<div class=\"bar").dropFirst().first ?? ""
        let pieces = bar.prefix { $0 != "\n" }.components(separatedBy: "<a class=").dropFirst()
        #expect(pieces.map { $0.prefix(9) } == ["\"verified", "\"verified", "\"refuted\"", "\"verified"])
        #expect(text.contains("id=\"i0l1500\""))
        #expect(text.contains("2499 further layers are not on this page"))
    }
}

/// Reports for HTML pages, in addition to those of every format.
enum HTMLSamples {
    static let all =
        SampleReport.all + [
            SampleReport(description: "waived", report: waived), SampleReport(description: "shared", report: shared),
        ]

    static func render(_ report: Report) -> String {
        var text = ""
        HTMLFormat().write(report, in: ReportStyle()) { text += $0 }
        return text
    }

    /// Two findings that do not count.
    static let waived: Report = {
        let findings = [
            Finding(
                .historyCountMismatch, "history has 3 layers, diff_ids has 2", at: Place("blobs/sha256/11", "/history")
            ).waived(by: Waiver(source: .option)),
            Finding(
                .blobDigestMismatch, "layer 1 is damaged: its sha256 does not match", at: Place("blobs/sha256/22"),
                expected: SampleReport.digest("a").description, actual: SampleReport.digest("9").description
            ).waived(by: Waiver(source: .file, reason: "known <fault>", until: "2030-01-01")),
        ]
        var report = SampleReport.verified
        report.images = [
            SampleReport.image(
                "old:1", "linux/amd64", layers: [SampleReport.layer("a", findings: [1]), SampleReport.layer("b")],
                findings: [0])
        ]
        report.findings = LazyList(findings)
        report.files = [nil, FileReport(path: "blobs/sha256/aa", role: .layer, layer: 0, layerCount: 2)]
        report.summary.waived.option = 1
        report.summary.waived.file = 1
        return report
    }()

    /// Two images with one layer in common, and the timeline of two threads.
    static let shared: Report = {
        var report = SampleReport.verified
        report.findings = []
        report.files = []
        report.images = [
            SampleReport.image("a:1", "linux/amd64", layers: [SampleReport.layer("a"), SampleReport.layer("b")]),
            SampleReport.image("a:2", "linux/amd64", layers: [SampleReport.layer("a"), SampleReport.layer("d")]),
        ]
        var builder = TimelineBuilder()
        builder.add(.gather, worker: nil, from: 0, to: 40_000_000)
        builder.add(.read, worker: 0, from: 50_000_000, to: 200_000_000)
        builder.add(.hash, worker: 0, from: 210_000_000, to: 400_000_000)
        for start: UInt64 in stride(from: 50_000_000, to: 400_000_000, by: 20_000_000) {
            builder.add(.whole, worker: 1, from: start, to: start + 10_000_000)
        }
        builder.add(.judge, worker: nil, from: 410_000_000, to: 430_000_000)
        report.timeline = builder.timeline(durationNanoseconds: 430_000_000)
        return report
    }()
}
