// layerverify: hand-made images for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerDigest
import LayerModel
import LayerSource
import StrictJSON

/// A temporary folder with the files of an image.
final class ImageFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/layerverify-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("could not remove \(path): \(error)")
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    /// Adds a blob under its digest. Returns: its descriptor.
    func addBlob(_ text: String, _ mediaType: String, more: String = "") throws -> String {
        try write(text, to: "blobs/sha256/" + ContentDigest.of(Array(text.utf8), .sha256).encoded)
        return descriptor(text, mediaType, more: more)
    }

    func descriptor(_ text: String, _ mediaType: String, more: String = "") -> String {
        let digest = ContentDigest.of(Array(text.utf8), .sha256)
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(text.utf8.count)\#(more)}"#
    }

    func writeIndex(_ manifests: [String]) throws {
        try write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "oci-layout")
        try write(Self.index(manifests), to: "index.json")
    }

    static func index(_ manifests: [String]) -> String {
        #"{"schemaVersion":2,"manifests":[\#(manifests.joined(separator: ","))]}"#
    }

    static func config(_ diffIDs: [String], os: String = "linux", architecture: String = "amd64") -> String {
        let list = diffIDs.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"os":"\#(os)","architecture":"\#(architecture)","rootfs":{"type":"layers","diff_ids":[\#(list)]}}"#
    }

    /// Adds an image whose layers are plain texts. Returns: the descriptor of its manifest.
    func addImage(_ layers: [String], architecture: String = "amd64", more: String = "") throws -> String {
        let descriptors = try layers.map { try addBlob($0, MediaTypes.layer) }
        let diffIDs = layers.map { ContentDigest.of(Array($0.utf8), .sha256).description }
        let config = try addBlob(Self.config(diffIDs, architecture: architecture), MediaTypes.config)
        let list = descriptors.joined(separator: ",")
        return try addBlob(
            #"{"schemaVersion":2,"config":\#(config),"layers":[\#(list)]}"#, MediaTypes.manifest, more: more)
    }
}

enum MediaTypes {
    static let index = "application/vnd.oci.image.index.v1+json"
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let config = "application/vnd.oci.image.config.v1+json"
    static let layer = "application/vnd.oci.image.layer.v1.tar"
}

/// Finds the images in a folder, or at a path below it, and reads their documents.
func gather(_ folder: ImageFolder, _ selection: Selection = Selection(), at name: String = "") -> Inventory {
    var finder = ImageFinder()
    finder.find(folder.path + name)
    // The folder is removed after its last use, which must be after the walk.
    return withExtendedLifetime(folder) { gather(finder, selection) }
}

func gather(
    _ finder: ImageFinder, _ selection: Selection = Selection(),
    digester: DocumentDigester = DocumentDigester(fast: { .of($0, $1) }, reference: { .reference(of: $0, $1) })
) -> Inventory {
    let resolved = ReferenceResolver.resolve(
        selection, in: StoreSurvey(finder.found, opener: finder.store, digester: digester),
        paths: [Array(finder.found.indices)])
    var builder = InventoryBuilder(selection: resolved, opener: finder.store, digester: digester)
    for found in finder.found {
        builder.beginRoot(found.record)
        if let finding = found.finding { builder.add(finding) }
        if let tree = found.tree { found.source?.walk(tree, &builder) }
    }
    return builder.inventory
}

extension Inventory {
    var codes: [FindingCode] { findings.map { $0.finding.code } }
}

/// A value of a document.
func json(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }
