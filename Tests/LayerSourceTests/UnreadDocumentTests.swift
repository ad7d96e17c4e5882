// layerverify: findings that follow from documents that could not be read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerDigest
import LayerModel
import LayerSource
import LayerSystem
import StrictJSON
import SystemPackage
import Testing

@Suite struct UnreadDocumentTests {
    /// The inventory of a folder in which a file cannot be read.
    private func gather(
        _ folder: ImageFolder, unreadable path: String, _ selection: Selection = Selection()
    ) -> Inventory {
        var finder = ImageFinder()
        finder.find(folder.path)
        let opener = FaultyOpener(finder.store) { location in
            location == .file(root: 0, path: path) ? .failsToOpen(.permissionDenied) : nil
        }
        var builder = InventoryBuilder(
            selection: selection, opener: opener,
            digester: DocumentDigester(fast: { .of($0, $1) }, reference: { .reference(of: $0, $1) }))
        for found in finder.found {
            builder.beginRoot(found.record)
            if let finding = found.finding { builder.add(finding) }
            if let tree = found.tree { found.source?.walk(tree, &builder) }
        }
        return withExtendedLifetime(folder) { builder.inventory }
    }

    private static func path(_ text: String) -> String {
        "blobs/sha256/" + ContentDigest.of(Array(text.utf8), .sha256).encoded
    }

    /// Adds an image in both views, as `docker save` writes it. Returns: the paths of the manifest and the config.
    private func addBothViews(to folder: ImageFolder) throws -> (manifest: String, config: String) {
        let descriptor = try folder.addImage(["layer"])
        try folder.writeIndex([descriptor])
        let hex = try #require(try json(descriptor)["digest"]?.string?.split(separator: ":").last)
        let config = ImageFolder.config([ContentDigest.of(Array("layer".utf8), .sha256).description])
        try folder.write(
            #"[{"Config":"\#(Self.path(config))","RepoTags":["a:1"],"Layers":["\#(Self.path("layer"))"]}]"#,
            to: "manifest.json")
        return ("blobs/sha256/" + hex, Self.path(config))
    }

    @Test func viewsDoNotDisagreeIfOneCouldNotBeRead() throws {
        let folder = try ImageFolder()
        let (manifest, config) = try addBothViews(to: folder)
        #expect(gather(folder, unreadable: "none").codes == [])
        for path in [manifest, config, "index.json", "manifest.json", "oci-layout"] {
            let inventory = gather(folder, unreadable: path)
            #expect(inventory.findings.allSatisfy { $0.finding.outcome != .refuted }, "\(path)")
            let isNoted = inventory.blobs.contains { blob in
                if case .unreadable? = blob.facts?.reading { blob.path == path } else { false }
            }
            #expect(isNoted, "\(path)")
        }
    }

    @Test func viewsAreComparedOnlyIfAllDocumentsWereRead() throws {
        let folder = try ImageFolder()
        _ = try addBothViews(to: folder)
        try folder.writeIndex([try folder.addImage(["another layer"])])
        #expect(gather(folder, unreadable: "none").codes.contains(.viewsDisagree))
        let codes = gather(folder, unreadable: "oci-layout").codes
        #expect(codes.contains(.blobUnreadable) && !codes.contains(.viewsDisagree))
    }

    @Test func nothingIsClaimedOfAnImageThatMayNotBeSelected() throws {
        let folder = try ImageFolder()
        let layer = "layer of the other"
        try folder.writeIndex([
            try folder.addImage(["layer"]), try folder.addImage([layer], architecture: "arm64"),
        ])
        let config = ImageFolder.config(
            [ContentDigest.of(Array(layer.utf8), .sha256).description], architecture: "arm64")
        let selection = Selection(platform: Platform(parsing: "linux/amd64"))
        let whole = gather(folder, unreadable: "none", selection)
        let partial = gather(folder, unreadable: Self.path(config), selection)
        #expect(partial.claims.count == whole.claims.count)
        #expect(partial.codes == [.blobUnreadable])
    }

    @Test func aMissingParentIsNotReportedIfAConfigCouldNotBeRead() throws {
        let folder = try ImageFolder()
        let config = ImageFolder.config([])
        let other = ImageFolder.config([], architecture: "arm64")
        for text in [config, other] { try folder.write(text, to: Self.path(text)) }
        let parent = ContentDigest.of(Array(other.utf8), .sha256)
        let entries = [
            #"{"Config":"\#(Self.path(config))","Layers":[],"Parent":"\#(parent)"}"#,
            #"{"Config":"\#(Self.path(other))","Layers":[]}"#,
        ]
        try folder.write("[" + entries.joined(separator: ",") + "]", to: "manifest.json")
        #expect(!gather(folder, unreadable: "none").codes.contains(.dockerParentMissing))
        #expect(!gather(folder, unreadable: Self.path(other)).codes.contains(.dockerParentMissing))
    }

    /// A tree in which one name cannot be looked up or read.
    private struct Tree: ImageTree {
        let files: [String: String]
        let unreadable: String
        var findings: [Finding] { [] }

        func locate(_ path: String) -> LocatedFile { .nowhere(.missing) }

        func kind(of path: String) -> Lookup<FileKind> {
            if path == unreadable { return .unreadable(.unreadable(errno: 5, atByte: 0)) }
            if files[path] != nil { return .found(.regular) }
            return files.keys.contains { $0.hasPrefix(path + "/") } ? .found(.directory) : .absent
        }

        func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]> { .absent }

        /// For each form whether the tree has its marks: yes, no, or unknown.
        var marks: String {
            let recognizable = RecognizableTree(self) { path, _ in .success(Array((files[path] ?? "").utf8)) }
            return ImageSources.supported.all.reduce(into: "") { marks, source in
                switch source.recognizes(recognizable) {
                case .yes: marks += "y"
                case .no: marks += "n"
                case .unknown: marks += "?"
                }
            }
        }
    }

    static let trees: [(files: [String], unreadable: String, marks: String)] = [
        (["oci-layout", "index.json", "blobs/x"], "", "nynn"), (["manifest.json"], "", "nnyn"),
        (["oci-layout", "manifest.json"], "", "yynn"), (["repositories"], "", "nnny"),
        // Both views, the layout alone, or docker-save's alone.
        (["oci-layout", "manifest.json"], "manifest.json", "?ynn"),
        (["oci-layout", "manifest.json"], "oci-layout", "???n"),
        (["oci-layout", "index.json", "blobs/x"], "oci-layout", "nynn"), (["index.json", "blobs/x"], "blobs", "n?nn"),
        (["index.json", "blobs/x"], "", "nynn"), (["index.json"], "", "nnnn"),
        (["manifest.json"], "manifest.json", "nn?n"), (["repositories"], "repositories", "nnn?"),
        (["repositories"], "manifest.json", "nn??"), ([], "", "nnnn"), (["file"], "oci-layout", "n?nn"),
    ]

    @Test(arguments: trees.indices)
    func aFormIsKnownOnlyIfItsMarksAre(_ place: Int) {
        let (files, unreadable, marks) = Self.trees[place]
        let contents = ["manifest.json": "[]", "repositories": "{}", "index.json": #"{"manifests":[]}"#]
        let tree = Tree(
            files: Dictionary(uniqueKeysWithValues: files.map { ($0, contents[$0] ?? "{}") }), unreadable: unreadable)
        #expect(tree.marks == marks)
    }
}
