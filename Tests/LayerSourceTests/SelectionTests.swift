// layerverify: tests of references and their matches.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerDigest
import LayerModel
import LayerSystem
import StrictJSON
import SystemPackage
import Testing

@testable import LayerSource

@Suite struct ReferenceQueryTests {
    private static let digest = ContentDigest.of(Array("a".utf8), .sha256)
    private static let imageID = ContentDigest.of(Array("b".utf8), .sha256)

    private func rank(_ reference: String, _ names: [String], inherited: [String] = []) -> ReferenceQuery.Rank? {
        let entry = SelectableEntry(
            view: .layout, place: Place("index.json"), names: names, inheritedNames: inherited, digest: Self.digest,
            imageID: Self.imageID)
        return ReferenceQuery(reference).match(entry)?.rank
    }

    static let names: [(reference: String, name: String, rank: ReferenceQuery.Rank?)] = [
        ("app:1", "app:1", .name), ("anything at all", "anything at all", .name), ("1", "1", .name),
        ("app:1", "docker.io/library/app:1", .name), ("docker.io/library/app:1", "app:1", .name),
        ("index.docker.io/app:1", "app:1", .name), ("library/app:1", "app:1", .name),
        ("docker.io/app:1", "docker.io/library/app:1", .name), ("x/app:1", "docker.io/x/app:1", .name),
        ("app", "docker.io/library/app:latest", .name), ("app:latest", "docker.io/library/app", .name),
        ("localhost/app:1", "docker.io/localhost/app:1", nil),
        ("localhost:5000/app", "localhost:5000/app:latest", .name),
        ("quay.io/app:1", "app:1", nil), ("app:1", "app:2", nil), ("app", "app:1", nil), ("app:1", "app:10", nil),
        ("app:1", "1", .tag), ("localhost:5000/app:1", "1", .tag), ("app", "latest", nil), ("app", "app", .name),
        ("app:1", "app", nil), ("1", "app:1", nil), ("app:1", "", nil),
    ]

    @Test(arguments: names.indices) func aNameMatchesInEverySpelling(_ place: Int) {
        let (reference, name, rank) = Self.names[place]
        #expect(self.rank(reference, [name]) == rank, "\(reference) and \(name)")
    }

    @Test func aTagAloneCountsOnlyWithoutARepository() {
        #expect(rank("app:1", ["other:1", "1"]) == nil)
        #expect(rank("app:1", ["docker.io/library/app:1", "1"]) == .name)
    }

    @Test func digestsMatchManifestAndConfig() {
        #expect(rank("\(Self.digest)", []) == .digest)
        #expect(rank("\(Self.imageID)", []) == .digest)
        #expect(rank("\(ContentDigest.of([], .sha256))", []) == nil)
        #expect(rank(String(Self.digest.encoded), []) == .digest)
        #expect(rank(String(Self.imageID.encoded.prefix(12)), []) == .digest)
        #expect(rank(String(Self.digest.encoded.prefix(11)), []) == nil, "too short to be a digest")
        #expect(rank(Self.digest.encoded.prefix(12).uppercased(), []) == nil)
    }

    @Test func aNameComesBeforeADigestPrefix() {
        let digits = String(Self.digest.encoded.prefix(12))
        #expect(rank(digits, [digits]) == .name)
        #expect(rank(digits, ["docker.io/library/\(digits):latest"]) == .name)
    }

    @Test func aNameWithADigestRequiresBoth() {
        #expect(rank("app@\(Self.digest)", ["docker.io/library/app:1"]) == .name)
        #expect(rank("app:1@\(Self.digest)", ["app:1"]) == .name)
        #expect(rank("app@\(Self.digest)", [], inherited: ["app:1"]) == .name, "the name may be that of an index")
        #expect(rank("app:1@\(Self.digest)", ["1"]) == .tag)
        #expect(rank("app:2@\(Self.digest)", ["app:1"]) == nil)
        #expect(rank("app@\(Self.digest)", ["1"]) == nil, "a tag names no repository")
        #expect(rank("app@\(Self.digest)", []) == nil)
        #expect(rank("app@\(Self.imageID)", ["app:1"]) == nil, "the image ID is not the digest of a manifest")
        #expect(rank("app@\(ContentDigest.of([], .sha256))", ["app:1"]) == nil)
    }
}

@Suite struct NearestNamesTests {
    @Test(arguments: [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)])
    func distanceIsTheNumberOfEdits(_ one: String, _ other: String, _ distance: Int) {
        #expect(NearestNames.distance(Array(one.utf8), Array(other.utf8)) == distance)
        #expect(NearestNames.distance(Array(other.utf8), Array(one.utf8)) == distance)
    }

    @Test func theNearestComeFirst() {
        let names = ["zebra:1", "docker.io/library/alpine:3.19", "alpine:3"]
        #expect(
            NearestNames.list(names, nearestTo: ["alpine:3.18"])
                == "docker.io/library/alpine:3.19, alpine:3, zebra:1")
        #expect(NearestNames.list([], nearestTo: ["x"]) == "")
    }

    @Test func onlySomeAreListed() {
        let names = (0..<15).map { "name-\($0)" }
        let list = NearestNames.list(names, nearestTo: ["name-14"], moreCount: 100)
        #expect(list.hasPrefix("name-14, "))
        #expect(list.hasSuffix(" and 105 more"))
        #expect(list.split(separator: ", ").count == 10)
    }
}

