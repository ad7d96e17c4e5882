// layerverify: archives whose entries mean different files to different readers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension ImageBuilder {
    /// Adds an image layout with one layer; returns the path of the layer.
    fileprivate mutating func layoutWithLayer(_ seed: Int) -> String {
        let layer = Layer.gzip(seed)
        layout([image([layer])])
        return blobPath(layer.digest)
    }
}

private let other = Node.file(Array("something else".utf8))

let entryCases: [CorpusCase] = [
    .bad(
        "archive-entry-below-link", "An entry below a symbolic link replaces the layer on extraction.",
        in: .archive(.ustar)
    ) {
        image in
        let layer = image.layoutWithLayer(940)
        image.append("alias", .symbolicLink("blobs"))
        image.append("alias" + layer.dropFirst("blobs".count), other)
        image.expect("archive-entry-ambiguous")
    },
    .bad("archive-entry-below-file", "An entry below a file, which cannot be extracted.", in: .archive(.ustar)) {
        image in
        let layer = image.layoutWithLayer(942)
        image.append(layer + "/x", other)
        image.expect("archive-entry-ambiguous")
    },
    .bad(
        "archive-entry-climbs", "A name with `..` that is the layer's if the archive is extracted into the root.",
        in: .archive(.ustar)
    ) { image in
        let layer = image.layoutWithLayer(944)
        image.append("../" + layer, other)
        image.expect("archive-entry-ambiguous")
    },
    .bad("archive-hard-link-ahead", "A hard link to a later entry.", in: .archive(.ustar)) { image in
        _ = image.layoutWithLayer(946)
        image.append("early", .hardLink("late"))
        image.append("late", other)
        image.expect("archive-entry-ambiguous")
    },
    .bad(
        "archive-names-mixed", "GNU's long name is the layer's, the pax path next to it is not: readers use either.",
        in: .archive(.ustar)
    ) { image in
        let layer = image.layoutWithLayer(948)
        image.append("././@LongLink", .special(UInt8(ascii: "L"), Array(layer.utf8) + [0]))
        image.append("PaxHeaders/entry", .special(UInt8(ascii: "x"), TarWriter.paxRecord("path", "elsewhere")))
        image.append("entry", other)
        image.expect("archive-corrupt")
    },
    .good(
        "docker-hard-link-to-link",
        "A layer that is a hard link to a symbolic link: its target is relative to its own folder.",
        in: .archive(.ustar)
    ) { image in
        let docker = DockerImage(layers: [.plain(950), .plain(952)], tags: ["links:1"])
        image.oldArchive(docker)
        image.append("a/deep/file", .file(Layer.plain(952).bytes))
        image.append("links/deep/link", .symbolicLink("../deep/file"))
        image.append("links/deep/file", other)
        image.put(docker.layerFolders[1] + "/layer.tar", .file([]))
        image.remove(docker.layerFolders[1] + "/layer.tar")
        image.append("a/deep/layer.tar", .hardLink("links/deep/link"))
        let entry: JSON = [
            "Config": .string(docker.configHex + ".json"), "RepoTags": JSON(docker.tags),
            "Layers": JSON([docker.layerFolders[0] + "/layer.tar", "a/deep/layer.tar"]),
        ]
        image.put("manifest.json", JSON.array([entry]).bytes)
        image.remove("repositories")
    },
    .undetermined(
        "docker-incremental", "GNU tar's incremental archive: its folders are entries of a type of their own.",
        in: .archive(.gnu)
    ) { image in
        let docker = DockerImage(layers: [.plain(954)], tags: ["app:1"])
        image.append(docker.layerFolders[0] + "/", .special(UInt8(ascii: "D"), Array("Ylayer.tar\0\0".utf8)))
        image.oldArchive(docker)
        image.remove("repositories")
        // One finding about the archive and one about the layer.
        image.expect("archive-entry-unsupported")
        image.expect("archive-entry-unsupported")
    },
    .good("layout-with-another-manifest", "A `manifest.json` next to the layout that is not a list of docker save's.") {
        image in
        _ = image.layoutWithLayer(956)
        image.put("manifest.json", #"{"name": "something else"}"#)
        image.expect("files-ignored")
    },
    .bad("layout-with-broken-manifest", "A `manifest.json` next to the layout that is not JSON.") { image in
        _ = image.layoutWithLayer(958)
        image.put("manifest.json", "{")
        image.expect("json-invalid")
    },
    .undetermined(
        "layout-with-linked-manifest", "A `manifest.json` next to the layout that is a symbolic link out of it."
    ) {
        image in
        _ = image.layoutWithLayer(960)
        image.put("manifest.json", .symbolicLink("/elsewhere"))
        image.expect("link-not-followed")
    },
]
