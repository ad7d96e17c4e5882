// layerverify: documents that are expensive to read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

@Suite struct HostileDocumentTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    private func descriptor(_ number: Int, _ mediaType: String = ImageFixture.manifest) -> [String: Any] {
        ["mediaType": mediaType, "digest": ImageFixture.digest(number), "size": 10]
    }

    private func index(_ manifests: [[String: Any]]) throws -> [String: Any] {
        try workshop.put(
            ["schemaVersion": 2, "mediaType": ImageFixture.index, "manifests": manifests], ImageFixture.index,
            in: "image")
    }

    @Test func anIndexOf100000ManifestsIsTooLarge() throws {
        try workshop.run("mkdir", workshop.path("image"))
        try workshop.writeLayout("image", manifests: (0..<100_000).map { descriptor($0) })
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 2)
        #expect(run.codes == ["document-too-large"])
        run.expectPeak()
    }

    @Test func aLongChainOfIndexesIsNotFollowedToItsEnd() throws {
        var last = descriptor(1)
        for _ in 0..<40 { last = try index([last]) }
        try workshop.writeLayout("image", manifests: [last])
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 2)
        #expect(run.codes.contains("index-too-deep"))
    }

    /// Fifty paths to each of fifteen indexes are 50^15 paths to the last one.
    @Test func anIndexIsFollowedOnceForManyPaths() throws {
        var last = [descriptor(1)]
        for _ in 0..<15 { last = Array(repeating: try index(last), count: 50) }
        try workshop.writeLayout("image", manifests: last)
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 1)
        #expect(Set(run.codes) == ["blob-missing"])
        run.expectPeak()
    }

    @Test func aLoopOfIndexesIsRefuted() throws {
        try workshop.run("mkdir", "-p", workshop.path("image/blobs/sha256"))
        for (this, next) in [(1, 2), (2, 3), (3, 1)] {
            let document: [String: Any] = ["schemaVersion": 2, "manifests": [descriptor(next, ImageFixture.index)]]
            try JSONSerialization.data(withJSONObject: document)
                .write(to: workshop.url("image/blobs/sha256/" + ImageFixture.digest(this).dropFirst(7)))
        }
        try workshop.writeLayout("image", manifests: [descriptor(1, ImageFixture.index)])
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 1)
        #expect(run.count["index-cycle"] == 1)
        #expect(run.count["blob-digest-mismatch"] == 3)
    }

    struct Document: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let text: @Sendable () -> String

        init(_ name: String, _ code: String, _ text: @escaping @Sendable () -> String) {
            (testDescription, self.code, self.text) = (name, code, text)
        }
    }

    private static func repeated(_ text: String, upTo byteCount: Int = 4_190_000) -> String {
        String(repeating: text, count: byteCount / text.utf8.count)
    }

    static let documents = [
        Document("brackets", "json-too-deep") { repeated("[") },
        Document("numbers", "index-invalid") { "[" + repeated("1,") + "1]" },
        Document("a list of numbers for manifests", "index-invalid") {
            #"{"schemaVersion":2,"manifests":["# + repeated("1,") + "1]}"
        },
        Document("a list of empty objects for manifests", "index-invalid") {
            #"{"schemaVersion":2,"manifests":["# + repeated("{},") + "{}]}"
        },
        Document("one name again and again", "json-duplicate-key") { "{" + repeated(#""a":1,"#) + #""a":1}"# },
        Document("a giant name", "index-invalid") { "{\"" + repeated("k") + "\":1}" },
        Document("many names", "index-invalid") {
            "{" + (0..<300_000).map { "\"\(String($0, radix: 16))\":1" }.joined(separator: ",") + "}"
        },
        Document("escapes", "schema-version-invalid") {
            #"{"schemaVersion":""# + repeated(#"\u0000"#) + #"","manifests":[]}"#
        },
    ]

    /// All of them if slow tests are requested, otherwise two different ones.
    static let chosen = SlowTests.areWanted ? documents : [documents[3], documents[6]]

    @Test(arguments: chosen)
    func aHostileIndexIsRefutedInBoundedMemory(_ document: Document) throws {
        _ = try workshop.plainLayout("image")
        try Data(document.text().utf8).write(to: workshop.url("image/index.json"))
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1, "\(run.run.transcript.prefix(2000))")
        #expect(run.codes.contains(document.code))
        #expect(run.codes.count < 20)
        run.expectPeak()
    }

    @Test(.enabled(if: SlowTests.areWanted, "\(SlowTests.reason)"))
    func listsOfNumbersForLayersAndDiffIDsAreRefutedOnce() throws {
        let config = try workshop.put(
            Data(
                (#"{"architecture":"a","os":"b","rootfs":{"type":"layers","diff_ids":["#
                    + Self.repeated("1,", upTo: 4_100_000) + "1]}}").utf8),
            "application/vnd.oci.image.config.v1+json", in: "image")
        let text = String(decoding: try JSONSerialization.data(withJSONObject: config), as: UTF8.self)
        let manifest = try workshop.put(
            Data(
                (#"{"schemaVersion":2,"config":"# + text + #","layers":["# + Self.repeated("1,", upTo: 4_100_000)
                    + "1]}").utf8),
            ImageFixture.manifest, in: "image")
        try workshop.writeLayout("image", manifests: [manifest])
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        #expect(run.count["manifest-invalid"] == 1)
        #expect(run.count["config-invalid"] == 1)
        run.expectPeak()
    }
}
