// layerverify: tests of every format.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerReport
import Testing

@Suite struct ReportFormatTests {
    struct Full: Error, Equatable {}

    @Test func namesAreUnique() {
        #expect(Set(ReportFormats.all.map { $0.name }).count == ReportFormats.all.count)
    }

    @Test(arguments: SampleReport.all)
    func theErrorOfTheSinkIsThrown(_ sample: SampleReport) {
        for format in ReportFormats.all {
            #expect(throws: Full.self) {
                try format.write(sample.report, in: ReportStyle()) { _ throws(Full) in throw Full() }
            }
        }
    }

    @Test(arguments: SampleReport.all)
    func noControlCharacterReachesTheTerminal(_ sample: SampleReport) {
        for format in ReportFormats.all {
            for verbosity in ReportStyle.Verbosity.allCases {
                var text = ""
                format.write(sample.report, in: ReportStyle(verbosity: verbosity)) { text += $0 }
                let hazards = text.unicodeScalars.filter {
                    $0 != "\n" && [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
                }
                #expect(hazards.isEmpty)
            }
        }
    }

    @Test func manyFindingsComeInPieces() {
        var report = SampleReport.undetermined
        report.findings = LazyList(count: 20_000) {
            Finding(.blobMissing, "blob \($0) is missing", at: Place("b\($0)"), root: 0)
        }
        report.files = LazyList(count: 20_000) { FileReport(path: "b\($0)", role: .blob) }
        for format in ReportFormats.all {
            var longest = 0
            var count = 0
            format.write(report, in: ReportStyle()) {
                longest = max(longest, $0.utf8.count)
                count += $0.split(separator: "\n").filter { $0.contains("is missing") }.count
            }
            #expect(longest < 64 << 10)
            #expect(count == 20_000)
        }
    }

    @Test func quietIsEmptyForAVerifiedRun() {
        var text = ""
        TextFormat().write(SampleReport.verified, in: ReportStyle(verbosity: .quiet)) { text += $0 }
        #expect(text.isEmpty)
    }

    @Test func quietIsEmptyForDocumentsWithoutErrors() {
        var text = ""
        TextFormat().writeTree(SampleReport.verified, in: ReportStyle(verbosity: .quiet)) { text += $0 }
        #expect(text.isEmpty)
    }

    @Test(arguments: SampleReport.all)
    func jsonHasTheContentOfTheReport(_ sample: SampleReport) throws {
        var text = ""
        JSONFormat().write(sample.report, in: ReportStyle()) { text += $0 }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["outcome"] as? String == sample.report.outcome.rawValue)
        let images = try #require(object["images"] as? [[String: Any]])
        #expect(images.map { $0["reference"] as? String } == sample.report.images.map { $0.record.references.first })
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings.map { $0["message"] as? String } == sample.report.findings.map { $0.message })
        #expect(findings.map { $0["path"] as? String } == sample.report.findings.map { $0.place.path })
        #expect(findings.map { $0["actual"] as? String } == sample.report.findings.map { $0.actual })
        let layers = images.compactMap { $0["layers"] as? [[String: Any]] }
        #expect(layers.map { $0.count } == sample.report.images.map { $0.layers.count })
        let summary = try #require(object["summary"] as? [String: Any])
        #expect(summary["compressedBytes"] as? UInt64 == sample.report.summary.compressedByteCount)
    }

    @Test func aTreeHasNoOutcomes() throws {
        var text = ""
        JSONFormat().writeTree(SampleReport.verified, in: ReportStyle()) { text += $0 }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let images = try #require(object["images"] as? [[String: Any]])
        #expect(object["outcome"] is NSNull)
        #expect(images.count == 4)
        #expect(images.allSatisfy { $0["outcome"] is NSNull })
    }

    @Test func everyCodeIsInTheTableWithALinkToItsPage() {
        let table = FindingTable.markdown
        for code in FindingCode.allCases.map({ $0.rawValue }) {
            #expect(table.contains("\n| [`\(code)`](findings/\(code).md) | "), "\(code)")
        }
    }
}

@Suite struct HumanUnitsTests {
    static let cases: [(UInt64, String)] = [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (10_240, "10.0 KiB"), (3_573_000, "3.41 MiB"),
        (1 << 40, "1.00 TiB"), (.max, "16.0 EiB"),
    ]

    @Test(arguments: cases)
    func bytesHaveThreeDigits(_ count: UInt64, _ text: String) { #expect(HumanUnits.bytes(count) == text) }

    @Test func durationsHaveASuitableUnit() {
        #expect(HumanUnits.duration(0.0434) == "0.043 s")
        #expect(HumanUnits.duration(1.25) == "1.25 s")
        #expect(HumanUnits.duration(125) == "2 min 05 s")
        #expect(HumanUnits.duration(12_000) == "3 h 20 min")
        #expect(HumanUnits.duration(.nan) == "? s")
    }

    @Test func noTimeGivesNoRate() { #expect(HumanUnits.rate(10, seconds: 0) == nil) }

    /// A runner finds a command at any place in a line.
    @Test func beginningsOfCommandsOfRunnersAreEscaped() {
        #expect(VisibleText.escaping("a ##[stop-commands]x") == #"a ##\u{5b}stop-commands]x"#)
        #expect(VisibleText.escaping("##vso[task]###[") == #"##vso\u{5b}task]###\u{5b}"#)
        #expect(VisibleText.escaping("# a # b [c]") == "# a # b [c]")
    }

    /// A name is escaped once: by itself, or when the message that has it is shown.
    @Test func bytesThatAreNotUTF8AreShownOnce() {
        let name: [UInt8] = [0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82, 0x0a, 0x5c]
        #expect(VisibleText.escaping(name) == #"a\xffé\xe2\x82\n\\"#)
        #expect(NameText.text(name) == "a\\xffé\\xe2\\x82\n\\")
        #expect(VisibleText.escaping(NameText.text(name)) == #"a\xffé\xe2\x82\n\\"#)
        // Backslashes of a name.
        #expect(VisibleText.escaping(Array(#"\xff"#.utf8)) == #"\\xff"#)
        #expect(VisibleText.escaping(#"\x7f \xf \xfg \n \xFF"#) == #"\\x7f \\xf \\xfg \\n \\xFF"#)
    }
}
