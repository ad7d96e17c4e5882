// layerverify: images made by real tools.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

/// A folder in which real tools make images.
struct ImageFixture {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    struct ToolFailure: Error, CustomStringConvertible {
        var description: String
    }

    func url(_ path: String) -> URL { folder.url.appending(path: path) }

    func path(_ path: String) -> String { url(path).path }

    /// Runs a tool that must succeed, and returns what it printed.
    @discardableResult
    func run(_ program: String, _ arguments: String...) throws -> Data {
        let run = try ProgramRun.run(program, arguments)
        guard run.status == 0 else {
            throw ToolFailure(description: "\(program) \(arguments.joined(separator: " ")): \(run.transcript)")
        }
        return run.output
    }

    func skopeo(_ arguments: String...) throws {
        let run = try ProgramRun.run("skopeo", ["--insecure-policy", "copy", "--quiet"] + arguments)
        guard run.status == 0 else { throw ToolFailure(description: "skopeo \(arguments): \(run.transcript)") }
    }

    func sha256(_ path: String) throws -> String {
        String(decoding: try run("sha256sum", path).prefix(64), as: UTF8.self)
    }

    /// A layout made by umoci at `name`, tag `1`: three layers, the last one with whiteouts.
    func umociLayout(_ name: String, architecture: String = "amd64") throws {
        let image = path(name) + ":1"
        try run("umoci", "init", "--layout", path(name))
        try run("umoci", "new", "--image", image)
        try run("umoci", "config", "--image", image, "--architecture", architecture, "--os", "linux")
        let bundle = path(name + "-bundle")
        try run("umoci", "unpack", "--rootless", "--image", image, bundle)
        let root = URL(filePath: bundle).appending(path: "rootfs")
        try fill(root.appending(path: "etc"), files: 20)
        try run("umoci", "repack", "--refresh-bundle", "--image", image, bundle)
        try fill(root.appending(path: "usr/share"), files: 200)
        try run("umoci", "repack", "--refresh-bundle", "--image", image, bundle)
        try FileManager.default.removeItem(at: root.appending(path: "etc/file-3"))
        try FileManager.default.removeItem(at: root.appending(path: "usr/share/file-7"))
        try fill(root.appending(path: "srv"), files: 5)
        try run("umoci", "repack", "--refresh-bundle", "--image", image, bundle)
    }

    /// Creates text files with different content, some of them empty.
    func fill(_ folder: URL, files: Int) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for number in 0..<files {
            let line = "\(folder.lastPathComponent) \(number) \(number &* 2_654_435_761 % 1_000_003)\n"
            let text = String(repeating: line, count: number * 7 % 300)
            try Data(text.utf8).write(to: folder.appending(path: "file-\(number)"))
        }
    }

    /// Adds a document to a layout under its digest, and returns its descriptor.
    func put(_ document: [String: Any], _ mediaType: String, in layout: String) throws -> [String: Any] {
        try put(JSONSerialization.data(withJSONObject: document, options: .sortedKeys), mediaType, in: layout)
    }

    func put(_ bytes: Data, _ mediaType: String, in layout: String) throws -> [String: Any] {
        let blobs = url(layout + "/blobs/sha256")
        try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
        let temporary = url("put")
        try bytes.write(to: temporary)
        let hex = try sha256(temporary.path)
        try bytes.write(to: blobs.appending(path: hex))
        return ["mediaType": mediaType, "digest": "sha256:" + hex, "size": bytes.count]
    }

    func writeLayout(_ layout: String, manifests: [[String: Any]]) throws {
        try Data(#"{"imageLayoutVersion":"1.0.0"}"#.utf8).write(to: url(layout + "/oci-layout"))
        let index: [String: Any] = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests,
        ]
        try JSONSerialization.data(withJSONObject: index, options: .sortedKeys).write(to: url(layout + "/index.json"))
    }

    /// A layout with one image of these layers: compressed file, uncompressed file, media type.
    func handmadeLayout(_ layout: String, _ layers: [(blob: String, tar: String, mediaType: String)]) throws {
        let descriptors = try layers.map {
            try put(Data(contentsOf: URL(filePath: $0.blob)), $0.mediaType, in: layout)
        }
        let diffIDs = try layers.map { "sha256:" + (try sha256($0.tar)) }
        let config = try put(
            ["architecture": "amd64", "os": "linux", "rootfs": ["type": "layers", "diff_ids": diffIDs]],
            "application/vnd.oci.image.config.v1+json", in: layout)
        let manifest = try put(
            ["schemaVersion": 2, "config": config, "layers": descriptors],
            "application/vnd.oci.image.manifest.v1+json", in: layout)
        try writeLayout(layout, manifests: [manifest])
    }

    /// A tar of text files; more files make it larger.
    func tar(_ name: String, files: Int) throws -> String {
        try fill(url(name + "-files/data"), files: files)
        try run("tar", "-cf", path(name), "-C", path(name + "-files"), "data")
        return path(name)
    }

    /// The files of a layout's blobs.
    func blobs(of layout: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: url(layout + "/blobs/sha256"), includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }
}