@Suite struct ReferenceResolverTests {
    private func named(_ text: String) -> String {
        #","annotations":{"org.opencontainers.image.ref.name":"\#(text)"}"#
    }

    @Test func anIndexSelectedTwiceIsSelectedAsAWhole() throws {
        let folder = try ImageFolder()
        let (one, other) = (try folder.addImage(["a"]), try folder.addImage(["b"]))
        let index = ImageFolder.index([one, other])
        let descriptor = try folder.addBlob(index, MediaTypes.index)
        try folder.writeIndex([descriptor, try folder.addBlob(index, MediaTypes.index, more: named("x"))])
        let digest = try #require(try json(one)["digest"]?.string)
        // The first entry, which has no name, leads to the manifest; the second leads to the rest of the index.
        #expect(gather(folder, Selection(references: [digest])).images.count == 1)
        #expect(gather(folder, Selection(references: [digest, "x"])).images.count == 2)
    }

    @Test func aDigestOfTheLayoutSelectsBothViews() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([try folder.addImage(["layer"])])
        let config = ImageFolder.config([ContentDigest.of(Array("layer".utf8), .sha256).description])
        let path = "blobs/sha256/" + ContentDigest.of(Array(config.utf8), .sha256).encoded
        try folder.write(#"[{"Config":"\#(path)","RepoTags":["a:1"],"Layers":["gone.tar"]}]"#, to: "manifest.json")
        let index = try #require(gather(folder).images.first?.manifestDigest)
        for reference in [index.description, "sha256:" + path.suffix(64), "a:1"] {
            let inventory = gather(folder, Selection(references: [reference]))
            #expect(inventory.images.map { $0.references } == [["a:1"]], "\(reference)")
            #expect(inventory.blobs.contains { $0.path == "gone.tar" }, "\(reference) leaves manifest.json out")
        }
    }

    @Test func anUnreadableManifestLeavesAReferenceUndetermined() throws {
        let folder = try ImageFolder()
        let (one, other) = (try folder.addImage(["a"]), try folder.addImage(["b"]))
        try folder.writeIndex([one, other])
        let images = gather(folder).images
        let (imageID, manifest) = (try #require(images.first?.imageID), try #require(images.first?.manifestDigest))
        let path = LayoutWalk.path(of: try #require(images.last?.manifestDigest))
        func codes(_ references: [String]) throws -> [FindingCode] {
            var finder = ImageFinder()
            finder.find(folder.path)
            let opener = FaultyOpener(finder.store) { location in
                location == .file(root: 0, path: path) ? .failsToOpen(.permissionDenied) : nil
            }
            let digester = DocumentDigester(fast: { .of($0, $1) }, reference: { .reference(of: $0, $1) })
            let survey = StoreSurvey(finder.found, opener: opener, digester: digester)
            let selection = ReferenceResolver.resolve(Selection(references: references), in: survey, paths: [[0]])
            var builder = InventoryBuilder(selection: selection, opener: opener, digester: digester)
            for found in finder.found {
                builder.beginRoot(found.record)
                if let tree = found.tree { found.source?.walk(tree, &builder) }
            }
            let codes = builder.endRoot().codes
            builder.noteNothingSelected(at: [SearchedPath(path: folder.path, roots: [0])], survey)
            return withExtendedLifetime(folder) { codes + builder.inventory.codes }
        }
        // The image that cannot be read may have the same image ID, and its digests may begin with the same digits.
        #expect(try codes([imageID.description]) == [.blobUnreadable])
        #expect(try codes([String(manifest.encoded.prefix(12))]) == [.blobUnreadable])
        // It has another digest.
        #expect(try codes([manifest.description]) == [])
    }

    @Test func anImageIDIsFoundInEveryStore() throws {
        let folder = try ImageFolder()
        let inner = try ImageFolder()
        try inner.writeIndex([try inner.addImage(["a"])])
        let imageID = try #require(gather(inner).images.first?.imageID)
        for name in ["one", "two"] {
            for path in ["oci-layout", "index.json"] + gather(inner).blobs.map({ $0.path }) {
                try folder.write(
                    Array(try Data(contentsOf: URL(filePath: inner.path + "/" + path))), to: name + "/" + path)
            }
        }
        #expect(gather(folder, Selection(references: [imageID.description])).images.count == 2)
    }

    @Test func aSurveyClaimsNothing() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([try folder.addImage(["a"], more: named("one"))])
        let inventory = gather(folder, Selection(references: ["two"]))
        #expect(inventory.images.isEmpty)
        #expect(inventory.claims.isEmpty)
        #expect(inventory.codes == [])
    }
}
