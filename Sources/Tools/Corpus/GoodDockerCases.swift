// layerverify: good docker-save archives and folders.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// An ordinary image of two layers.
private func twoLayers(_ seed: Int, tag: String = "app:1") -> DockerImage {
    DockerImage(layers: [.plain(seed), .plain(seed + 1)], tags: [tag])
}

let goodDockerCases: [CorpusCase] = [
    .good(
        "docker-old", "docker save before version 25: a folder per layer, `<hex>.json`, `repositories`.",
        in: .archive(.ustar)
    ) {
        image in
        image.oldArchive(twoLayers(200))
    },
    .good("docker-old-folder", "The same, extracted into a folder.") { image in
        image.oldArchive(twoLayers(200))
    },
    .good(
        "docker-new", "docker save since version 25: both views in one archive, and they agree.", in: .archive(.ustar)
    ) {
        image in
        image.newForm(twoLayers(202))
    },
    .good("docker-new-folder", "The same, extracted into a folder.") { image in
        image.newForm(twoLayers(202))
    },
    .good("docker-new-folder-entries", "Folders have entries of their own in the archive.", in: .archive(.pax)) {
        image in
        image.append("blobs/", .folder)
        image.append("blobs/sha256/", .folder)
        image.newForm(twoLayers(204), sources: .none)
    },
    .good("docker-containerd-store", "From the containerd store: gzip layers, no `LayerSources`.", in: .archive(.ustar))
    { image in
        image.newForm(DockerImage(layers: [.gzip(206), .gzip(207)], tags: ["app:1"]), sources: .none)
    },
    .good(
        "docker-views-of-two-compressions",
        "index.json leads to gzip layers, manifest.json to plain files of the same content.", in: .archive(.ustar)
    ) { image in
        let seeds = [208, 209]
        let plain = seeds.map { Layer.plain($0) }
        for layer in plain { _ = image.layer(layer) }
        image.newForm(
            DockerImage(layers: seeds.map { .gzip($0) }, tags: ["app:1"]),
            manifest: { $0.setting("Layers", JSON(plain.map { blobPath($0.digest) })) }, sources: .none)
    },
    .good(
        "docker-layer-sources-elsewhere",
        "`LayerSources` describe the gzip blobs of a registry, the files are plain: they are not compared.",
        in: .archive(.ustar)
    ) { image in
        image.newForm(twoLayers(208), sources: .ofTheRegistry)
    },
    .good(
        "docker-sparse-index", "An archive from the containerd store that lists a platform which was not saved.",
        in: .archive(.ustar)
    ) { image in
        let docker = twoLayers(210)
        let present = image.image(docker.layers).on(platform("amd64"))
        let absent: JSON = [
            "mediaType": .string(MediaTypes.manifest), "digest": .string(digestOf(prose(seed: 211, byteCount: 20))),
            "size": 480, "platform": platform("arm64", variant: "v8"),
        ]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index([present, absent])).named("1")])
        image.dockerManifest([
            [
                "Config": .string("blobs/sha256/" + docker.configHex), "RepoTags": ["app:1"],
                "Layers": JSON(docker.layers.map { blobPath($0.digest) }),
            ]
        ])
        image.expect("platform-absent", absent["digest"].text)
    },
    .good("docker-symbolic-link-layer", "A layer that is a symbolic link to another layer's tar.", in: .archive(.ustar))
    { image in
        let docker = DockerImage(layers: [.plain(212), .plain(213), .plain(212)], tags: ["links:1"])
        image.oldArchive(docker)
        let folders = docker.layerFolders
        image.put(folders[2] + "/layer.tar", .symbolicLink("../" + folders[0] + "/layer.tar"))
    },
    .good("docker-symbolic-link-folder", "The same, extracted: the link is in the folder.") { image in
        let docker = DockerImage(layers: [.plain(212), .plain(213), .plain(212)], tags: ["links:1"])
        image.oldArchive(docker)
        let folders = docker.layerFolders
        image.put(folders[2] + "/layer.tar", .symbolicLink("../" + folders[0] + "/layer.tar"))
    },
    .good("docker-hard-link-layer", "A layer that is a hard link to an earlier entry.", in: .archive(.ustar)) { image in
        let docker = DockerImage(layers: [.plain(214), .plain(214)], tags: ["links:1"])
        image.oldArchive(docker)
        image.put(docker.layerFolders[1] + "/layer.tar", .hardLink(docker.layerFolders[0] + "/layer.tar"))
    },
    .good(
        "docker-zero-byte-layer", "A layer.tar of no bytes; its diffID is the digest of the empty input.",
        in: .archive(.ustar)
    ) { image in
        image.oldArchive(DockerImage(layers: [.plain(216), .plain([UInt8]())], tags: ["empty:1"]))
        image.expect("layer-tar-unusual")
    },
    .good("docker-gzip-layers", "Layers that are gzip where plain tar was expected.", in: .archive(.ustar)) { image in
        image.oldArchive(DockerImage(layers: [.gzip(218), .plain(219)], tags: ["gzip:1"]))
    },
    .good("docker-zstd-layers", "Layers that are zstd where plain tar was expected.", in: .archive(.ustar)) { image in
        image.oldArchive(DockerImage(layers: [.zstd(220), .gzip(221)], tags: ["zstd:1"]))
    },
    .good(
        "docker-kaniko", "kaniko's names: `sha256:<hex>` for the config, `<hex>.tar.gz` for layers.",
        in: .archive(.ustar)
    ) {
        image in
        let docker = DockerImage(layers: [.gzip(222), .gzip(223)], tags: ["kaniko:1"])
        image.put("sha256:" + docker.configHex, docker.config.bytes)
        let names = docker.layers.map { hexDigest($0.bytes) + ".tar.gz" }
        for (name, layer) in zip(names, docker.layers) { image.put(name, layer.bytes) }
        image.dockerManifest([
            ["Config": .string("sha256:" + docker.configHex), "RepoTags": JSON(docker.tags), "Layers": JSON(names)]
        ])
    },
    .good(
        "docker-jib", "Jib's archive: lower-case keys, and a config.json whose name claims nothing.",
        in: .archive(.ustar)
    ) {
        image in
        let docker = DockerImage(layers: [.gzip(224), .gzip(225)], tags: ["jib:1"])
        let names = docker.layers.map { hexDigest($0.bytes) + ".tar.gz" }
        for (name, layer) in zip(names, docker.layers) { image.put(name, layer.bytes) }
        image.put("config.json", docker.config.bytes)
        image.dockerManifest([["config": "config.json", "repoTags": JSON(docker.tags), "layers": JSON(names)]])
    },
    .good("docker-several-images", "Two images in one archive, the second without a tag.", in: .archive(.gnu)) {
        image in
        let first = twoLayers(226, tag: "first:1")
        let second = DockerImage(layers: [.plain(226), .plain(229)], tags: [])
        let entries = [image.dockerImage(first), image.dockerImage(second).setting("RepoTags", nil)]
        image.dockerManifest(entries, repositories: ImageBuilder.repositories(first))
    },
    .good("docker-parent", "`Parent` names another image of the archive.", in: .archive(.ustar)) { image in
        let base = DockerImage(layers: [.plain(230)], tags: ["base:1"])
        let app = twoLayers(230)
        let entries = [
            image.dockerImage(base),
            image.dockerImage(app).setting("Parent", .string("sha256:" + base.configHex)),
        ]
        image.dockerManifest(entries)
    },
    .good(
        "docker-parent-missing", "`Parent` names an image that is not in the archive: a warning.", in: .archive(.ustar)
    ) { image in
        image.oldArchive(twoLayers(232), manifest: { $0.setting("Parent", .string(digestOf([1]))) })
        image.expect("docker-parent-missing")
    },
    .good("docker-dot-names", "Every name in the archive begins with `./`.", in: .archive(.gnu)) { image in
        image.oldArchive(twoLayers(234))
        image.renameAll { "./" + $0 }
    },
    .good("docker-absolute-names", "Every name in the archive begins with `/`.", in: .archive(.gnu)) { image in
        image.oldArchive(twoLayers(236))
        image.renameAll { "/" + $0 }
    },
    .good("docker-gnu-long-names", "Names over 100 bytes in GNU's `L` entries.", in: .archive(.gnu)) { image in
        image.longNamed(twoLayers(238))
    },
    .good(
        "docker-pax-long-names", "Names over 100 bytes in pax records (POSIX pax §Extended Header).", in: .archive(.pax)
    ) { image in
        image.longNamed(twoLayers(240))
    },
    .good(
        "docker-ustar-long-names", "Names over 100 bytes divided into prefix and name (POSIX ustar).",
        in: .archive(.ustar)
    ) {
        image in
        image.longNamed(twoLayers(242))
    },
    .good(
        "docker-pax-always", "A global pax header, and each name in a pax record of its own.", in: .archive(.paxAlways)
    ) { image in
        image.oldArchive(twoLayers(244))
    },
    .good("docker-base256", "Every size is in GNU's base-256.", in: .archive(.gnuBase256)) { image in
        image.oldArchive(twoLayers(246))
    },
    .good(
        "docker-entry-twice", "Two entries with one name and the same bytes are not ambiguous.", in: .archive(.ustar)
    ) { image in
        let docker = twoLayers(248)
        image.oldArchive(docker)
        image.append(docker.layerFolders[0] + "/VERSION", .file(Array("1.0".utf8)))
        image.append("manifest.json", .file(image.bytes(at: "manifest.json")))
    },
    .good(
        "docker-archive-without-end", "The archive has no end-of-archive marker, and all its entries are complete.",
        in: .damagedArchive(.ustar, { Array($0.dropLast(1024)) })
    ) { image in
        image.oldArchive(twoLayers(250))
        image.expect("archive-without-end")
    },
]

extension ImageBuilder {
    /// Adds an image whose layers have paths that are too long for a ustar header.
    fileprivate mutating func longNamed(_ docker: DockerImage) {
        let deep = String(repeating: "a-rather-long-folder/", count: 3)
        let names = docker.layerFolders.map { deep + $0 + "/layer.tar" }
        for (name, layer) in zip(names, docker.layers) { put(name, layer.bytes) }
        put(docker.configHex + ".json", docker.config.bytes)
        dockerManifest([
            ["Config": .string(docker.configHex + ".json"), "RepoTags": JSON(docker.tags), "Layers": JSON(names)]
        ])
    }
}
