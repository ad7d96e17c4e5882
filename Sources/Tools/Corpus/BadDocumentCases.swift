// layerverify: bad documents: manifests, configs and descriptors that break a MUST.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let badDocumentCases: [CorpusCase] = [
    .bad("manifest-size-wrong", "index.json claims one byte more than the manifest has (descriptor.md).") { image in
        let manifest = image.image([.gzip(500)])
        let count = image.bytes(at: blobPath(manifest["digest"].text)).count
        image.layout([manifest.setting("size", JSON(count + 1)).named("x")])
        image.expect("blob-size-mismatch", manifest["digest"].text)
    },
    .bad("layer-size-wrong", "The manifest claims a size that the layer does not have; the digest is right.") { image in
        let layer = Layer.gzip(501)
        image.singleImage([layer], manifest: { $0.setting("layers", [layer.descriptor.setting("size", 7)]) })
        image.expect("blob-size-mismatch", layer.digest)
    },
    .bad("layer-count-fewer", "The manifest has one layer and the config two diffIDs (config.md).") { image in
        let manifest = image.singleImage(
            [.gzip(502)],
            config: { _ in ImageBuilder.config([.gzip(502), .gzip(503)]) })
        image.expect("layer-count-mismatch", image.configDigest(of: manifest))
    },
    .bad("layer-count-more", "The manifest has two layers and the config one diffID (config.md).") { image in
        let manifest = image.singleImage([.gzip(504), .gzip(505)], config: { _ in ImageBuilder.config([.gzip(504)]) })
        image.expect("layer-count-mismatch", image.configDigest(of: manifest))
    },
    .bad("platform-differs", "The index says arm64, the config amd64 (image-index.md).") { image in
        let child = image.image([.gzip(506)]).on(platform("arm64"))
        image.layout([child.named("x")])
        image.expect("platform-mismatch", image.configDigest(of: child))
    },
    .bad("platform-os-differs", "The index says windows, the config linux (image-index.md).") { image in
        let child = image.image([.gzip(507)]).on(platform("amd64", os: "windows"))
        image.layout([child.named("x")])
        image.expect("platform-mismatch", image.configDigest(of: child))
    },
    .bad("platform-variant-differs", "The index says arm/v7, the config arm/v6 (image-index.md).") { image in
        let child = image.image([.gzip(508)], architecture: "arm", config: { $0.setting("variant", "v6") })
            .on(platform("arm", variant: "v7"))
        image.layout([child.named("x")])
        image.expect("platform-mismatch", image.configDigest(of: child))
    },
    .bad("rootfs-type-unknown", "`rootfs.type` is not `layers` (config.md: MUST error).") { image in
        let manifest = image.singleImage(
            [.gzip(509)],
            config: { $0.setting("rootfs", ["type": "squashfs", "diff_ids": [.string(Layer.gzip(509).diffID)]]) })
        image.expect("rootfs-type-invalid", image.configDigest(of: manifest))
    },
    .bad("config-without-rootfs", "The config of an image has no `rootfs` (config.md: REQUIRED).") { image in
        let manifest = image.singleImage([.gzip(510)], config: { $0.removing("rootfs") })
        image.expect("config-invalid", image.configDigest(of: manifest))
    },
    .bad("config-diffids-no-list", "`diff_ids` is a string (config.md: array of strings).") { image in
        let manifest = image.singleImage(
            [.gzip(511)], config: { $0.setting("rootfs", ["type": "layers", "diff_ids": "all"]) })
        image.expect("config-invalid", image.configDigest(of: manifest))
    },
    .bad("diffid-grammar", "A diffID that is not a digest (descriptor.md §Digests).") { image in
        image.singleImage(
            [.gzip(512)], config: { $0.setting("rootfs", ["type": "layers", "diff_ids": ["sha256:123"]]) })
        image.expect("digest-invalid")
    },
    .bad("manifest-without-config", "A manifest without `config` (manifest.md: REQUIRED).") { image in
        let manifest = image.blob(
            MediaTypes.manifest, ["schemaVersion": 2, "mediaType": .string(MediaTypes.manifest), "layers": []])
        image.layout([manifest.named("x")])
        image.expect("manifest-invalid", manifest["digest"].text)
    },
    .bad("manifest-without-layers", "A manifest without `layers` (manifest.md: REQUIRED).") { image in
        let manifest = image.singleImage([], manifest: { $0.removing("layers") })
        image.expect("manifest-invalid", manifest["digest"].text)
    },
    .bad("manifest-is-a-list", "A manifest is a JSON array (manifest.md).") { image in
        let manifest = image.blob(MediaTypes.manifest, JSON.array([1, 2, 3]))
        image.layout([manifest.named("x")])
        image.expect("manifest-invalid", manifest["digest"].text)
    },
    .bad("manifest-schema-version-1", "`schemaVersion` of a manifest is 1 (manifest.md: MUST be 2).") { image in
        let manifest = image.singleImage([.gzip(513)], manifest: { $0.setting("schemaVersion", 1) })
        image.expect("schema-version-invalid", manifest["digest"].text)
    },
    .bad("index-schema-version-missing", "index.json has no `schemaVersion` (image-index.md: REQUIRED).") { image in
        let manifest = image.image([.gzip(514)])
        image.layout([manifest.named("x")], index: { $0.removing("schemaVersion") })
        image.expect("schema-version-invalid")
    },
    .bad(
        "media-type-contradiction",
        "The manifest calls itself Docker's, its descriptor calls it OCI's (manifest.md: MUST match)."
    ) {
        image in
        let manifest = image.singleImage([.gzip(515)], manifest: { $0.typed(MediaTypes.dockerManifest) })
        image.expect("media-type-contradiction", manifest["digest"].text)
    },
    .bad("media-type-grammar", "A descriptor's media type has no subtype (descriptor.md, RFC 6838 §4.2).") { image in
        let config = image.blob("application/vnd.example.config.v1+json", Array("{}".utf8))
        let part = image.blob("just text", prose(seed: 516, byteCount: 60))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [part])).named("x")])
        image.expect("media-type-invalid", part["digest"].text)
    },
    .bad("manifest-with-manifests", "A manifest that is also an index: readers disagree (manifest.md, CVE-2021-41190).")
    { image in
        let manifest = image.singleImage([.gzip(517)], manifest: { $0.setting("manifests", []) })
        image.expect("document-confusion", manifest["digest"].text)
    },
    .bad("index-with-layers", "An index that is also a manifest: readers disagree (image-index.md, CVE-2021-41190).") {
        image in
        let child = image.image([.gzip(518)]).on(platform("amd64"))
        let index = image.blob(
            MediaTypes.index, ImageBuilder.index([child]).setting("layers", [Layer.gzip(518).descriptor]))
        image.layout([index.named("x")])
        image.expect("document-confusion", index["digest"].text)
    },
    .bad(
        "data-differs", "The config embedded in its descriptor differs from the blob (descriptor.md: MUST be equal)."
    ) { image in
        let layer = Layer.gzip(519)
        let document = ImageBuilder.config([layer]).bytes
        let other = Array(String(decoding: document, as: UTF8.self).replacing("/bin/true", with: "/bin/evil").utf8)
        let config = image.blob(MediaTypes.config, document).setting("data", .string(base64(other)))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [image.layer(layer)])).named("x")])
        image.expect("data-mismatch", config["digest"].text)
    },
    .bad("data-no-base64", "`data` is not base64 (descriptor.md, RFC 4648 §4).") { image in
        let layer = Layer.gzip(520)
        let config = image.blob(MediaTypes.config, ImageBuilder.config([layer])).setting("data", "%%%not base64%%%")
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [image.layer(layer)])).named("x")])
        image.expect("data-invalid", config["digest"].text)
    },
    .bad(
        "empty-descriptor-of-something",
        "The empty type over three bytes (manifest.md §Guidance for an Empty Descriptor)."
    ) {
        image in
        let empty = image.blob(MediaTypes.empty, Array("{ }".utf8))
        let manifest = ImageBuilder.manifest(empty, [empty]).setting("artifactType", "application/vnd.example.thing")
        image.layout([image.blob(MediaTypes.manifest, manifest).named("x")])
        // One finding about the config and one about the layer.
        image.expect("empty-descriptor-mismatch", empty["digest"].text)
        image.expect("empty-descriptor-mismatch", empty["digest"].text)
    },
    .bad("digest-upper-case", "A layer's digest in upper case (descriptor.md §Digests: lower-case).") { image in
        let layer = Layer.gzip(521)
        let upper = "sha256:" + hexDigest(layer.bytes).uppercased()
        image.singleImage(
            [layer], manifest: { $0.setting("layers", [layer.descriptor.setting("digest", .string(upper))]) })
        image.expect("digest-invalid")
        image.expectUnreferenced(layer.digest)
    },
    .bad("digest-is-a-path", "A layer's digest climbs out of the layout: `sha256:../../etc/passwd`.") { image in
        let layer = Layer.gzip(522)
        let config = image.blob(MediaTypes.config, ImageBuilder.config([layer]))
        let manifest = ImageBuilder.manifest(
            config, [layer.descriptor.setting("digest", "sha256:../../../../../../etc/passwd")])
        image.layout([image.blob(MediaTypes.manifest, manifest).named("x")])
        image.expect("digest-invalid")
    },
    .bad("digest-missing", "A manifest's descriptor in index.json has no digest (descriptor.md: REQUIRED).") { image in
        let config = image.blob("application/vnd.example.config.v1+json", Array("{}".utf8))
        let manifest = image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, []))
        image.layout([manifest.removing("digest")])
        image.expect("digest-invalid")
        image.expectUnreferenced(manifest["digest"].text, config["digest"].text)
    },
    .undetermined(
        "digest-algorithm-unknown", "A layer under blake3, well-formed and not supported (descriptor.md)."
    ) { image in
        let layer = Layer.gzip(523)
        let name = "blake3:" + hexDigest(prose(seed: 523, byteCount: 8))
        image.put(blobPath(name), layer.bytes)
        let config = image.blob(MediaTypes.config, ImageBuilder.config([layer]))
        let manifest = ImageBuilder.manifest(config, [layer.descriptor.setting("digest", .string(name))])
        image.layout([image.blob(MediaTypes.manifest, manifest).named("x")])
        image.expect("digest-unsupported", name)
    },
    .bad(
        "sizes-that-are-none",
        "Sizes that are negative, a string, 2^63, a fraction, or missing (descriptor.md: int64)."
    ) {
        image in
        let layers = (524...528).map { Layer.gzip($0) }
        let sizes: [JSON?] = [-1, "200", .number("9223372036854775808"), .number("200.5"), nil]
        let descriptors = zip(layers, sizes).map { layer, size in
            size.map { layer.descriptor.setting("size", $0) } ?? layer.descriptor.removing("size")
        }
        image.singleImage(layers, manifest: { $0.setting("layers", .array(descriptors)) })
        for layer in layers { image.expect("size-invalid", layer.digest) }
    },
    .bad("size-missing-in-index", "A manifest's descriptor in index.json has no size (descriptor.md: REQUIRED).") {
        image in
        let manifest = image.image([.gzip(529)])
        image.layout([manifest.removing("size").named("x")])
        image.expect("size-invalid", manifest["digest"].text)
    },
    .bad("strict-warning", "Under `--strict` a history with a wrong number of layers is refuted (config.md).") {
        image in
        let manifest = image.singleImage([.gzip(530)], config: { $0.setting("history", [[:], [:], [:]]) })
        image.arguments = ["--strict"]
        image.expect("history-count-mismatch", image.configDigest(of: manifest))
    },
]
