// layerverify: selected images and expected digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// In each of them an image that is not selected is damaged, so that a wrong selection is visible.
let selectionCases: [CorpusCase] = [
    .good("ref-familiar-name", "`--ref app:1` finds `docker.io/library/app:1`, and not `app:2`.") { image in
        let (good, damaged) = image.goodAndDamaged(1300)
        image.layout([
            good.called("docker.io/library/app:1", tag: "1"), damaged.called("docker.io/library/app:2", tag: "2"),
        ])
        image.arguments = ["--ref", "app:1"]
    },
    .bad("ref-two-spellings", "Two spellings of one name: Docker may take either image, so both are checked.") {
        image in
        let (good, damaged) = image.goodAndDamaged(1302)
        image.layout([good.named("app:1"), damaged.named("docker.io/library/app:1")])
        image.arguments = ["--ref", "app:1"]
        image.expect("blob-digest-mismatch", Layer.gzip(1303).digest)
    },
    .good(
        "ref-full-name-of-docker-tag", "`--ref docker.io/library/app` finds the tag `app:latest`.",
        in: .archive(.ustar)
    ) { image in
        image.goodAndDamagedArchive(1304, tags: "app:latest", "app:1")
        image.arguments = ["--ref", "docker.io/library/app"]
    },
    .good("ref-tag-of-layout", "`--ref app:1` finds the tag `1` of a layout that names no repository.") { image in
        let (good, damaged) = image.goodAndDamaged(1306)
        image.layout([good.named("1"), damaged.named("2")])
        image.arguments = ["--ref", "app:1"]
    },
    .good("ref-digest-prefix", "Twelve digits of the digest of a manifest that only a nested index names.") { image in
        let (good, damaged) = image.goodAndDamaged(1308)
        let index = image.blob(MediaTypes.index, ImageBuilder.index([good, damaged]))
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index([index])).named("x")])
        image.arguments = ["--ref", String(good["digest"].text.dropFirst("sha256:".count).prefix(12))]
    },
    .good("ref-image-id", "`--ref` with the image ID of one of two images of a layout.") { image in
        let (good, damaged) = image.goodAndDamaged(1310)
        image.layout([good.named("1"), damaged.named("2")])
        image.arguments = ["--ref", image.configDigest(of: good)]
    },
    .good("ref-docker-image-id", "`--ref` with an image ID in a docker-save archive.", in: .archive(.ustar)) { image in
        let config = image.goodAndDamagedArchive(1312, tags: "app:1", "app:2")
        image.arguments = ["--ref", "sha256:" + config]
    },
    .good("ref-name-and-digest", "A name and the digest of the manifest of one of its platforms.") { image in
        let (good, damaged) = image.goodAndDamaged(1314)
        let index = image.blob(MediaTypes.index, ImageBuilder.index([good, damaged]))
        image.layout([index.called("docker.io/library/app:1", tag: "1")])
        image.arguments = ["--ref", "app@" + good["digest"].text]
    },
    .undetermined("ref-name-and-digest-of-another", "The digest exists under another name.") { image in
        let manifest = image.image([.gzip(1316)])
        image.layout([manifest.called("docker.io/library/app:1", tag: "1")])
        image.arguments = ["--ref", "other@" + manifest["digest"].text]
        image.expect("nothing-selected")
    },
    .undetermined("ref-digest-without-name", "The digest exists, and the layout gives it no name.") { image in
        let manifest = image.image([.gzip(1317)])
        image.layout([manifest])
        image.arguments = ["--ref", "app@" + manifest["digest"].text]
        image.expect("nothing-selected")
    },
    .undetermined("ref-digest-prefix-ambiguous", "Two digests begin with the digits that are given.") { image in
        let digits = String(repeating: "0123456789abcdef", count: 4)
        let entries = ["a", "b"].map { end -> JSON in
            [
                "mediaType": .string(MediaTypes.manifest), "digest": .string("sha256:" + digits.dropLast() + end),
                "size": 100,
            ]
        }
        image.put("blobs/README", "nothing here\n")
        image.layout(entries)
        image.arguments = ["--ref", "0123456789ab"]
        image.expect("reference-ambiguous")
    },
    .undetermined(
        "ref-tag-ambiguous", "Two layouts have an image with the tag, and neither names a repository.", in: .folders
    ) { image in
        for (folder, seed) in [("app", 1318), ("other", 1319)] {
            var layout = ImageBuilder()
            layout.layout([layout.image([.gzip(seed)]).named("1")])
            image.include(layout, below: folder)
        }
        image.arguments = ["--ref", "app:1"]
        image.expect("reference-ambiguous")
    },
    .good("platform-arm-is-v7", "`--platform linux/arm` is linux/arm/v7, as in containerd; v6 is damaged.") { image in
        let good = image.image([.gzip(1320)], architecture: "arm")
        let damaged = image.image([.gzip(1321)], architecture: "arm")
        image.damage(blobPath(Layer.gzip(1321).digest)) { $0.flip(at: 9) }
        let index = ImageBuilder.index([
            good.on(platform("arm", variant: "v7")), damaged.on(platform("arm", variant: "v6")),
        ])
        image.layout([image.blob(MediaTypes.index, index).named("x")])
        image.arguments = ["--platform", "linux/arm"]
    },
    .undetermined(
        "too-few-different-images", "Two stores with one image, and --min-images requires two.", in: .folders
    ) { image in
        for folder in ["one", "copy"] {
            var layout = ImageBuilder()
            layout.singleImage([.gzip(1322)])
            image.include(layout, below: folder)
        }
        image.arguments = ["--min-images", "2"]
        image.expect("too-few-images")
    },
]

extension ImageBuilder {
    /// Adds two images of one layer each; the layer of the second is damaged. Returns: the descriptors of their
    /// manifests.
    fileprivate mutating func goodAndDamaged(_ seed: Int) -> (good: JSON, damaged: JSON) {
        let good = image([.gzip(seed)])
        let damaged = image([.gzip(seed + 1)])
        damage(blobPath(Layer.gzip(seed + 1).digest)) { $0.flip(at: 9) }
        return (good, damaged)
    }

    /// The same as a docker-save archive. Returns: the digest of the first image's config, in digits.
    @discardableResult
    fileprivate mutating func goodAndDamagedArchive(_ seed: Int, tags good: String, _ damaged: String) -> String {
        let images = [
            DockerImage(layers: [.plain(seed)], tags: [good]), DockerImage(layers: [.plain(seed + 1)], tags: [damaged]),
        ]
        dockerManifest(images.map { dockerImage($0) })
        damage(images[1].layerFolders[0] + "/layer.tar") { $0.flip(at: 9) }
        return images[0].configHex
    }
}

extension JSON {
    /// A descriptor with both annotations that `docker save` writes.
    func called(_ name: String, tag: String) -> JSON {
        setting(
            "annotations",
            ["io.containerd.image.name": .string(name), "org.opencontainers.image.ref.name": .string(tag)])
    }
}
