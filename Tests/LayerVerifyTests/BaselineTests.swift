// layerverify: tests of reading baselines.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import SystemPackage
import Testing
import TestSupport

@Suite struct BaselineTests {
    /// An image with a damaged layer.
    private func damagedImage() throws -> SmallImage {
        let image = try SmallImage([SmallImage.gzipLayer, [1, 2, 3]], diffIDs: [SmallImage.gzipContent, [1, 2, 3]])
        try image.write([1, 2, 4], to: image.layerPaths[1])
        return image
    }

    private func baseline(_ text: String) throws -> Verifier.Baseline {
        let folder = try ScratchFolder()
        let file = folder.url.appending(path: "b.json")
        try Data(text.utf8).write(to: file)
        return try Verifier.Baseline(report: FilePath(file.path))
    }

    private func text(of report: Verification) -> String { String(decoding: report.json(), as: UTF8.self) }

    private func fault(_ text: String) -> String? {
        do {
            _ = try baseline(text)
            return nil
        } catch {
            return (error as? Verifier.Error)?.message ?? "\(error)"
        }
    }

    @Test func theReportOfARunIsABaselineForTheSameFaults() throws {
        let image = try damagedImage()
        let first = image.verify(try Verifier())
        #expect(first.outcome == .refuted)
        let second = image.verify(try Verifier(Verifier.Options(baseline: try baseline(text(of: first)))))
        #expect(second.outcome == .verified)
        #expect(second.findings.count == first.findings.count)
        #expect(second.summary.waivedCount(by: .baseline) == first.summary.errorCount)
        #expect(second.summary.errorCount == 0)
        #expect(second.findings.allSatisfy { $0.waiver?.source == .baseline })
        let third = image.verify(try Verifier(Verifier.Options(baseline: try baseline(text(of: second)))))
        #expect(third.outcome == .verified, "the report of a run with a baseline is one")
        try image.write([1, 2, 5], to: image.layerPaths[1])
        #expect(
            image.verify(try Verifier(Verifier.Options(baseline: try baseline(text(of: first))))).outcome == .refuted)
    }

    @Test func aBaselineLeavesOutFindingsWaivedByARule() throws {
        let image = try damagedImage()
        let codes = image.verify(try Verifier()).findings.map { "\($0.code):" + ($0.digest?.description ?? "") }
        let rules = try codes.map { try Verifier.IgnoreRule($0, reason: "r", until: "9999-12-31") }
        let ruled = image.verify(try Verifier(Verifier.Options(ignoreRules: rules)))
        #expect(ruled.outcome == .verified)
        #expect(ruled.findings.allSatisfy { $0.waiver?.until == "9999-12-31" && $0.waiver?.reason == "r" })
        let known = try baseline(text(of: ruled))
        #expect(known.findingCount == 0)
        #expect(image.verify(try Verifier(Verifier.Options(baseline: known))).outcome == .refuted)
    }

    /// A truncated baseline would make all findings new, and an altered one hides findings.
    @Test func aReportWithoutItsEndIsRefused() throws {
        let text = text(of: try damagedImage().verify(try Verifier()))
        #expect(fault(text) == nil)
        let bytes = Array(text.utf8)
        for count in stride(from: 0, to: bytes.count - 1, by: 97) {
            #expect(fault(String(decoding: bytes[..<count], as: UTF8.self)) != nil, "\(count) bytes")
        }
        #expect(fault(text + "{}")?.contains("something follows it") == true)
    }

    static let head = #""schemaVersion": 1, "tool": {"name": "layerverify"}"#
    static let finding =
        #"{"code": "view-empty", "severity": "warning", "path": "", "pointer": "", "expected": null, "#
        + #""actual": null, "digest": null, "root": "a"}"#
    static let faults: [(String, String)] = [
        ("", "it is empty"), ("[]", "it is not an object"), ("\"x\"", "it is not an object"), ("{}", "it has no"),
        ("{\(head), \"findings\": []}", "it has no 'roots'"),
        ("{\(head), \"findings\": [], \"findings\": [], \"roots\": []}", "a member occurs twice"),
        ("{\"schemaVersion\": 2, \"findings\": [], \"roots\": []}", "'schemaVersion' is not 1"),
        ("{\"tool\": {\"name\": \"other\"}}", "'tool' is not layerverify"),
        ("{\(head), \"findings\": [{]}", "a bracket does not match"),
        ("{\(head), \"findings\": [{\"code\": 7}]}", "'code' is missing or is not a string"),
        ("{\(head), \"findings\": [{\"code\": \"x\" \"y\"}]}", "not JSON"),
        ("{\(head), \"images\": \(String(repeating: "[", count: 200))", "nested too deeply"),
        ("{\(head), \"findings\": [\(finding.replacing("\"a\"", with: "7"))]}", "'root' is missing or is not a string"),
        ("{\(head), \"findings\": [\(finding.replacing("\"digest\": null", with: "\"digest\": \"x\""))]}", "digest"),
        ("{\(head), \"findings\": [\(finding.replacing("warning", with: "bad"))]}", "severity"),
    ]

    @Test(arguments: faults)
    func anythingElseIsRefused(_ text: String, _ message: String) {
        #expect(fault(text)?.contains(message) == true, "\(fault(text) ?? "accepted")")
    }

    @Test func elementsOfOtherMembersAreNotFindings() throws {
        let text =
            #"{\#(Self.head), "images": [{"findings": [{"code": 1}, "}]"]}], "findings": [\#(Self.finding), "#
            + #"\#(Self.finding.replacing("view-empty", with: "code-of-a-newer-version"))], "#
            + #""roots": [{"path": "a\"]}"}], "summary": {"roots": [{"x": "\\"}]}}"# + "\n"
        #expect(try baseline(text).findingCount == 1)
    }

    @Test func aFindingThatStandsForManyIsNotKnown() throws {
        let many = Self.finding.replacing(#""actual": null"#, with: #""actual": "500""#)
        #expect(try baseline("{\(Self.head), \"findings\": [\(many)], \"roots\": []}").findingCount == 0)
    }

    @Test func filesThatCannotBeReadAreErrors() throws {
        #expect(throws: Verifier.Error.self) { try Verifier.Baseline(report: "/no/such/file") }
        #expect(throws: Verifier.Error.self) { try Verifier.Baseline(report: "/") }
        #expect(throws: Verifier.Error.self) { try Verifier.IgnoreRule.rules(inFile: "/no/such/file") }
        #expect(throws: Verifier.Error.self) { try Verifier.IgnoreRule("blob-missing") }
        #expect(throws: Verifier.Error.self) { try Verifier.IgnoreRule("view-empty", until: "soon") }
    }
}
