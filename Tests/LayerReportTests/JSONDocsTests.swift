// layerverify: docs/json.md matches the JSON.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerBench
import LayerModel
import LayerReport
import LayerSource
import LayerVerify
import Testing

/// Every documented member appears, in its order and with its type, and no other member does.
@Suite struct JSONDocsTests {
    /// A documented member.
    struct Member: Hashable {
        var name: String
        var type: String
    }

    /// The tables of the page by heading.
    static func tables() throws -> [String: [Member]] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/json.md")
        var tables: [String: [Member]] = [:]
        var heading = ""
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("#") { heading = String(line.drop { "# ".contains($0) }).replacing("`", with: "") }
            guard let row = line.wholeMatch(of: #/\| `(\w+)` \| ([a-z ]+) \| .* \|/#) else { continue }
            tables[heading, default: []].append(Member(name: String(row.1), type: String(row.2)))
        }
        return tables
    }

    /// The objects of a text by path (`images[].layers[]`), each as its members in the order written.
    ///
    /// Shape: one member or bracket per line, as the format writes it.
    static func objects(in text: String) -> [String: [[Member]]] {
        var objects: [String: [[Member]]] = [:]
        var open: [(place: String, members: [Member]?)] = []
        for line in text.split(separator: "\n") {
            let content = line.drop { $0 == " " }
            let parts = content.wholeMatch(of: #/(?:"(\w+)": )?(.*?),?/#)
            let (name, value) = (parts?.1.map { String($0) }, parts.map { String($0.2) } ?? "")
            if value.hasPrefix("}") || value == "]" {
                let closed = open.removeLast()
                if let members = closed.members { objects[closed.place, default: []].append(members) }
                continue
            }
            if let name, !open.isEmpty {
                open[open.count - 1].members?.append(Member(name: name, type: type(of: value)))
            }
            let above = open.last?.place ?? ""
            let place = name.map { above.isEmpty ? $0 : above + "." + $0 } ?? above
            if value == "{" { open.append((place, [])) }
            if value == "[" { open.append((place + "[]", nil)) }
        }
        return objects
    }

    private static func type(of value: String) -> String {
        switch value.first {
        case "{": "object"
        case "[": "array"
        case "\"": "string"
        case "n": "null"
        default: value.contains(".") ? "number" : "integer"
        }
    }

    private func expect(_ objects: [[Member]]?, _ documented: [Member]?, _ place: String) throws {
        let objects = try #require(objects, "no \(place) was written")
        let documented = try #require(documented, "\(place) is not documented")
        var seen: [String: Set<String>] = [:]
        for object in objects {
            #expect(object.map { $0.name } == documented.map { $0.name }, "\(place)")
            for (member, promise) in zip(object, documented) {
                let allowed = promise.type.split(separator: " ").map(String.init)
                #expect(allowed.contains(member.type), "\(place).\(member.name) is \(member.type)")
                seen[member.name, default: []].insert(member.type)
            }
        }
        // A member that may be null has another value in some sample.
        for member in documented { #expect(seen[member.name] != ["null"], "\(place).\(member.name)") }
    }

    @Test func theReportHasTheDocumentedMembers() throws {
        let tables = try Self.tables()
        var objects: [String: [[Member]]] = [:]
        for sample in SampleReport.all {
            var text = ""
            JSONFormat().write(sample.report, in: ReportStyle()) { text += $0 }
            objects.merge(Self.objects(in: text)) { $0 + $1 }
        }
        let places = [
            "images[]", "images[].layers[]", "findings[]", "findings[].blob", "findings[].waiver", "summary",
            "summary.ignoredFindings", "summary.ignored", "tool", "roots[]",
        ]
        for place in places { try expect(objects[place], tables[place], place) }
        try expect(objects[""], tables["layerverify verify"], "layerverify verify")
        #expect(Set(objects.keys) == Set(places + [""]))
    }

    @Test func theTreeLacksTheCountsOfOutcomes() throws {
        var text = ""
        JSONFormat().writeTree(SampleReport.verified, in: ReportStyle()) { text += $0 }
        let objects = Self.objects(in: text)
        let left = try Self.tables()["summary"]?.filter {
            !["verifiedImages", "refutedImages", "undeterminedImages", "refutedRoots", "undeterminedRoots"].contains(
                $0.name)
        }
        try expect(objects["summary"], left, "summary")
        let tables = try Self.tables()
        for (place, title) in [("", "layerverify verify"), ("images[]", "images[]"), ("findings[]", "findings[]")] {
            #expect(objects[place]?.first?.map { $0.name } == tables[title]?.map { $0.name })
        }
    }

    @Test func theDigestsHaveTheDocumentedMembers() throws {
        let tables = try Self.tables()
        var text = ""
        JSONFormat().write(GoldenFileTests.digests, in: ReportStyle()) { text += $0 }
        let objects = Self.objects(in: text)
        try expect(objects[""], tables["layerverify digest"], "layerverify digest")
        try expect(objects["files[]"], tables["files[]"], "files[]")
        try expect(objects["summary"], tables["summary of digests"], "summary of digests")
    }

    @Test func theBenchmarkHasTheDocumentedMembers() throws {
        let full = try SampleBench.full()
        var objects: [String: [[Member]]] = [:]
        for report in [full, BenchReport(outcome: .undetermined)] {
            objects.merge(Self.objects(in: report.json())) { $0 + $1 }
        }
        let tables = try Self.tables()
        let places = [
            "image", "kernels[]", "scaling[]", "scaling[].roofline", "scaling[].roofline.work[]",
            "scaling[].roofline.largestBlob", "conclusion", "noise", "comparison", "comparison.kernels[]",
            "comparison.scaling[]",
        ]
        for place in places { try expect(objects[place], tables[place], place) }
        try expect(objects[""], tables["layerverify bench"], "layerverify bench")
        #expect(Set(objects.keys) == Set(places + ["", "tool"]))
    }

    @Test func everyFormIsDocumented() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/json.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for form in ImageSources.supported.forms { #expect(text.contains("`\(form.rawValue)`")) }
    }
}
