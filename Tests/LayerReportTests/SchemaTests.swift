// layerverify: docs/schema/ matches docs/json.md and the source.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSource
import Testing

/// The schemas are made by `scripts/json-schema` from docs/json.md, which JSONDocsTests compare with the JSON.
@Suite struct SchemaTests {
    /// An object of a schema, by its place in the report.
    struct Node {
        var content: [String: Any]

        init(_ name: String) throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/schema/\(name)-1.schema.json")
            content = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        }

        init(content: [String: Any]) {
            // What may be null is one of two.
            let choices = content["anyOf"] as? [[String: Any]]
            self.content = choices?.first ?? content
        }

        var members: Set<String> { Set((content["properties"] as? [String: Any] ?? [:]).keys) }
        var required: Set<String> { Set(content["required"] as? [String] ?? []) }
        var isClosed: Bool { content["additionalProperties"] as? Bool == false }
        var values: Set<String> { Set(content["enum"] as? [String] ?? []) }

        /// The node of a member, `images[].layers[].size`.
        func at(_ place: String) throws -> Node {
            try place.split(separator: ".").reduce(self) { node, part in
                let name = String(part.replacing("[]", with: ""))
                let properties = try #require(node.content["properties"] as? [String: Any])
                var found = Node(content: try #require(properties[name] as? [String: Any], "no \(place)"))
                if part.hasSuffix("[]") {
                    found = Node(content: try #require(found.content["items"] as? [String: Any]))
                }
                return found
            }
        }
    }

    private func expect(_ schema: Node, _ place: String, _ heading: String, without absent: Set<String> = []) throws {
        let node = try place.isEmpty ? schema : schema.at(place)
        let documented = try #require(try JSONDocsTests.tables()[heading]).map { $0.name }
        #expect(node.members == Set(documented).subtracting(absent), "\(heading)")
        #expect(node.required == node.members, "\(heading)")
        #expect(node.isClosed, "\(heading)")
    }

    private static let counts: Set = [
        "verifiedImages", "refutedImages", "undeterminedImages", "refutedRoots", "undeterminedRoots",
    ]

    @Test(arguments: ["verify", "inspect"])
    func theSchemaHasTheDocumentedMembers(_ command: String) throws {
        let schema = try Node(command)
        try expect(schema, "", "layerverify verify")
        for place in [
            "tool", "images[]", "images[].layers[]", "findings[]", "findings[].blob", "findings[].waiver", "roots[]",
            "summary.ignored", "summary.ignoredFindings",
        ] {
            try expect(schema, place, place)
        }
        try expect(schema, "summary", "summary", without: command == "inspect" ? Self.counts : [])
    }

    @Test func theSchemasOfDigestAndBenchHaveTheDocumentedMembers() throws {
        let digest = try Node("digest")
        try expect(digest, "", "layerverify digest")
        try expect(digest, "files[]", "files[]")
        try expect(digest, "summary", "summary of digests")
        let bench = try Node("bench")
        try expect(bench, "", "layerverify bench")
        for place in [
            "image", "kernels[]", "scaling[]", "scaling[].roofline", "scaling[].roofline.work[]",
            "scaling[].roofline.largestBlob",
        ] {
            try expect(bench, place, place)
        }
    }

    @Test func theSchemaHasTheValuesOfTheSource() throws {
        for command in ["verify", "inspect"] {
            let schema = try Node(command)
            let codes = Set(FindingCode.allCases.map { $0.rawValue })
            #expect(try schema.at("findings[].code").values == codes)
            #expect(try schema.at("findings[].follows").values == codes)
            #expect(try schema.at("findings[].severity").values == Set(Severity.allCases.map { $0.rawValue }))
            #expect(try schema.at("findings[].outcome").values == Set(Outcome.allCases.map { $0.rawValue }))
            #expect(try schema.at("findings[].blob.kind").values == Set(FileRole.allCases.map { $0.rawValue }))
            #expect(try schema.at("findings[].waiver.source").values == Set(Waiver.Source.allCases.map { $0.rawValue }))
            #expect(try schema.at("roots[].form").values == Set(ImageSources.supported.forms.map { $0.rawValue }))
        }
        let outcomes = Set(Outcome.allCases.map { $0.rawValue })
        #expect(try Node("verify").at("images[].layers[].outcome").values == outcomes)
        #expect(try Node("inspect").at("images[].layers[].outcome").values.isEmpty)
        let compressions = Set(Compression.allCases.map { $0.rawValue })
        #expect(try Node("verify").at("images[].layers[].compression").values == compressions)
        #expect(try Node("digest").at("files[].compression").values == compressions)
        #expect(try Node("digest").at("files[].code").values == Set(FindingCode.allCases.map { $0.rawValue }))
    }
}
