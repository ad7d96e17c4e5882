// layerverify: good layouts: the places of blobs, and platforms.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let goodLayoutCases: [CorpusCase] = [
    .good("oci-gzip", "An image layout with two gzip layers, as most tools write it (image-layout.md).") { image in
        image.singleImage([.gzip(1), .gzip(2)])
    },
    .good("oci-zstd", "Layers compressed with zstd (media-types.md).") { image in
        image.singleImage([.zstd(3), .zstd(4)])
    },
    .good("oci-plain", "Layers that are plain tar: digest and diffID are the same (layer.md).") { image in
        image.singleImage([.plain(5), .plain(6)])
    },
    .good("oci-mixed-layers", "Plain, gzip and zstd layers in one image (layer.md).") { image in
        image.singleImage([.plain(7), .gzip(8), .zstd(9)])
    },
    .good("oci-docker-media-types", "Docker's media types in a layout (media-types.md §Compatibility Matrix).") {
        image in
        let layers = [
            Layer.gzip(10).typed(MediaTypes.dockerLayer + ".gzip"), Layer.plain(11).typed(MediaTypes.dockerLayer),
            Layer.zstd(12).typed(MediaTypes.dockerLayer + ".zstd"),
        ]
        let descriptors = layers.map { image.layer($0) }
        let config = image.blob(MediaTypes.dockerConfig, ImageBuilder.config(layers))
        let manifest = ImageBuilder.manifest(config, descriptors).typed(MediaTypes.dockerManifest)
        image.layout([image.blob(MediaTypes.dockerManifest, manifest).named("docker")])
    },
    .good("oci-two-tags", "Two tags of one image, and another image that shares a layer (image-layout.md).") { image in
        let first = image.image([.gzip(13), .gzip(14)])
        let second = image.image([.gzip(13), .gzip(15)])
        image.layout([first.named("1"), first.named("1.0"), second.named("2")])
    },
    .good("oci-layer-twice", "One layer twice in an image: diffIDs need not be unique (config.md).") { image in
        image.singleImage([.gzip(16), .gzip(17), .gzip(16)])
    },
    .good("oci-multi-platform", "An image index with two platforms (image-index.md).") { image in
        let children = [
            image.image([.gzip(18)]).on(platform("amd64")),
            image.image([.gzip(19)], architecture: "arm64").on(platform("arm64", variant: "v8")),
        ]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index(children)).named("multi")])
    },
    .good("oci-docker-manifest-list", "Docker's manifest list with the platforms of two images.") { image in
        let children = [
            image.image([.gzip(20)]).on(platform("amd64")),
            image.image([.gzip(21)], architecture: "s390x").on(platform("s390x")),
        ]
        let list = ImageBuilder.index(children).typed(MediaTypes.dockerList)
        image.layout([image.blob(MediaTypes.dockerList, list).named("list")])
    },
    .good("oci-nested-index", "Indexes in indexes, three deep (image-index.md: SHOULD be supported).") { image in
        var descriptor = image.image([.gzip(22)]).on(platform("amd64"))
        for _ in 0..<3 { descriptor = image.blob(MediaTypes.index, ImageBuilder.index([descriptor])) }
        image.layout([descriptor.named("deep")])
    },
    .good(
        "oci-sparse-index",
        "An index that lists a platform which was not shipped; the others are present (image-layout.md: MAY be missing)."
    ) { image in
        let present = image.image([.gzip(23)]).on(platform("amd64"))
        let absent = image.image([.gzip(24)], architecture: "arm64").on(platform("arm64"))
        let config = image.configDigest(of: absent)
        for digest in [absent["digest"].text, config, Layer.gzip(24).digest] { image.remove(blobPath(digest)) }
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index([present, absent])).named("sparse")])
        image.expect("platform-absent", absent["digest"].text)
    },
    .good("oci-platform-selected", "`--platform` chooses one of two images by architecture.") { image in
        let children = [
            image.image([.gzip(25)]).on(platform("amd64")),
            image.image([.gzip(26)], architecture: "arm64").on(platform("arm64")),
        ]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index(children)).named("multi")])
        image.arguments = ["--platform", "linux/arm64"]
    },
    .good("oci-ref-selected", "`--ref` chooses one of two images by name.") { image in
        image.layout([image.image([.gzip(27)]).named("one"), image.image([.gzip(28)]).named("two")])
        image.arguments = ["--ref", "two"]
    },
    .good("oci-variant-one-side", "The index gives a variant and the config none, as for arm64 (config.md: OPTIONAL).")
    {
        image in
        let child = image.image([.gzip(29)], architecture: "arm").on(platform("arm", variant: "v7"))
        image.layout([child.named("arm")])
    },
    .good("oci-symbolic-links", "Every blob is a symbolic link into a store inside the layout, as Bazel makes it.") {
        image in
        image.singleImage([.gzip(30), .plain(31)])
        for entry in image.entries where entry.path.hasPrefix("blobs/") {
            let name = String(entry.path.split(separator: "/").last ?? "")
            image.put("store/" + name.prefix(2) + "/" + name, image.bytes(at: entry.path))
            image.put(entry.path, .symbolicLink("../../store/" + name.prefix(2) + "/" + name))
        }
    },
    .good("oci-unreferenced-blob", "A blob that nothing names; its bytes match its name (image-layout.md §Blobs).") {
        image in
        image.singleImage([.gzip(32)])
        let stray = image.blob("text/plain", prose(seed: 33, byteCount: 300))
        image.expectUnreferenced(stray["digest"].text)
    },
    .good("oci-stray-files", "Finder's files among the blobs; names that are not digests claim nothing.") { image in
        image.singleImage([.gzip(34)])
        image.put("blobs/sha256/.DS_Store", prose(seed: 35, byteCount: 120))
        image.put("blobs/sha256/._config", prose(seed: 36, byteCount: 80))
        image.expect("blob-name-invalid")
        image.expect("blob-name-invalid")
    },
    .good("oci-sha512", "Manifest, config and layer under sha512 (descriptor.md §SHA-512).") { image in
        let layer = Layer.gzip(37)
        let layerDescriptor = image.blob(layer.mediaType, layer.bytes, .sha512)
        let document = ImageBuilder.config([layer]).setting(
            "rootfs", ["type": "layers", "diff_ids": [.string(digestOf(layer.uncompressed, .sha512))]])
        let config = image.blob(MediaTypes.config, document.bytes, .sha512)
        let manifest = ImageBuilder.manifest(config, [layerDescriptor])
        image.layout([image.blob(MediaTypes.manifest, manifest.bytes, .sha512).named("sha512")])
    },
    .good("oci-archive", "An image layout in a tar archive, the names beginning with `./`.", in: .archive(.gnu)) {
        image in
        image.singleImage([.gzip(38), .zstd(39)])
        image.renameAll { "./" + $0 }
    },
    .good(
        "several-images", "A folder with two layouts and an extracted docker-save archive: each is verified.",
        in: .folders
    ) {
        image in
        var first = ImageBuilder()
        first.singleImage([.gzip(40)])
        image.include(first, below: "first")
        var second = ImageBuilder()
        second.singleImage([.plain(41)])
        image.include(second, below: "second")
        var third = ImageBuilder()
        third.oldArchive(DockerImage(layers: [.plain(42)], tags: ["third:1"]))
        image.include(third, below: "third")
    },
]
