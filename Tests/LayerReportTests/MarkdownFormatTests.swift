// layerverify: tests of Markdown reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerReport
import Testing

@Suite struct MarkdownFormatTests {
    private func render(_ report: Report) -> String {
        var text = ""
        MarkdownFormat().write(report, in: ReportStyle()) { text += $0 }
        return text
    }

    /// A report of images with these names, each with one layer.
    private func report(_ names: [String], outcome: Outcome = .verified, refutedCount: Int = 0) -> Report {
        let images = names.enumerated().map { index, name in
            SampleReport.image(
                name, "linux/amd64", index < refutedCount ? .refuted : outcome,
                layers: [SampleReport.layer("a", findings: index < refutedCount ? [0] : [])])
        }
        let finding = Finding(.blobDigestMismatch, "sha256 differs", at: Place("blobs/a"))
        return Report(
            outcome: refutedCount > 0 ? .refuted : outcome, roots: [RootRecord(path: "dir", form: .ociLayout)],
            images: LazyList(images), findings: refutedCount > 0 ? [finding] : [], summary: Summary())
    }

    static let names: [(name: String, cell: String)] = [
        ("app:1", "`app:1`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("``x``", "``` ``x`` ```"), ("", "–"),
        (" x ", "`  x  `"), ("a|b", #"`a\|b`"#), (#"a\|b"#, #"`a\\\|b`"#), ("a\nb\u{202e}", #"`a\nb\u{202e}`"#),
        ("<img src=x> @user #1 https://example.org", "`<img src=x> @user #1 https://example.org`"),
    ]

    /// Each name is one code span in one cell.
    @Test(arguments: names)
    func namesAreCode(_ name: String, _ cell: String) {
        let text = render(report([name]))
        #expect(text.contains("\n| \(cell) | `linux/amd64` | ✅ verified | 1 | 3.41 MiB |\n"), "\(text)")
    }

    @Test func longNamesAreCut() {
        let text = render(report([String(repeating: "`a", count: 100_000)]))
        #expect(text.utf8.count < 2_000)
        #expect(text.contains("`a`a…"))
    }

    @Test func theHeadingHasTheOutcome() {
        #expect(render(report(["a"])).hasPrefix("## layerverify: ✅ verified\n"))
        #expect(render(report(["a"], outcome: .undetermined)).hasPrefix("## layerverify: ⚠️ undetermined\n"))
        #expect(render(report(["a"], refutedCount: 1)).hasPrefix("## layerverify: ❌ refuted\n"))
    }

    @Test func ofManyImagesTheVerifiedAreCollapsed() throws {
        let text = render(report((0..<30).map { "app:\($0)" }, refutedCount: 2))
        let parts = text.split(separator: "<details><summary>28 verified</summary>")
        try #require(parts.count == 2)
        #expect(parts[0].split(separator: "\n").filter { $0.hasSuffix("❌ refuted | 1 | 3.41 MiB |") }.count == 2)
        #expect(!parts[0].contains("✅"))
        #expect(parts[1].split(separator: "\n").filter { $0.contains("✅ verified |") }.count == 28)
    }

    @Test func furtherFindingsAreCollapsed() {
        var report = SampleReport.undetermined
        report.images = []
        report.findings = LazyList(count: 15) { Finding(.blobMissing, "blob \($0) is missing", at: Place("b\($0)")) }
        report.files = LazyList(count: 15) { FileReport(path: "b\($0)", role: .blob) }
        let parts = render(report).split(separator: "<details><summary>5 more findings</summary>")
        #expect(parts.count == 2)
        #expect(parts.map { $0.split(separator: "\n").filter { $0.hasSuffix(" is missing") }.count } == [10, 5])
        #expect(parts.last?.hasSuffix("\n```\n\n</details>\n") == true)
    }

    /// A block of plain text begins and ends outside of other blocks, and its lines begin with our own words.
    @Test(arguments: SampleReport.all)
    func blocksAreClosed(_ sample: SampleReport) {
        var isOpen = false
        var depth = 0
        for line in render(sample.report).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                #expect(line == (isOpen ? "```" : "```text"))
                isOpen.toggle()
            } else if isOpen {
                #expect(
                    line.prefixMatch(of: #/(error|unchecked|warning|note|ignored)\[[a-z-]+\] |  [a-z]|and \d/#) != nil)
            } else {
                if line.hasPrefix("<details>") { depth += 1 }
                if line == "</details>" { depth -= 1 }
            }
        }
        #expect(!isOpen && depth == 0)
    }

    @Test func ignoredFindingsAreCollapsedWithTheirReason() {
        var report = report(["app:1"])
        let finding = Finding(.blobDigestMismatch, "sha256 differs", at: Place("blobs/a"))
            .waived(by: Waiver(source: .file, reason: "known | <b>", until: "2027-01-31"))
        report.findings = [finding]
        report.images = [SampleReport.image("app:1", "linux/amd64", layers: [], findings: [0])]
        let text = render(report)
        #expect(text.contains("### `app:1` `linux/amd64`: ✅ verified\n"))
        #expect(
            text.contains(
                """
                <details><summary>1 ignored finding</summary>

                ```text
                ignored[blob-digest-mismatch] sha256 differs
                  at        blobs/a
                  ignored   by --ignore-file until 2027-01-31: known | <b>
                ```
                """))
    }
}
