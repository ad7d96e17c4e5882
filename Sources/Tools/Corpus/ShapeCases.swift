// layerverify: members of the wrong type, or in a case that only some readers recognise.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// An image whose config breaks a MUST.
private func badConfig(_ name: String, _ about: String, seed: Int, _ edit: (JSON) -> JSON) -> CorpusCase {
    .bad(name, about) { image in
        let manifest = image.singleImage([.gzip(seed)], config: edit)
        image.expect("config-invalid", image.configDigest(of: manifest))
    }
}

/// An image whose entry in the index breaks a MUST.
private func badEntry(_ name: String, _ about: String, seed: Int, _ edit: (JSON) -> JSON) -> CorpusCase {
    .bad(name, about) { image in
        let manifest = image.image([.gzip(seed)])
        image.layout([edit(manifest.named("x"))])
        image.expect("index-invalid", manifest["digest"].text)
    }
}

let badShapeCases: [CorpusCase] = [
    badConfig("config-without-os", "A config without `os` (config.md: REQUIRED).", seed: 1000) { $0.removing("os") },
    badConfig("config-without-architecture", "A config without `architecture` (config.md: REQUIRED).", seed: 1001) {
        $0.removing("architecture")
    },
    badConfig("config-created-no-date", "`created` is not a date (config.md: RFC 3339).", seed: 1002) {
        $0.setting("created", "yesterday")
    },
    badConfig("config-run-config-no-object", "`config` of a config is a string (config.md: object).", seed: 1003) {
        $0.setting("config", "sh")
    },
    badConfig("config-created-on-no-day", "`created` is on the 30th of February (RFC 3339).", seed: 1006) {
        $0.setting("created", "2024-02-30T00:00:00Z")
    },
    .bad("config-run-config-wrong-types", "Members of `config` that no reader in Go can decode (config.md).") { image in
        let manifest = image.singleImage(
            [.gzip(1007)],
            config: {
                $0.setting(
                    "config",
                    [
                        "Env": "PATH=/bin", "Cmd": [:], "Entrypoint": "sh", "Labels": ["a": 1], "User": 1,
                        "Volumes": [],
                        "ExposedPorts": ["80/tcp": 1], "ArgsEscaped": "no",
                    ])
            })
        for _ in 0..<8 { image.expect("config-invalid", image.configDigest(of: manifest)) }
    },
    badConfig("history-empty-layer-no-boolean", "`empty_layer` is a string (config.md: boolean).", seed: 1004) {
        $0.setting("history", [["created_by": "COPY . /", "empty_layer": "no"]])
    },
    badConfig("history-entry-no-object", "An entry of the history is a string (config.md: object).", seed: 1005) {
        $0.setting("history", ["COPY . /"])
    },
    badEntry("platform-without-os", "A platform without `os` (image-index.md: REQUIRED).", seed: 1010) {
        $0.setting("platform", ["architecture": "amd64"])
    },
    badEntry("platform-no-object", "A platform that is a string (image-index.md: object).", seed: 1011) {
        $0.setting("platform", "linux/amd64")
    },
    badEntry("annotations-no-texts", "An annotation whose value is a number (annotations.md: string).", seed: 1012) {
        $0.setting("annotations", ["org.example.count": 3])
    },
    badEntry("urls-no-texts", "`urls` is a list of numbers (descriptor.md: strings).", seed: 1013) {
        $0.setting("urls", [5])
    },
    .bad("index-type-of-a-manifest", "index.json calls itself a manifest (image-index.md §mediaType: MUST).") { image in
        let manifest = image.image([.gzip(1020)])
        image.layout([manifest.named("x")], index: { $0.typed(MediaTypes.manifest) })
        image.expect("media-type-contradiction")
    },
    .bad("index-subject-no-descriptor", "`subject` of index.json is a string (image-index.md: descriptor).") { image in
        let manifest = image.image([.gzip(1021)])
        image.layout([manifest.named("x")], index: { $0.setting("subject", "sha256:123") })
        image.expect("index-invalid")
    },
    .bad("manifest-annotations-no-object", "`annotations` of a manifest is a list (manifest.md: string-string map).") {
        image in
        let manifest = image.singleImage([.gzip(1022)], manifest: { $0.setting("annotations", ["a"]) })
        image.expect("manifest-invalid", manifest["digest"].text)
    },
    .bad(
        "manifest-under-another-type",
        "A manifest, as it calls itself, under a descriptor of an unknown type: some readers run it."
    ) { image in
        let manifest = image.image([.gzip(1023)])
        image.layout([manifest.typed("application/octet-stream").named("x")])
        image.expect("media-type-contradiction", manifest["digest"].text)
        image.expectUnreferenced(image.configDigest(of: manifest), Layer.gzip(1023).digest)
    },
    .bad("platform-in-another-case", "`Platform`, which Go reads, says arm64 over a config for amd64.") { image in
        let manifest = image.image([.gzip(1024)])
        image.layout([manifest.named("x").setting("Platform", platform("arm64"))])
        image.expect("name-case-differs", manifest["digest"].text)
        image.expect("platform-mismatch", image.configDigest(of: manifest))
    },
    .bad("layer-type-in-another-case", "`+GZIP` over bytes that are not gzip: types are compared without case.") {
        image in
        let layer = Layer.plain(1025)
        let type = "application/vnd.oci.image.layer.v1.tar+GZIP"
        image.singleImage([layer], manifest: { $0.setting("layers", [layer.descriptor.typed(type)]) })
        image.expect("name-case-differs", layer.digest)
        image.expect("media-type-mismatch", layer.digest)
    },
    .undetermined(
        "layer-type-encrypted", "A layer type with an unknown suffix: its diffID cannot be checked."
    ) { image in
        let layer = Layer.gzip(1026)
        let type = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"
        image.singleImage([layer], manifest: { $0.setting("layers", [layer.descriptor.typed(type)]) })
        image.expect("claim-unchecked", layer.digest)
    },
    .undetermined(
        "layer-type-unknown", "A layer of an unknown type next to another: its diffID cannot be checked."
    ) { image in
        let layers = [Layer.gzip(1027), .gzip(1028)]
        image.singleImage(
            layers,
            manifest: {
                $0.setting(
                    "layers", [layers[0].descriptor, layers[1].descriptor.typed("application/vnd.example.layer")])
            })
        image.expect("claim-unchecked", layers[1].digest)
    },
    .undetermined("blobs-alone", "A folder `blobs/` without index.json and `oci-layout`.") { image in
        image.singleImage([.gzip(1029)])
        image.remove("index.json")
        image.remove("oci-layout")
        image.expect("not-an-image")
    },
    .undetermined(
        "folder-with-beheaded-archive", "Two images, and an archive whose first header is damaged.", in: .folders
    ) { image in
        var layout = ImageBuilder()
        layout.singleImage([.gzip(1030)])
        image.include(layout, below: "whole")
        var docker = ImageBuilder()
        docker.oldArchive(DockerImage(layers: [.plain(1031)], tags: ["app:1"]))
        var archive = TarWriter.archive(docker.entries)
        for offset in 0..<300 { archive[offset] = 0xff }
        image.put("beheaded", archive)
        image.expect("not-an-image")
    },
    .good("folder-with-compressed-archive", "An image, and a gzip-compressed archive of another.", in: .folders) {
        image in
        var layout = ImageBuilder()
        layout.singleImage([.gzip(1032)])
        image.include(layout, below: "plain")
        var docker = ImageBuilder()
        docker.oldArchive(DockerImage(layers: [.plain(1033)], tags: ["app:1"]))
        image.put("packed", Gzip.member(TarWriter.archive(docker.entries)))
    },
    .bad(
        "folder-with-damaged-compressed-archive",
        "Compressed archives of images: one with a wrong checksum, one that is truncated, one with bytes after its end.",
        in: .folders
    ) { image in
        var docker = ImageBuilder()
        docker.oldArchive(DockerImage(layers: [.plain(1036)], tags: ["app:1"]))
        let archive = TarWriter.archive(docker.entries)
        var changed = Gzip.member(archive)
        changed[changed.count - 5] ^= 1
        image.put("changed", changed)
        image.put("cut", Array(Zstd.frame(archive).dropLast(3)))
        image.put("longer", Gzip.member(archive) + Array("and more".utf8))
        image.expect("stream-corrupt")
        image.expect("stream-truncated")
        image.expect("stream-trailing-bytes")
    },
    .bad(
        "docker-entry-file-over-link", "A layer whose name belongs to a link and a later file: readers disagree.",
        in: .archive(.ustar)
    ) { image in
        let docker = DockerImage(layers: [.plain(1034), .plain(1035)], tags: ["app:1"])
        image.oldArchive(docker)
        let path = docker.layerFolders[1] + "/layer.tar"
        let bytes = image.bytes(at: path)
        image.put(path, .symbolicLink("../" + docker.layerFolders[0] + "/layer.tar"))
        image.append(path, .file(bytes))
        // One finding about the archive and one about the layer.
        image.expect("archive-entry-ambiguous")
        image.expect("archive-entry-ambiguous")
    },
    .bad("docker-views-swap-names", "Two tags lead to each other's image in the two views.", in: .archive(.ustar)) {
        image in
        let (one, two) = image.twoImagesInBothViews(1036)
        image.dockerManifest([one.setting("RepoTags", ["two:1"]), two.setting("RepoTags", ["one:1"])])
        image.expect("views-disagree")
        image.expect("views-disagree")
    },
    .bad(
        "docker-view-empty", "manifest.json lists nothing next to an index.json that lists an image.",
        in: .archive(.ustar)
    ) {
        image in
        _ = image.twoImagesInBothViews(1038)
        image.dockerManifest([])
        image.expect("views-disagree")
    },
]

