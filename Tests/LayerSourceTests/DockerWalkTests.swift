// layerverify: tests of the walks through docker-save archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import Testing

@testable import LayerSource

@Suite struct DockerSaveWalkTests {
    private let layerDigest = ContentDigest.of(Array("layer".utf8), .sha256)

    /// A folder with one image in it; `manifest` may change its manifest.json.
    private func folder(_ manifest: (String) -> String = { $0 }) throws -> (folder: ImageFolder, config: String) {
        let folder = try ImageFolder()
        let config = ImageFolder.config([layerDigest.description])
        let name = ContentDigest.of(Array(config.utf8), .sha256).encoded
        try folder.write(config, to: name + ".json")
        try folder.write("layer", to: "l/layer.tar")
        let text = #"[{"Config":"\#(name).json","RepoTags":["a:1","b/c:2"],"Layers":["l/layer.tar"]}]"#
        try folder.write(manifest(text), to: "manifest.json")
        return (folder, String(name))
    }

    @Test func anImageIsReadWithAllItsClaims() throws {
        let (folder, name) = try folder()
        let inventory = gather(folder)
        #expect(inventory.codes == [])
        #expect(inventory.roots.map { $0.form } == [.dockerDirectory])
        let image = try #require(inventory.images.first)
        #expect(image.references == ["a:1", "b/c:2"])
        #expect(image.imageID?.encoded == name[...])
        #expect(image.layers.map { $0.diffID } == [layerDigest])
        #expect(image.layers.map { $0.digest } == [nil])
        #expect(inventory.claims.count { if case .name = $0.assertion { true } else { false } } == 1)
        #expect(
            inventory.claims.filter { $0.layer == 0 }.map { $0.assertion } == [.intactStream, .diffID(layerDigest)])
    }

    @Test func theSameImageInAnArchiveHasTheSameClaims() throws {
        let config = ImageFolder.config([layerDigest.description])
        let name = "sha256:" + ContentDigest.of(Array(config.utf8), .sha256).encoded
        let folder = try ImageFolder()
        let manifest = #"[{"Config":"\#(name)","RepoTags":null,"Layers":["./l.tar"]}]"#
        let parts: [[UInt8]] = [
            .entry("manifest.json", manifest), .entry(name, config), .entry("l.tar", "layer"), .end,
        ]
        try folder.write(Array(parts.joined()), to: "i.tar")
        let inventory = gather(folder, at: "/i.tar")
        #expect(inventory.codes == [])
        #expect(inventory.roots.map { $0.form } == [.dockerArchive])
        #expect(inventory.images.first?.references == [])
        let blob = try #require(inventory.images.first?.layers.first?.blob)
        guard case .range(0, _, 5) = inventory.blobs[blob].location else {
            Issue.record("the layer lies at \(inventory.blobs[blob].location)")
            return
        }
        #expect(inventory.blobs[blob].expectedByteCount == 5)
    }

    static let faulty: [(old: String, new: String, codes: [FindingCode])] = [
        ("[{", "{", [.jsonInvalid]), (#""a:1""#, #""a""#, [.dockerReferenceInvalid]),
        (#""a:1""#, "7", [.dockerReferenceInvalid]),
        (#"["a:1","b/c:2"]"#, #""a:1""#, [.dockerManifestInvalid]),
        (#"["l/layer.tar"]"#, "7", [.dockerManifestInvalid]),
        (#"["l/layer.tar"]"#, "[7]", [.dockerManifestInvalid]), (#"["l/layer.tar"]"#, "null", [.layerCountMismatch]),
        (#"["l/layer.tar"]"#, #"["l/layer.tar","l/layer.tar"]"#, [.layerCountMismatch]),
        (#""Config":"#, #""Other":"#, [.dockerManifestInvalid]), (#"[{"#, #"[5,{"#, [.dockerManifestInvalid]),
        (#"[{"#, #"[{"Parent":"sha256:1","#, [.dockerParentMissing]), (#""Config""#, #""config""#, []),
    ]

    @Test(arguments: faulty.indices)
    func eachFaultIsReported(_ place: Int) throws {
        let (old, new, codes) = Self.faulty[place]
        let (folder, _) = try folder { $0.replacing(old, with: new, maxReplacements: 1) }
        #expect(gather(folder).codes == codes, "\(new)")
    }

    @Test func aMissingConfigIsReportedByItsName() throws {
        let (folder, _) = try folder { $0.replacing(#""Config":""#, with: #""Config":"gone/"#) }
        #expect(gather(folder).codes == [.blobMissing])
    }

    @Test func aConfigsNameMayClaimItsDigest() {
        let hex = String(repeating: "a", count: 64)
        for path in [hex, hex + ".json", "sha256:" + hex, "blobs/sha256/" + hex] {
            #expect(DockerSaveWalk.digest(named: path)?.encoded == hex[...], "\(path)")
        }
        for path in ["config.json", "x/" + hex, hex + ".txt", hex.uppercased(), "sha512:" + hex, ""] {
            #expect(DockerSaveWalk.digest(named: path) == nil, "\(path)")
        }
    }

    @Test func normalisedPathsStayInTheFolder() {
        #expect(ArchivePath.normalized("./a//b/./c/") == "a/b/c")
        #expect(ArchivePath.normalized("/a") == "a")
        #expect(ArchivePath.normalized("../a") == "../a")
    }

    @Test func aLayerSourceIsClaimed() throws {
        let source = #"{"mediaType":"\#(MediaTypes.layer)","digest":"\#(layerDigest)","size":5}"#
        let (folder, _) = try folder {
            $0.replacing(#"[{"#, with: #"[{"LayerSources":{"\#(layerDigest)":\#(source)},"#, maxReplacements: 1)
        }
        let inventory = gather(folder)
        #expect(inventory.codes == [])
        #expect(inventory.claims.contains { if case .layerSource = $0.assertion { true } else { false } })
    }
}

@Suite struct RepositoriesWalkTests {
    private func folder(_ repositories: String) throws -> ImageFolder {
        let folder = try ImageFolder()
        try folder.write(repositories, to: "repositories")
        try folder.write("base", to: "one/layer.tar")
        try folder.write("top", to: "two/layer.tar")
        try folder.write(#"{"parent":"one"}"#, to: "two/json")
        return folder
    }

    @Test func layersAreFollowedDownToTheirBase() throws {
        let inventory = gather(try folder(#"{"a":{"1":"two"}}"#))
        #expect(inventory.images.map { $0.references } == [["a:1"]])
        #expect(inventory.images.first?.layers.map { $0.path } == ["one/layer.tar", "two/layer.tar"])
        // The layers have no digests, so nothing may count as verified.
        #expect(inventory.codes == [.dockerLayerUnclaimed, .dockerLayerUnclaimed])
        #expect(inventory.claims.map { $0.assertion } == [.intactStream, .intactStream])
    }

    static let faulty: [(text: String, codes: [FindingCode])] = [
        (#"{"a":{"1":"gone"}}"#, [.dockerRepositoriesMismatch]), (#"{"a":{"1":7}}"#, [.dockerRepositoriesMismatch]),
        (#"{"a":7}"#, [.dockerRepositoriesMismatch]), (#"{"a":{"1":"../x"}}"#, [.dockerRepositoriesMismatch]),
        (#"{"a":{"1":"one"},"#, [.jsonInvalid]), (#"{"a":{"1":"one"},"A":{}}"#, [.dockerLayerUnclaimed]),
    ]

    @Test(arguments: faulty.indices)
    func eachFaultIsReported(_ place: Int) throws {
        #expect(gather(try folder(Self.faulty[place].text)).codes == Self.faulty[place].codes)
    }

    @Test func aLoopOfParentsEnds() throws {
        let folder = try folder(#"{"a":{"1":"two"}}"#)
        try folder.write(#"{"parent":"two"}"#, to: "one/json")
        #expect(gather(folder).images.first?.layers.count == 2)
    }

    @Test func nextToAManifestOnlyTheNamesAreChecked() throws {
        let folder = try folder(#"{"a":{"1":"one"},"b":{"2":"gone"}}"#)
        try folder.write("[]", to: "manifest.json")
        let inventory = gather(folder)
        #expect(inventory.codes == [.dockerRepositoriesMismatch])
        #expect(inventory.findings.first?.finding.place.pointer == "/b/2")
    }
}
