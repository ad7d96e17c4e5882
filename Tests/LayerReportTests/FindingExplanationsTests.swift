// layerverify: tests of the explanations as text, JSON and Markdown.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerReport
import Testing

@Suite struct FindingExplanationsTests {
    @Test(arguments: FindingCode.allCases)
    func theTextContainsTheWholeExplanation(_ code: FindingCode) {
        let text = FindingExplanations.text(of: [code], in: ReportStyle())
        let explanation = code.explanation
        #expect(text.hasPrefix("\(code.severity.rawValue)[\(code.rawValue)] "))
        #expect(text.contains("\n  " + explanation.meaning + "\n"))
        for item in explanation.causes + explanation.remedies { #expect(text.contains("\n  - " + item + "\n")) }
        for source in explanation.sources {
            #expect(text.contains("\n  - " + source.title + "\n"))
            if let address = source.address { #expect(text.contains("\n    " + address + "\n")) }
        }
    }

    /// Addresses are never broken, and a command in backquotes only if it does not fit into a line.
    @Test(arguments: FindingCode.allCases, [60, 80, 120])
    func linesFitAndCommandsAreNotBroken(_ code: FindingCode, _ width: Int) {
        let text = FindingExplanations.text(of: [code], in: ReportStyle(width: width))
        for line in text.split(separator: "\n") {
            #expect(line.count <= width || !line.drop { $0 == " " }.contains(" "), "\(line)")
            guard line.count(where: { $0 == "`" }) % 2 == 1 else { continue }
            let explanation = code.explanation
            let commands = ([explanation.meaning] + explanation.causes + explanation.remedies)
                .flatMap { $0.matches(of: #/`[^`]*`/#) }
            #expect(commands.contains { $0.output.count > width - 8 }, "\(line)")
        }
    }

    @Test func severalCodesAreSeparatedByAnEmptyLine() {
        let text = FindingExplanations.text(of: [.blobMissing, .viewEmpty], in: ReportStyle())
        #expect(text.contains("\n\nwarning[view-empty] "))
        #expect(FindingExplanations.markdown(of: [.blobMissing, .viewEmpty]).contains("\n\n# view-empty\n"))
    }

    @Test(arguments: [
        (FindingCode.blobMissing, "exit status 1."), (.viewEmpty, "--strict"), (.blobUnreferenced, "A note"),
        (.interrupted, "exit status 2"), (.fastPathDisagrees, "exit status 70"),
    ])
    func theFirstLineTellsTheExitStatus(_ code: FindingCode, _ words: String) {
        let text = FindingExplanations.text(of: [code], in: ReportStyle())
        #expect(text.prefix { $0 != "\n" }.contains(words))
    }

    @Test func theListHasOneLineForEachCode() {
        let lines = FindingExplanations.list(of: FindingCode.allCases, in: ReportStyle()).split(separator: "\n")
        #expect(lines.count == FindingCode.allCases.count)
        for (line, code) in zip(lines, FindingCode.allCases) {
            #expect(line.hasPrefix("\(code.severity.rawValue)[\(code.rawValue)]  "))
            #expect(line.hasSuffix(code.meaning.summary))
        }
    }

    @Test func jsonHasTheWholeExplanation() throws {
        struct Page: Decodable {
            struct Source: Decodable {
                let title: String
                let address: String?
            }
            struct Item: Decodable {
                let code, severity, outcome, summary, meaning: String
                let causes, remedies: [String]
                let sources: [Source]
            }
            let schemaVersion: Int
            let findings: [Item]
        }
        let text = FindingExplanations.json(of: FindingCode.allCases)
        let page = try JSONDecoder().decode(Page.self, from: Data(text.utf8))
        #expect(page.schemaVersion == 1)
        #expect(page.findings.map { $0.code } == FindingCode.allCases.map { $0.rawValue })
        for (item, code) in zip(page.findings, FindingCode.allCases) {
            let explanation = code.explanation
            #expect(item.severity == code.severity.rawValue && item.outcome == code.outcome.rawValue)
            #expect(item.summary == code.meaning.summary && item.meaning == explanation.meaning)
            #expect(item.causes == explanation.causes && item.remedies == explanation.remedies)
            #expect(item.sources.map { $0.title } == explanation.sources.map { $0.title })
            #expect(item.sources.map { $0.address } == explanation.sources.map { $0.address })
        }
    }

    /// `scripts/docs-check` compares the whole pages; this also finds a page of a code that no longer exists.
    @Test func theFolderOfTheDocsHasOnePageForEachCode() throws {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs").standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: docs.appending(path: "findings").path)
        #expect(Set(names) == Set(FindingCode.allCases.map { $0.rawValue + ".md" }))
        for code in FindingCode.allCases {
            let page = try String(contentsOf: docs.appending(path: "findings/\(code.rawValue).md"), encoding: .utf8)
            #expect(page == FindingExplanations.page(of: code), "run scripts/docs-check --write")
        }
    }

    /// Links of the pages within the repository lead to files.
    @Test(arguments: FindingCode.allCases)
    func linksOfAPageHaveTargets(_ code: FindingCode) {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/findings")
        for link in FindingExplanations.page(of: code).matches(of: #/\]\(([^)]*)\)/#)
        where !link.output.1.hasPrefix("https://") {
            let target = docs.appending(path: String(link.output.1)).standardized
            #expect(FileManager.default.fileExists(atPath: target.path), "\(link.output.1)")
        }
    }
}

/// The line of a text report that names the command.
@Suite struct ExplainOfferTests {
    private func lines(_ sample: SampleReport, _ verbosity: ReportStyle.Verbosity = .normal) -> [Substring] {
        var text = ""
        TextFormat().write(sample.report, in: ReportStyle(verbosity: verbosity)) { text += $0 }
        return text.split(separator: "\n")
    }

    @Test func theLineBeforeTheSummaryNamesTheFindingThatDecides() throws {
        for sample in SampleReport.all where sample.report.outcome != .verified {
            let lines = lines(sample)
            let offers = lines.filter { $0.hasPrefix("see 'layerverify explain ") }
            #expect(offers.count == 1, "\(sample)")
            let offer = try #require(lines.dropLast().last)
            #expect(offers == [offer], "\(sample)")
            let code = try #require(FindingCode(rawValue: String(offer.split(separator: " ")[3].dropLast())))
            let deciding = sample.report.findings.filter { $0.outcome == sample.report.outcome }.map { $0.code }
            #expect(deciding.contains(code), "\(sample)")
        }
    }

    @Test func aVerifiedReportAndAQuietOneHaveNoSuchLine() {
        for sample in SampleReport.all {
            #expect(!lines(sample, .quiet).contains { $0.contains("explain") })
            guard sample.report.outcome == .verified else { continue }
            #expect(!lines(sample).contains { $0.contains("explain") })
        }
    }
}