let goodShapeCases: [CorpusCase] = [
    .good("member-names-of-others", "Members that no reader looks up may differ only in case, and may have any type.") {
        image in
        image.singleImage(
            [.gzip(1050)],
            config: { $0.setting("x-vendor", ["/data": 1, "/Data": 2, "created": 3]) })
    },
    .good("annotations-in-another-case", "A member in another case than the specification's: a warning.") { image in
        let manifest = image.image([.gzip(1051)])
        image.layout([manifest.setting("Annotations", ["org.opencontainers.image.ref.name": "x"])])
        image.expect("name-case-differs", manifest["digest"].text)
    },
    .good("config-null-members", "Optional members that are null, as Go writes and reads them.") { image in
        let nulls = ["author", "created", "config", "variant", "os.version"]
        image.singleImage([.gzip(1052)], config: { nulls.reduce($0) { $0.setting($1, nil) } })
    },
    .good("config-run-config", "All members that configure a container, and nulls as Go reads them.") { image in
        image.singleImage(
            [.gzip(1054)],
            config: {
                $0.setting(
                    "config",
                    [
                        "User": "1:1", "Env": ["A=b", nil], "Entrypoint": nil, "Cmd": ["sh"], "WorkingDir": "/",
                        "Labels": ["Version": "1", "version": "2", "none": nil], "StopSignal": "SIGTERM",
                        "ArgsEscaped": true, "Volumes": ["/data": [:], "/Data": nil], "ExposedPorts": ["80/tcp": [:]],
                        "OnBuild": nil, "Healthcheck": ["Test": ["CMD", "true"]], "Hostname": "",
                    ])
            })
    },
    .good(
        "docker-words-in-one-text", "An old config whose `Cmd` is one string: Docker reads it.", in: .archive(.ustar)
    ) {
        image in
        let docker = DockerImage(layers: [.plain(1055)], tags: ["old:1"])
        image.oldArchive(docker)
        let config = docker.config.setting("config", ["Cmd": "true", "Entrypoint": "sh"])
        image.remove(docker.configHex + ".json")
        let name = hexDigest(config.bytes) + ".json"
        image.put(name, config.bytes)
        image.put(
            "manifest.json",
            JSON.array([
                [
                    "Config": .string(name), "RepoTags": JSON(docker.tags),
                    "Layers": JSON([docker.layerFolders[0] + "/layer.tar"]),
                ]
            ]).bytes)
    },
    .good("config-created-zones", "`created` with fractions and with an offset (RFC 3339).") { image in
        image.singleImage(
            [.gzip(1053)],
            config: {
                $0.setting("created", "2024-02-29T23:59:60.123456789+05:30")
                    .setting("history", [["created": "0001-01-01T00:00:00Z", "created_by": "COPY . /"]])
            })
    },
    .good("folder-with-other-files", "An image next to other files and links: they are counted.", in: .folders) {
        image in
        var layout = ImageBuilder()
        layout.singleImage([.gzip(1054)])
        image.include(layout, below: "app")
        image.put("README", "Images of the day.\n")
        image.put("backup.tar", TarWriter.archive([("notes", .file(prose(seed: 1055, byteCount: 90)))]))
        image.put("notes.gz", Gzip.member(prose(seed: 1056, byteCount: 90)))
        image.put("latest", .symbolicLink("app"))
        image.expect("files-ignored")
    },
    .good(
        "docker-index-empty", "index.json lists nothing next to a manifest.json that lists an image: a warning.",
        in: .archive(.ustar)
    ) { image in
        image.oldArchive(DockerImage(layers: [.plain(1057)], tags: ["app:1"]))
        image.layout([])
        image.expect("nothing-referenced")
        image.expect("view-empty")
    },
    .good(
        "docker-tag-twice", "Two images with one name: `docker load` gives it to the last; a warning.",
        in: .archive(.ustar)
    ) { image in
        let images = [1058, 1059].map { DockerImage(layers: [.plain($0)], tags: ["app:1"]) }
        image.dockerManifest(images.map { image.dockerImage($0) })
        image.expect("docker-reference-twice")
    },
    .good("image-with-other-files", "Other files and folders next to those of an image are not reported.") { image in
        image.singleImage([.gzip(1060)])
        image.put("README", "An image.\n")
        image.put("notes/backup.tar", TarWriter.archive([("notes", .file(prose(seed: 1061, byteCount: 90)))]))
        image.put("latest", .symbolicLink("notes"))
    },
    .good(
        "docker-layer-holds-layout", "A layer of an extracted archive that holds a damaged layout is a layer.",
        in: .folder
    ) { image in
        var inner = ImageBuilder()
        inner.singleImage([.gzip(1062)])
        inner.damage(blobPath(Layer.gzip(1062).digest)) { $0.flip(at: 9) }
        let layer = Layer.plain(TarWriter.archive(inner.entries))
        let docker = DockerImage(layers: [layer], tags: ["app:1"])
        image.put("config.json", docker.config.bytes)
        image.put("layers/one", layer.bytes)
        image.dockerManifest([["Config": "config.json", "RepoTags": ["app:1"], "Layers": ["layers/one"]]])
    },
    .good(
        "folder-with-compressed-sources", "A compressed archive of sources, which begins with `./`, is not an image.",
        in: .folders
    ) { image in
        var layout = ImageBuilder()
        layout.singleImage([.gzip(1063)])
        image.include(layout, below: "app")
        let sources: [(path: String, node: Node)] = [
            ("./", .folder), ("./index.json", .file(Array("{\"pages\": []}\n".utf8))),
            ("./manifest.json", .file(Array("{\"name\": \"site\"}\n".utf8))), ("./src/", .folder),
            ("./src/blobs/sha256/main.c", .file(prose(seed: 1064, byteCount: 90))),
        ]
        image.put("sources.tgz", Gzip.member(TarWriter.archive(sources)))
        image.expect("files-ignored")
    },
    .good("reference-twice", "Two manifests with one name: tools use either of them, or none; a warning.") {
        image in
        let manifests = [1065, 1066].map { image.image([.gzip($0)]) }
        image.layout(manifests.map { $0.named("latest") } + [manifests[0].named("latest")])
        image.expect("reference-twice", manifests[1]["digest"].text)
    },
    .good("tag-of-two-repositories", "One tag of two repositories, as `docker save` writes it, is not ambiguous.") {
        image in
        let manifests = [1067, 1068].map { image.image([.gzip($0)]) }
        let annotations = ["one", "two"].map { name in
            [
                "io.containerd.image.name": .string("docker.io/library/\(name):1"),
                "org.opencontainers.image.ref.name": "1",
            ] as JSON
        }
        image.layout(zip(manifests, annotations).map { $0.setting("annotations", $1) })
    },
    .good("reference-of-two-platforms", "One name for the images of two platforms is not ambiguous.") { image in
        let amd = image.image([.gzip(1069)])
        let arm = image.image([.gzip(1070)], architecture: "arm64")
        image.layout([amd.on(platform("amd64")).named("x"), arm.on(platform("arm64")).named("x")])
    },
]

extension ImageBuilder {
    /// Adds two images, `one:1` and `two:1`, in an image layout; returns their entries for `manifest.json`.
    fileprivate mutating func twoImagesInBothViews(_ seed: Int) -> (JSON, JSON) {
        var entries: [JSON] = []
        var descriptors: [JSON] = []
        for (place, name) in ["one:1", "two:1"].enumerated() {
            let docker = DockerImage(layers: [.plain(seed + place)], tags: [name])
            let descriptor = image(docker.layers)
            descriptors.append(
                descriptor.setting("annotations", ["io.containerd.image.name": .string("docker.io/library/" + name)]))
            entries.append([
                "Config": .string("blobs/sha256/" + docker.configHex), "RepoTags": [.string(name)],
                "Layers": JSON(docker.layers.map { blobPath($0.digest) }),
            ])
        }
        layout(descriptors)
        return (entries[0], entries[1])
    }
}
