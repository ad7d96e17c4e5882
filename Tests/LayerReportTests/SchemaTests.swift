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
        let documented = try #require(try JSONDocsTests.tables()[heading])
        #expect(node.members == Set(documented.map { $0.name }).subtracting(absent), "\(heading)")
        let optional = documented.filter { $0.type.hasSuffix(" or absent") }.map { $0.name }
        #expect(node.required == node.members.subtracting(optional), "\(heading)")
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

    @Test func theSchemasOfListsAndComparisonsHaveTheDocumentedMembers() throws {
        let list = try Node("ls")
        try expect(list, "", "layerverify ls")
        try expect(list, "tool", "tool")
        for place in ["image", "layers[]", "files[]"] { try expect(list, place, place + " of ls") }
        let comparison = try Node("diff")
        try expect(comparison, "", "layerverify diff")
        for place in ["first", "second"] {
            try expect(comparison, place, "first and second")
            try expect(comparison, "layers[]." + place, "layers[].first and layers[].second")
            try expect(comparison, "layers[].files.differences[]." + place, "values of an entry")
        }
        try expect(comparison, "layers[]", "layers[] of diff")
        for place in ["layers[].files", "layers[].files.differences[]"] { try expect(comparison, place, place) }
        for place in ["config", "manifest"] {
            try expect(comparison, place, "config and manifest")
            try expect(comparison, place + ".members[]", "members[] of documents")
        }
    }

    @Test func theSchemasOfListsAndComparisonsHaveTheValuesOfTheSource() throws {
        let kinds: [ListedFile.Kind] = [
            .file, .directory, .symbolicLink, .characterDevice, .blockDevice, .fifo, .whiteout, .opaque,
        ]
        #expect(try Node("ls").at("files[].type").values == Set(kinds.map { $0.rawValue }))
        let comparison = try Node("diff")
        let outcomes: [ComparisonReport.Outcome] = [.same, .different, .trouble]
        #expect(try comparison.at("outcome").values == Set(outcomes.map { $0.rawValue }))
        let relations: [LayerComparison.Relation] = [.identical, .recompressed, .different, .added, .removed]
        #expect(try comparison.at("layers[].relation").values == Set(relations.map { $0.rawValue }))
        #expect(try comparison.at("ignored[]").values == Set(IgnoredDifferences.named.map { $0.name }))
        let aspects = try comparison.at("layers[].files.differences[].aspects[]").values
        #expect(aspects == Set(EntryAspects.named.map { $0.name }))
        #expect(try comparison.at("first.form").values == Set(ImageSources.supported.forms.map { $0.rawValue }))
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
