// layerverify: good documents: artifacts, attestations, and configs without optional members.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let goodDocumentCases: [CorpusCase] = [
    .good("subject-missing", "A manifest whose `subject` is missing: a weak reference (manifest.md).") { image in
        image.singleImage(
            [.gzip(50)],
            manifest: { manifest in
                manifest.setting(
                    "subject",
                    [
                        "mediaType": .string(MediaTypes.manifest),
                        "digest": .string(digestOf(prose(seed: 50, byteCount: 9))),
                        "size": 417,
                    ])
            })
    },
    .good(
        "referrer", "An artifact whose `subject` is the image next to it (manifest.md §Guidelines for Artifact Usage)."
    ) {
        image in
        let subject = image.image([.gzip(51)])
        let config = image.blob(MediaTypes.empty, Array("{}".utf8))
        let sbom = image.blob("application/spdx+json", prose(seed: 52, byteCount: 400))
        let manifest = ImageBuilder.manifest(config, [sbom])
            .setting("artifactType", "application/spdx+json").setting("subject", subject)
        image.layout([subject.named("app"), image.blob(MediaTypes.manifest, manifest)])
    },
    .good("empty-descriptor", "The empty descriptor as config and as only layer, `data` embedded (manifest.md).") {
        image in
        let empty = image.blob(MediaTypes.empty, Array("{}".utf8)).setting("data", "e30=")
        let manifest = ImageBuilder.manifest(empty, [empty]).setting("artifactType", "application/vnd.example.thing")
        image.layout([image.blob(MediaTypes.manifest, manifest).named("thing")])
    },
    .good("artifact-any-type", "A config and layers of unknown types: opaque (manifest.md: MUST NOT be parsed).") {
        image in
        let config = image.blob("application/vnd.example.config.v1+json", Array("not even JSON".utf8))
        let parts = [
            image.blob("application/vnd.example.model.v1", prose(seed: 53, byteCount: 700)),
            image.blob("text/markdown", prose(seed: 54, byteCount: 90)),
        ]
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, parts)).named("model")])
    },
    .good("artifact-helm-chart", "A Helm chart: its `tar+gzip` is of another type than a layer.") { image in
        let config = image.blob(
            "application/vnd.cncf.helm.config.v1+json", ["name": "chart", "version": "1.0.0"])
        let chart = image.blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", Layer.gzip(55).bytes)
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [chart])).named("chart")])
    },
    .good("artifact-file-as-layer", "Any file labelled as a plain tar layer of an artifact, as ORAS does by default.") {
        image in
        let config = image.blob("application/vnd.unknown.config.v1+json", Array("{}".utf8))
        let file = image.blob(Layer.tarType, prose(seed: 56, byteCount: 200))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [file])).named("file")])
    },
    .good(
        "config-empty-object", "`{}` under the type of an image config, as ORAS and external TOCs use it: an artifact."
    ) {
        image in
        let config = image.blob(MediaTypes.config, Array("{}".utf8))
        let file = image.blob("application/octet-stream", prose(seed: 57, byteCount: 150))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [file])).named("toc")])
    },
    .good(
        "attestation",
        "BuildKit's attestation manifest for unknown/unknown next to its image; the in-toto blob is opaque."
    ) { image in
        let runnable = image.image([.gzip(58)])
        let statement = image.blob(
            "application/vnd.in-toto+json", ["_type": "https://in-toto.io/Statement/v0.1", "subject": []])
        let config = image.blob(
            MediaTypes.config,
            [
                "architecture": "unknown", "os": "unknown", "config": [:],
                "rootfs": ["type": "layers", "diff_ids": [statement["digest"]]],
            ])
        let attestation = image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [statement]))
            .on(platform("unknown", os: "unknown"))
            .setting(
                "annotations",
                [
                    "vnd.docker.reference.digest": runnable["digest"],
                    "vnd.docker.reference.type": "attestation-manifest",
                ])
        let children = [runnable.on(platform("amd64")), attestation]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index(children)).named("attested")])
    },
    .good("signature-raw-diffids", "A signature under an image config whose diffIDs are the digests of the raw blobs.")
    { image in
        let payload = image.blob(
            "application/vnd.dev.cosign.simplesigning.v1+json", ["critical": ["type": "example"]])
        let config = image.blob(
            MediaTypes.config,
            [
                "architecture": "", "os": "", "config": [:],
                "rootfs": ["type": "layers", "diff_ids": [payload["digest"]]],
            ])
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [payload])).named("sig")])
    },
    .good("nondistributable-absent", "A non-distributable layer that is missing (layer.md §Non-Distributable Layers).")
    { image in
        let foreign = Layer.gzip(59).typed("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
        image.singleImage([foreign, .gzip(60)])
        image.remove(blobPath(foreign.digest))
        image.expect("layer-absent", foreign.digest)
    },
    .good(
        "nondistributable-present",
        "A non-distributable layer that is present is checked like any other, with or without `urls`."
    ) { image in
        let foreign = Layer.gzip(61).typed(MediaTypes.dockerLayer.replacing("diff", with: "foreign.diff") + ".gzip")
        let config = image.blob(MediaTypes.config, ImageBuilder.config([foreign]))
        let layer = image.layer(foreign).setting("urls", ["https://example.com/layer"])
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [layer])).named("foreign")])
    },
    .good("embedded-data", "The config is embedded in its descriptor, base64, and equals the blob (descriptor.md).") {
        image in
        let layer = Layer.gzip(62)
        let document = ImageBuilder.config([layer]).bytes
        let config = image.blob(MediaTypes.config, document).setting("data", .string(base64(document)))
        let manifest = ImageBuilder.manifest(config, [image.layer(layer)])
        image.layout([image.blob(MediaTypes.manifest, manifest).named("data")])
    },
    .good(
        "index-unknown-types", "An index lists blobs that are not manifests, as BuildKit's cache does (image-index.md)."
    ) { image in
        let entries = [
            image.layer(.gzip(63)), image.blob("application/vnd.buildkit.cacheconfig.v0", ["layers": []]),
        ]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index(entries)).named("cache")])
    },
    .good(
        "unknown-fields", "Members that no specification defines, in every document (considerations.md §Extensibility)."
    ) { image in
        let extra: JSON = ["deep": [1, "two", nil, [:]], "": true]
        let descriptor = image.image(
            [.gzip(64)], config: { $0.setting("x-builder", extra) }, manifest: { $0.setting("x-builder", extra) })
        image.layout([descriptor.setting("x-builder", extra)], index: { $0.setting("x-builder", extra) })
        image.put("oci-layout", (["imageLayoutVersion": "1.0.0", "x-builder": extra] as JSON).bytes)
    },
    .good(
        "json-written-freely", "Documents with white space, escapes and a newline at the end, which the digests cover."
    ) { image in
        let descriptor = image.image([.gzip(65)])
        let text = String(decoding: image.bytes(at: blobPath(descriptor["digest"].text)), as: UTF8.self)
        image.remove(blobPath(descriptor["digest"].text))
        let free = " \r\n\t" + text.replacing("\"layers\":", with: "\n\t\"\\u006cayers\" :  ") + "\n\n"
        image.layout([image.blob(MediaTypes.manifest, Array(free.utf8)).named("free")])
        image.put("index.json", image.bytes(at: "index.json") + Array("\n".utf8))
    },
    .good("config-without-history", "`history` is OPTIONAL (config.md).") { image in
        image.singleImage([.gzip(66), .gzip(67)], config: { $0.removing("history") })
    },
    .good("config-smallest", "A config of nothing but the REQUIRED members (config.md).") { image in
        image.singleImage([.gzip(68)], config: { $0.removing("history").removing("config") })
    },
    .good("history-empty-layers", "History entries of empty layers have no diffID (config.md).") { image in
        let step: JSON = ["created_by": "ENV A=1", "empty_layer": true]
        image.singleImage(
            [.gzip(69)],
            config: { $0.setting("history", [step, ["created_by": "COPY . /"], step, ["empty_layer": true]]) })
    },
    .good(
        "history-count-differs", "The history has more non-empty entries than there are diffIDs: a warning (config.md)."
    ) {
        image in
        let descriptor = image.singleImage([.gzip(70)], config: { $0.setting("history", [["comment": "a"], [:]]) })
        image.expect("history-count-mismatch", image.configDigest(of: descriptor))
    },
    .good("no-layers", "An image of no layers at all (manifest.md: `layers` MAY be empty for images before 1.1).") {
        image in
        image.singleImage([])
    },
    .good(
        "manifest-layers-null",
        "`layers` is null, which some builders write for an empty list: a warning (manifest.md)."
    ) {
        image in
        let descriptor = image.singleImage([], manifest: { $0.setting("layers", nil) })
        image.expect("manifest-layers-null", descriptor["digest"].text)
    },
    .good(
        "config-diffids-null",
        "`diff_ids` and `history` are null, as Go writes an empty list, and the image has no layers."
    ) { image in
        image.singleImage(
            [],
            config: { $0.setting("rootfs", ["type": "layers", "diff_ids": nil]).setting("history", nil) })
    },
    .good("media-type-left-out", "`mediaType` of index and manifest is not given (image-index.md: SHOULD).") { image in
        let child = image.image([.gzip(71)], manifest: { $0.removing("mediaType") })
        image.layout([child.named("bare")], index: { $0.removing("mediaType") })
    },
]
