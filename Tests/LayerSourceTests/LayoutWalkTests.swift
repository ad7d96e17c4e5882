// layerverify: tests of the walk through image layouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerSource
import Testing

@Suite struct LayoutWalkTests {
    @Test func anImageIsReadWithAllItsClaims() throws {
        let folder = try ImageFolder()
        let manifest = try folder.addImage(
            ["base", "top"], more: #","annotations":{"org.opencontainers.image.ref.name":"v1"}"#)
        try folder.writeIndex([manifest])
        let inventory = gather(folder)
        #expect(inventory.codes == [])
        #expect(inventory.roots.map { $0.form } == [.ociLayout])
        let image = try #require(inventory.images.first)
        #expect(inventory.images.count == 1)
        #expect(image.kind == .image)
        #expect(image.references == ["v1"])
        #expect(image.platform == Platform(os: "linux", architecture: "amd64"))
        #expect(image.place == Place("index.json", "/manifests/0"))
        let digests = ["base", "top"].map { ContentDigest.of(Array($0.utf8), .sha256) }
        #expect(image.layers.map { $0.digest } == digests)
        #expect(image.layers.map { $0.diffID } == digests)
        for (layer, digest) in digests.enumerated() {
            let claims = inventory.claims.filter { $0.layer == layer }.map { $0.assertion }
            #expect(
                claims == [
                    .size(layer == 0 ? 4 : 3), .digest(digest),
                    .compression(.none, mediaType: MediaType(MediaTypes.layer)), .intactStream, .diffID(digest),
                ])
        }
        // Manifest and config: size and digest of each, with facts from the walk.
        #expect(inventory.claims.filter { $0.layer == nil }.count == 4)
        let config = try #require(image.configBlob)
        #expect(inventory.blobs[config].facts?.digests.first == image.imageID)
    }

