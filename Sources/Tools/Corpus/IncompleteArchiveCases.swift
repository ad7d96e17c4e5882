// layerverify: archives of images that end before their documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension ImageBuilder {
    /// A docker-save archive as Podman and skopeo write it: `<hex>.tar` for layers, `<hex>.json` for the config, documents last.
    fileprivate mutating func podmanArchive(_ image: DockerImage) {
        let names = image.layers.map { hexDigest($0.bytes) + ".tar" }
        for (name, layer) in zip(names, image.layers) { put(name, layer.bytes) }
        put(image.configHex + ".json", image.config.bytes)
        dockerManifest([
            ["Config": .string(image.configHex + ".json"), "RepoTags": JSON(image.tags), "Layers": JSON(names)]
        ])
    }

    /// A docker-save archive as crane and kaniko write it: `sha256:<hex>` for the config, `<hex>.tar.gz` for layers, documents last.
    fileprivate mutating func craneArchive(_ image: DockerImage) {
        let names = image.layers.map { hexDigest($0.bytes) + ".tar.gz" }
        put("sha256:" + image.configHex, image.config.bytes)
        for (name, layer) in zip(names, image.layers) { put(name, layer.bytes) }
        dockerManifest([
            ["Config": .string("sha256:" + image.configHex), "RepoTags": JSON(image.tags), "Layers": JSON(names)]
        ])
    }
}

/// The bytes before an entry of an archive.
private func offset(of name: String, in archive: [UInt8]) -> Int {
    let wanted = Array(name.utf8) + [0]
    guard let start = stride(from: 0, to: archive.count, by: 512).first(where: { archive[$0...].starts(with: wanted) })
    else { preconditionFailure("no entry \(name)") }
    return start
}

/// Cuts an archive before one of its entries.
private func cut(before name: String) -> Packing {
    .damagedArchive(.ustar) { Array($0.prefix(offset(of: name, in: $0))) }
}

/// Overwrites an archive with zeros from one of its entries on, as after an interrupted download into a preallocated
/// file.
private func zeros(from name: String) -> Packing {
    .damagedArchive(.ustar) { archive in
        let start = offset(of: name, in: archive)
        return archive.prefix(start) + [UInt8](repeating: 0, count: archive.count - start)
    }
}

/// The cases of archives without their documents.
let incompleteArchiveCases: [CorpusCase] = [
    .bad(
        "archive-without-documents-podman", "An archive of podman save without the documents at its end.",
        in: cut(before: "manifest.json")
    ) {
        $0.podmanArchive(DockerImage(layers: [.plain(1600), .plain(1601)], tags: ["app:1"]))
        $0.expect("documents-missing")
        $0.expect("archive-without-end")
    },
    .bad(
        "archive-without-documents-crane", "An archive of crane save without the documents at its end.",
        in: cut(before: "manifest.json")
    ) {
        $0.craneArchive(DockerImage(layers: [.gzip(1602), .gzip(1603)], tags: ["app:1"]))
        $0.expect("documents-missing")
        $0.expect("archive-without-end")
    },
    .bad(
        "archive-without-documents-buildx", "An archive of buildx without the documents at its end.",
        in: cut(before: "oci-layout")
    ) {
        $0.newForm(DockerImage(layers: [.gzip(1604), .gzip(1605)], tags: ["app:1"]))
        $0.expect("documents-missing")
        $0.expect("archive-without-end")
    },
    .bad(
        "archive-without-documents-docker", "An archive of docker save before version 25, without the documents.",
        in: cut(before: "manifest.json")
    ) {
        $0.oldArchive(DockerImage(layers: [.plain(1606), .plain(1607)], tags: ["app:1"]))
        $0.expect("documents-missing")
        $0.expect("archive-without-end")
    },
    .bad(
        "archive-ends-in-zeros", "An archive of a layout whose documents are overwritten with zeros.",
        in: zeros(from: "oci-layout")
    ) {
        $0.singleImage([.gzip(1608), .gzip(1609)])
        $0.expect("documents-missing")
    },
    .bad(
        "archive-ends-in-zeros-docker", "An archive of docker save with zeros in place of its documents.",
        in: zeros(from: "manifest.json")
    ) {
        $0.oldArchive(DockerImage(layers: [.plain(1610), .plain(1611)], tags: ["app:1"]))
        $0.expect("documents-missing")
    },
    .bad(
        "archive-without-documents-layer-damaged", "An archive without its documents, and a layer in it is damaged.",
        in: cut(before: "oci-layout")
    ) {
        let layer = Layer.gzip(1612)
        $0.singleImage([layer, .gzip(1613)])
        $0.damage(blobPath(layer.digest)) { $0.flip(at: 20) }
        $0.expect("documents-missing")
        $0.expect("archive-without-end")
        $0.expect("blob-digest-mismatch", layer.digest)
    },
    .bad(
        "archive-without-documents-podman-layer-damaged", "The same as podman save names layers.",
        in: cut(before: "manifest.json")
    ) {
        let layer = Layer.plain(1614)
        $0.podmanArchive(DockerImage(layers: [layer, .plain(1615)], tags: ["app:1"]))
        $0.damage(hexDigest(layer.bytes) + ".tar") { $0.flip(at: 600) }
        $0.expect("documents-missing")
        $0.expect("archive-without-end")
        $0.expect("blob-digest-mismatch", layer.digest)
    },
    .undetermined(
        "archive-of-layers-with-other-documents",
        "Layers, and a manifest.json of another kind: the image of the layers is unknown.",
        in: .archive(.ustar)
    ) {
        let layer = Layer.plain(1616)
        $0.put(hexDigest(layer.bytes) + ".tar", layer.bytes)
        $0.put("manifest.json", "{\"name\": \"app\", \"version\": \"1.0\"}\n")
        $0.expect("not-an-image")
    },
    .bad("index-alone", "An `index.json` that lists a manifest, and nothing else of the layout.") {
        let manifest = $0.singleImage([.gzip(1618)])
        for entry in $0.entries where entry.path != "index.json" { $0.remove(entry.path) }
        $0.expect("layout-invalid")
        $0.expect("blob-missing", manifest["digest"].text)
    },
    .good(
        "docker-archive-cut-before-manifest",
        "What docker save wrote, cut before `manifest.json`: its image layout is complete, and there is no end of the archive.",
        in: cut(before: "manifest.json")
    ) {
        $0.newForm(DockerImage(layers: [.gzip(1620)], tags: ["app:1"]))
        $0.expect("archive-without-end")
    },
]
