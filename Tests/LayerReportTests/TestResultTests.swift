// layerverify: tests of the formats of test results.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import LayerModel
import LayerReport
import Testing

/// JUnit XML and TAP.
@Suite struct TestResultTests {
    private func render(_ format: some VerdictFormat, _ report: Report) -> String {
        var text = ""
        format.write(report, in: ReportStyle()) { text += $0 }
        return text
    }

    /// The elements of a document, in order, with the text directly inside each.
    private final class Elements: NSObject, XMLParserDelegate {
        private(set) var all: [(name: String, attributes: [String: String], text: String)] = []
        private var open: [Int] = []

        init(_ text: String) throws {
            super.init()
            let parser = XMLParser(data: Data(text.utf8))
            parser.delegate = self
            let isWellFormed = parser.parse()
            try #require(isWellFormed, "\(parser.parserError.map { "\($0)" } ?? "") \(text)")
        }

        subscript(name: String) -> [[String: String]] { all.filter { $0.name == name }.map { $0.attributes } }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            open.append(all.count)
            all.append((name, attributes, ""))
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if let last = open.last { all[last].text += text }
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            open.removeLast()
        }
    }

    private func report(
        _ outcome: Outcome, root: String = "dir", form: ImageForm = .ociLayout, images: [ImageReport] = [],
        findings: [Finding] = []
    ) -> Report {
        Report(
            outcome: outcome, roots: [RootRecord(path: root, form: form)], images: LazyList(images),
            findings: LazyList(findings), summary: Summary())
    }

    /// The lines of tests.
    private func tests(_ tap: String) -> [Substring] {
        tap.split(separator: "\n").filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
    }

    @Test(arguments: SampleReport.all)
    func countsAreThoseOfTheElements(_ sample: SampleReport) throws {
        let elements = try Elements(render(JUnitFormat(), sample.report))
        let counted = ["tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"]
        for (attribute, name) in counted {
            let sum = elements["testsuite"].reduce(0) { $0 + (Int($1[attribute] ?? "") ?? -1_000) }
            #expect(sum == elements[name].count, "\(attribute)")
            if attribute == "skipped" { continue }
            #expect(elements["testsuites"].map { $0[attribute] } == [String(sum)], "\(attribute)")
        }
        let tap = render(TAPFormat(), sample.report)
        #expect(tap.hasPrefix("TAP version 13\n1..\(elements["testcase"].count)"))
        let tests = tests(tap)
        #expect(tests.count == elements["testcase"].count)
        #expect(
            tests.filter { $0.hasPrefix("not ok") }.count == elements["failure"].count + elements["error"].count)
        #expect(tests.filter { $0.contains(" # SKIP ") }.count == elements["skipped"].count)
    }

    @Test func equalNamesGetNumbers() throws {
        let image = SampleReport.image("a:1", "linux/amd64", layers: [SampleReport.layer("a")])
        let elements = try Elements(render(JUnitFormat(), report(.verified, images: [image, image, image])))
        #expect(
            elements["testcase"].map { $0["name"] } == [
                "a:1 linux/amd64: documents", "a:1 linux/amd64: layer 1", "a:1 linux/amd64 (2): documents",
                "a:1 linux/amd64 (2): layer 1", "a:1 linux/amd64 (3): documents", "a:1 linux/amd64 (3): layer 1",
            ])
    }

    /// The folder of a job differs between machines.
    @Test func namesDoNotDependOnTheFolderOfTheJob() {
        func names(_ folder: String) -> String {
            let image = SampleReport.image("a:1", "linux/amd64", layers: [SampleReport.layer("a")])
            var report = report(.verified, images: [image])
            report.roots = ["x/a.tar", "x/y/b"].map { RootRecord(path: folder + $0, form: .ociLayout) }
            return render(TAPFormat(), report)
        }
        #expect(names("/builds/17/") == names("/home/me/"))
        #expect(names("/builds/17/").contains("ok 1 - a.tar: a:1 linux/amd64: documents\n"))
        #expect(names("/builds/17/").contains(" - y/b: path # SKIP no image was checked\n"))
    }

    @Test func classesHaveNoFurtherDots() throws {
        let elements = try Elements(render(JUnitFormat(), report(.verified, root: "./images/app-1.2.tar/")))
        #expect(elements["testcase"].map { $0["classname"] } == ["layerverify.images/app-1_2_tar"])
    }

    static let outcomes: [(Outcome, failures: Int, errors: Int)] = [
        (.verified, 0, 0), (.undetermined, 0, 1), (.refuted, 1, 0),
    ]

    /// An outcome that no finding implies is not lost: of the run, of an image, of a layer.
    @Test(arguments: outcomes)
    func everyOutcomeIsATest(_ outcome: Outcome, _ failures: Int, _ errors: Int) throws {
        let layers = [SampleReport.layer("a"), SampleReport.layer("b")]
        let reports = [
            report(outcome), report(outcome, images: [SampleReport.image("a", "linux/amd64", outcome, layers: layers)]),
            report(
                outcome,
                images: [SampleReport.image("a", "linux/amd64", outcome, layers: [SampleReport.layer("a", outcome)])]),
        ]
        for report in reports {
            let elements = try Elements(render(JUnitFormat(), report))
            #expect(elements["failure"].count == failures)
            #expect(elements["error"].count == errors)
            let tests = tests(render(TAPFormat(), report))
            #expect(tests.filter { $0.hasPrefix("not ok ") }.count == failures + errors)
        }
    }

    @Test func aFailureHasAllFaultsOfTheLayer() throws {
        let elements = try Elements(render(JUnitFormat(), SampleReport.refuted))
        let failure = try #require(elements.all.first { $0.attributes["type"] == "blob-digest-mismatch" })
        #expect(failure.name == "failure")
        #expect(
            failure.attributes["message"]
                == "sha256 differs: manifest claims aaaaaaaaaaaa, bytes give 999999999999 (and 1 more)")
        for part in ["error[blob-digest-mismatch] sha256 differs", "\n  expected  sha256:aa", "error[diffid-mismatch]"]
        {
            #expect(failure.text.contains(part))
        }
    }

    @Test func aFindingThatDoesNotCountPasses() throws {
        let finding = Finding(.blobDigestMismatch, "sha256 differs", at: Place("blobs/a")).waived(
            by: Waiver(source: .baseline))
        let image = SampleReport.image("a", "linux/amd64", layers: [SampleReport.layer("a", findings: [0])])
        let report = report(.verified, images: [image], findings: [finding])
        let elements = try Elements(render(JUnitFormat(), report))
        #expect(elements["failure"].isEmpty && elements["error"].isEmpty && elements["skipped"].isEmpty)
        let output = elements.all.filter { $0.name == "system-out" }.map { $0.text }
        #expect(
            output == ["ignored[blob-digest-mismatch] sha256 differs\n  at        blobs/a\n  ignored   by --baseline"])
        let tap = render(TAPFormat(), report)
        #expect(tap.contains("ok 2 - dir: a linux/amd64: layer 1\n  ---\n  outcome: verified\n  findings:\n"))
        #expect(tap.contains("      ignored: 'by --baseline'\n"))
    }

    @Test func absentPlatformsAreSkipped() throws {
        let elements = try Elements(render(JUnitFormat(), SampleReport.verified))
        #expect(elements["skipped"].count == 2)
        let tap = render(TAPFormat(), SampleReport.verified)
        #expect(tap.contains("- alpine: platform linux/s390x # SKIP listed, but missing and not checked\n"))
    }

    /// Some readers find a directive after any number sign, escaped or not.
    @Test func noNameIsADirective() {
        let image = SampleReport.image(
            "a # SKIP b", "linux/amd64", .refuted, layers: [SampleReport.layer("a", .refuted)])
        let tap = render(TAPFormat(), report(.refuted, root: "x # TODO", images: [image]))
        #expect(!tap.contains("#"))
        #expect(tap.contains(#"not ok 2 - x \\u{23} TODO: a \\u{23} SKIP b linux/amd64: layer 1"#))
    }

    @Test func manyFindingsComeInPieces() {
        var report = SampleReport.undetermined
        report.findings = LazyList(count: 5_000) { Finding(.blobMissing, "blob \($0) is gone", at: Place("b\($0)")) }
        report.files = LazyList(count: 5_000) { FileReport(path: "b\($0)", role: .blob) }
        for format in [MarkdownFormat(), JUnitFormat(), TAPFormat()] as [any VerdictFormat] {
            var longest = 0
            var count = 0
            format.write(report, in: ReportStyle()) {
                longest = max(longest, $0.utf8.count)
                count +=
                    $0.split(separator: "\n").filter {
                        $0.contains("] blob ") || $0.contains("message: 'blob ")
                    }.count
            }
            #expect(longest < 64 << 10)
            #expect(count == 5_000, "\(format.name)")
        }
    }
}
