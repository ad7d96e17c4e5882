// layerverify: tests of the explanations of findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import Testing

@Suite struct ExplanationTests {
    @Test(arguments: FindingCode.allCases)
    func everyCodeHasAMeaningCausesRemediesAndSources(_ code: FindingCode) {
        let explanation = code.explanation
        #expect(explanation.meaning.count > code.meaning.summary.count / 2)
        #expect(!explanation.causes.isEmpty)
        #expect(!explanation.remedies.isEmpty)
        #expect(!explanation.sources.isEmpty)
    }

    @Test(arguments: FindingCode.allCases)
    func everyTextIsOneOrMoreWholeSentences(_ code: FindingCode) {
        for text in Self.texts(of: code) {
            #expect(text.hasSuffix("."), "\(text)")
            #expect(text.first?.isLowercase == false, "\(text)")
            #expect(!text.contains("  ") && !text.contains("\n"), "\(text)")
        }
        let sentences = Self.withoutCode(code.explanation.meaning).components(separatedBy: ". ")
        #expect(sentences.count <= 3, "\(code)")
    }

    /// The texts are shown as they are in Markdown, HTML and terminals.
    @Test(arguments: FindingCode.allCases)
    func noTextHasMarkupButCommandsInBackquotes(_ code: FindingCode) {
        for text in Self.texts(of: code) {
            #expect(text.count { $0 == "`" } % 2 == 0, "\(text)")
            #expect(!Self.withoutCode(text).contains { "<>*_[]|\\".contains($0) }, "\(text)")
            #expect(text.unicodeScalars.allSatisfy { $0.isASCII ? $0.value >= 0x20 && $0.value != 0x7f : $0 == "…" })
        }
    }

    @Test func noTwoCodesShareAMeaning() {
        let explanations = FindingCode.allCases.map { $0.explanation }
        #expect(Set(explanations.map { $0.meaning }).count == explanations.count)
        #expect(Set(explanations.map { $0.causes }).count == explanations.count)
        #expect(Set(explanations.map { $0.remedies }).count == explanations.count)
        for code in FindingCode.allCases { #expect(code.explanation.meaning != code.meaning.summary) }
    }

    /// A command or a cause may fit several codes, but not twice the same one.
    @Test(arguments: FindingCode.allCases)
    func noCodeRepeatsItself(_ code: FindingCode) {
        let texts = Self.texts(of: code)
        #expect(Set(texts).count == texts.count)
        #expect(Set(code.explanation.sources).count == code.explanation.sources.count)
    }

    private static let hosts = [
        "github.com", "www.rfc-editor.org", "pubs.opengroup.org", "www.gnu.org", "nvd.nist.gov", "pkg.go.dev",
    ]

    @Test(arguments: FindingCode.allCases)
    func addressesAreWellFormed(_ code: FindingCode) throws {
        for source in code.explanation.sources {
            #expect(!source.title.isEmpty && !source.title.contains { "`<>[]|".contains($0) })
            guard let address = source.address else { continue }
            let parts = try #require(URLComponents(string: address))
            #expect(parts.scheme == "https")
            #expect(Self.hosts.contains(parts.host ?? ""), "\(address)")
            #expect(!parts.path.isEmpty && parts.url?.absoluteString == address)
            // Headings of Markdown files, and sections of RFCs.
            #expect(
                parts.fragment?.contains(#/^([a-z0-9-]+|section-[0-9.]+[0-9]|[A-Z][A-Za-z]+)$/#) != false, "\(address)")
        }
    }

    /// What decides without an address is a page of this repository, which has the section.
    @Test(arguments: FindingCode.allCases)
    func sourcesWithoutAnAddressAreSectionsOfThePages(_ code: FindingCode) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        for source in code.explanation.sources where source.address == nil {
            let parts = source.title.components(separatedBy: ", ")
            try #require(parts.count == 2, "\(source.title)")
            let page = try String(contentsOf: root.appending(path: parts[0]), encoding: .utf8)
            #expect(page.contains(try Regex("(?m)^##+ \(parts[1])$")), "\(source.title)")
        }
    }

    /// An option of layerverify in a text exists.
    @Test func optionsInTheTextsExist() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let help = try String(contentsOf: root.appending(path: "docs/cli.md"), encoding: .utf8)
        var count = 0
        for text in FindingCode.allCases.flatMap(Self.texts) {
            for command in text.matches(of: #/layerverify [^`]*/#) {
                for option in command.output.matches(of: #/--[a-z-]+/#) {
                    #expect(help.contains("  \(option.output) ") || help.contains(", \(option.output) "), "\(text)")
                    count += 1
                }
            }
        }
        #expect(count > 15)
    }

    private static func texts(of code: FindingCode) -> [String] {
        let explanation = code.explanation
        return [explanation.meaning] + explanation.causes + explanation.remedies
    }

    private static func withoutCode(_ text: String) -> String { text.replacing(#/`[^`]*`/#, with: "") }
}