    @Test func aBlobThatImagesShareIsOneBlob() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([
            try folder.addImage(["base", "one"]), try folder.addImage(["base", "two"], architecture: "arm64"),
        ])
        let inventory = gather(folder)
        #expect(inventory.images.count == 2)
        #expect(inventory.images[0].layers[0].blob == inventory.images[1].layers[0].blob)
        #expect(Set(inventory.images.flatMap { $0.layers.map { $0.blob } }).count == 3)
    }

    @Test func aSecondTagAddsANameButNotAnImage() throws {
        let folder = try ImageFolder()
        let name = #","annotations":{"org.opencontainers.image.ref.name":"X"}"#
        let manifest = try folder.addImage(["a"], more: name)
        try folder.writeIndex([manifest, manifest.replacing("\"X\"", with: "\"Y\"")])
        let inventory = gather(folder)
        #expect(inventory.images.map { $0.references } == [["X", "Y"]])
        // Both entries claim the manifest's digest.
        #expect(inventory.claims.filter { $0.place.path == "index.json" }.count == 4)
    }

    @Test func nestedIndexesAreFollowed() throws {
        let folder = try ImageFolder()
        let inner = try folder.addBlob(
            ImageFolder.index([
                try folder.addImage(["a"], more: #","platform":{"os":"linux","architecture":"amd64"}"#),
                try folder.addImage(
                    ["b"], architecture: "arm64", more: #","platform":{"os":"linux","architecture":"arm64"}"#),
            ]), MediaTypes.index)
        try folder.writeIndex([inner])
        let inventory = gather(folder)
        #expect(inventory.codes == [])
        #expect(inventory.images.map { $0.platform?.architecture } == ["amd64", "arm64"])
        let arm = gather(folder, Selection(platform: Platform(os: "linux", architecture: "arm64")))
        #expect(arm.images.map { $0.platform?.architecture } == ["arm64"])
    }

    @Test func thePlatformOfTheConfigMustBeThatOfTheIndex() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([
            try folder.addImage(
                ["a"], architecture: "arm64", more: #","platform":{"os":"linux","architecture":"amd64"}"#)
        ])
        #expect(gather(folder).codes == [.platformMismatch])
    }

    @Test func anAbsentPlatformIsANoteUnlessAllAreRequired() throws {
        let folder = try ImageFolder()
        let absent = folder.descriptor(
            "gone", MediaTypes.manifest, more: #","platform":{"os":"linux","architecture":"s390x"}"#)
        try folder.writeIndex([try folder.addImage(["a"]), absent])
        let inventory = gather(folder)
        #expect(inventory.codes == [.platformAbsent])
        #expect(inventory.findings.first?.finding.outcome == .verified)
        #expect(inventory.images.count == 1)
        let strict = gather(folder, Selection(requiresAllPlatforms: true))
        #expect(strict.findings.first?.finding.outcome == .refuted)
    }

    @Test func anAbsentManifestWithoutSiblingsIsAnImageWhoseClaimFails() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([
            folder.descriptor("gone", MediaTypes.manifest, more: #","platform":{"os":"linux","architecture":"s390x"}"#)
        ])
        let inventory = gather(folder)
        #expect(inventory.codes == [])
        #expect(inventory.images.count == 1)
        let blob = try #require(inventory.images.first?.manifestBlob)
        #expect(inventory.blobs[blob].facts?.reading == .missing)
        #expect(inventory.claims.contains { $0.blob == blob })
    }

    @Test func selectionByNameExcludesOtherImages() throws {
        let folder = try ImageFolder()
        func name(_ text: String) -> String { #","annotations":{"org.opencontainers.image.ref.name":"\#(text)"}"# }
        try folder.writeIndex([
            try folder.addImage(["a"], more: name("one")), try folder.addImage(["b"], more: name("two")),
        ])
        #expect(gather(folder, Selection(references: ["two"])).images.map { $0.references } == [["two"]])
        #expect(gather(folder, Selection(references: ["three"])).images.isEmpty)
    }

    static let indexes: [(text: String, codes: [FindingCode])] = [
        ("[]", [.indexInvalid]), ("{}", [.schemaVersionInvalid, .indexInvalid]),
        (#"{"schemaVersion":2,"manifests":null}"#, [.indexManifestsNull, .nothingReferenced]),
        (#"{"schemaVersion":2,"manifests":{}}"#, [.indexInvalid]),
        (#"{"schemaVersion":2,"manifests":[]}"#, [.nothingReferenced]),
        (#"{"schemaVersion":1,"manifests":[]}"#, [.schemaVersionInvalid, .nothingReferenced]),
        (#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, [.documentConfusion, .nothingReferenced]),
        (#"{"schemaVersion":2,"manifests":[],"layers":null}"#, [.nothingReferenced]),
        (#"{"schemaVersion":2,"manifests":[5]}"#, [.indexInvalid]), ("{", [.jsonInvalid]), ("", [.jsonInvalid]),
        (#"{"schemaVersion":2,"manifests":[],"MANIFESTS":[]}"#, [.jsonDuplicateKey]),
    ]

    @Test(arguments: indexes.indices)
    func eachFaultOfAnIndexIsReported(_ place: Int) throws {
        let folder = try ImageFolder()
        try folder.writeIndex([])
        try folder.write(Self.indexes[place].text, to: "index.json")
        #expect(gather(folder).codes == Self.indexes[place].codes, "\(Self.indexes[place].text)")
    }

    @Test func aLayoutRequiresItsTwoFiles() throws {
        let folder = try ImageFolder()
        try folder.write("x", to: "blobs/sha256/x")
        try folder.write(ImageFolder.index([]), to: "index.json")
        #expect(gather(folder).codes.prefix(2) == [.layoutInvalid, .nothingReferenced])
        let other = try ImageFolder()
        try other.write(#"{"imageLayoutVersion":"2.0"}"#, to: "oci-layout")
        #expect(gather(other).codes == [.layoutInvalid, .indexMissing])
    }

    static let manifests: [(change: (String, String), codes: [FindingCode])] = [
        ((#""schemaVersion":2"#, #""schemaVersion":1"#), [.schemaVersionInvalid]),
        ((#""layers":["#, #""manifests":[],"layers":["#), [.documentConfusion]),
        ((#""layers":["#, #""mediaType":"a/b","layers":["#), [.mediaTypeContradiction]),
        ((#""layers":["#, #""mediaType":"\#(MediaTypes.manifest)","layers":["#), []),
        ((#""layers":["#, #""other":["#), [.manifestInvalid]),
        ((#""layers":["#, #""layers":[7,"#), [.layerCountMismatch, .manifestInvalid]),
        ((#""config":{"#, #""other":{"#), [.manifestInvalid]),
    ]

    @Test(arguments: manifests.indices)
    func eachFaultOfAManifestIsReported(_ place: Int) throws {
        let folder = try ImageFolder()
        let layer = try folder.addBlob("a", MediaTypes.layer)
        let diffID = ContentDigest.of(Array("a".utf8), .sha256).description
        let config = try folder.addBlob(ImageFolder.config([diffID]), MediaTypes.config)
        let (change, codes) = Self.manifests[place]
        let text = #"{"schemaVersion":2,"config":\#(config),"layers":[\#(layer)]}"#
        let manifest = text.replacing(change.0, with: change.1)
        #expect(manifest != text)
        try folder.writeIndex([try folder.addBlob(manifest, MediaTypes.manifest)])
        let found = gather(folder).codes.filter { $0 != .blobUnreferenced }
        #expect(found == codes, "\(change)")
    }

    @Test func deepIndexesAreFollowedToALimit() throws {
        let folder = try ImageFolder()
        var descriptor = try folder.addImage(["a"])
        for _ in 0..<20 { descriptor = try folder.addBlob(ImageFolder.index([descriptor]), MediaTypes.index) }
        try folder.writeIndex([descriptor])
        #expect(gather(folder).codes.contains(.indexTooDeep))
    }

    @Test func anEmbeddedManifestDoesNotReplaceAMissingOne() throws {
        let folder = try ImageFolder()
        // `{}` is not a manifest, so it would have faults of its own if it were parsed.
        let entry = folder.descriptor("{}", MediaTypes.manifest, more: #","data":"e30=""#)
        try folder.writeIndex([entry])
        #expect(gather(folder).codes.isEmpty)
        try folder.writeIndex([entry.replacing("e30=", with: "e30A")])
        #expect(gather(folder).codes.contains(.dataMismatch))
    }

    @Test func attestationsAndArtifactsAreNotImages() throws {
        let folder = try ImageFolder()
        let empty = try folder.addBlob("{}", "application/vnd.oci.empty.v1+json")
        let layer = try folder.addBlob("text", "text/plain")
        let artifact = try folder.addBlob(
            #"{"schemaVersion":2,"artifactType":"a/b","config":\#(empty),"layers":[\#(layer)]}"#, MediaTypes.manifest)
        let statement = try folder.addBlob("statement", "application/vnd.in-toto+json")
        let attestation = try folder.addBlob(
            #"{"schemaVersion":2,"config":\#(empty),"layers":[\#(statement)]}"#, MediaTypes.manifest,
            more: #","platform":{"os":"unknown","architecture":"unknown"}"#)
        // Layers of a file system under an image config are run as an image, whatever the index calls them.
        let disguised = try folder.addImage(
            ["layer"], more: #","platform":{"os":"unknown","architecture":"unknown"}"#)
        try folder.writeIndex([artifact, attestation, disguised])
        let inventory = gather(folder)
        #expect(inventory.codes == [])
        #expect(inventory.images.map { $0.kind } == [.artifact, .attestation, .image])
        // The stream of an opaque blob is not claimed to be intact.
        #expect(inventory.claims.filter { $0.image == 0 && $0.layer == 0 }.map { $0.assertion }.count == 2)
    }
}

@Suite struct UnreferencedBlobsTests {
    @Test func anUnreferencedBlobIsClaimedByItsName() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([try folder.addImage(["a"])])
        _ = try folder.addBlob("stray", MediaTypes.layer)
        try folder.write("x", to: "blobs/sha256/notes.txt")
        try folder.write("x", to: "blobs/blake3/" + String(repeating: "a", count: 64))
        let inventory = gather(folder)
        #expect(
            inventory.codes.sorted { $0.rawValue < $1.rawValue } == [
                .blobNameInvalid, .blobNameInvalid, .blobUnreferenced,
            ])
        let digest = ContentDigest.of(Array("stray".utf8), .sha256)
        let claims = inventory.claims.filter { $0.assertion == .digest(digest) }
        #expect(claims.map { $0.place.path } == ["blobs/sha256/" + digest.encoded])
        #expect(claims.first?.image == nil)
    }

    @Test func unreferencedBlobsAreNotListedIfAPartIsSelected() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([try folder.addImage(["a"])])
        _ = try folder.addBlob("stray", MediaTypes.layer)
        let platform = Platform(os: "linux", architecture: "amd64")
        #expect(gather(folder, Selection(platform: platform)).codes == [])
    }

    @Test func manyUnreferencedBlobsAreCounted() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([])
        for number in 0..<103 { _ = try folder.addBlob("stray \(number)", MediaTypes.layer) }
        let inventory = gather(folder)
        let found = inventory.findings.filter { $0.finding.code == .blobUnreferenced }
        #expect(found.count == 101)
        #expect(found.last?.finding.actual == "103")
        #expect(inventory.claims.count == 103)
    }
}
