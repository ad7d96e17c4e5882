// layerverify: bad blobs: missing, damaged, out of reach.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let badBlobCases: [CorpusCase] = [
    .bad("layer-missing", "A layer's blob is not there (image-layout.md §Blobs); the rest is.") { image in
        image.singleImage([.gzip(300), .gzip(301)])
        image.remove(blobPath(Layer.gzip(301).digest))
        image.expect("blob-missing", Layer.gzip(301).digest)
    },
    .bad("config-missing", "The config's blob is not there.") { image in
        let manifest = image.singleImage([.gzip(302)])
        let config = image.configDigest(of: manifest)
        image.remove(blobPath(config))
        image.expect("blob-missing", config)
    },
    .bad("manifest-missing", "The only manifest is not there; what it would name is unreferenced.") { image in
        let manifest = image.singleImage([.gzip(303)])
        let config = image.configDigest(of: manifest)
        image.remove(blobPath(manifest["digest"].text))
        image.expect("blob-missing", manifest["digest"].text)
        image.expectUnreferenced(config, Layer.gzip(303).digest)
    },
    .bad("index-nothing-left", "An index none of whose platforms is here: that is no sparse index any more.") { image in
        let absent = ["amd64", "arm64"].enumerated().map { number, architecture -> JSON in
            [
                "mediaType": .string(MediaTypes.manifest), "digest": .string(digestOf([UInt8(number)])), "size": 481,
                "platform": platform(architecture),
            ]
        }
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index(absent)).named("gone")])
        for child in absent { image.expect("blob-missing", child["digest"].text) }
    },
    .bad("index-required-platform-absent", "A sparse index under `--require-all-platforms`.") { image in
        let present = image.image([.gzip(304)]).on(platform("amd64"))
        let absent: JSON = [
            "mediaType": .string(MediaTypes.manifest), "digest": .string(digestOf([9])), "size": 481,
            "platform": platform("riscv64"),
        ]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index([present, absent])).named("sparse")])
        image.arguments = ["--require-all-platforms"]
        image.expect("platform-absent", absent["digest"].text)
    },
    .bad("layer-byte-flipped", "One bit of a stored block differs: digest, and CRC-32 after it (RFC 1952 §2.3.1).") {
        image in
        let layer = Layer.gzip(305, level: 0)
        image.singleImage([layer, .gzip(306)])
        image.damage(blobPath(layer.digest)) { $0.flip(at: 2000) }
        image.expect("blob-digest-mismatch", layer.digest)
        image.expect("stream-corrupt", layer.digest, follows: "blob-digest-mismatch")
    },
    .bad("layer-header-byte-flipped", "One bit of the gzip header's OS field: only the digest differs.") { image in
        let layer = Layer.gzip(307)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0.flip(at: 9) }
        image.expect("blob-digest-mismatch", layer.digest)
    },
    .bad("plain-layer-byte-flipped", "One bit of a plain layer: digest and diffID differ together.") { image in
        let layer = Layer.plain(308)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0.flip(at: -1500) }
        image.expect("blob-digest-mismatch", layer.digest)
        image.expect("diffid-mismatch", layer.digest, follows: "blob-digest-mismatch")
        image.expect("layer-tar-invalid", layer.digest, follows: "blob-digest-mismatch")
    },
    .bad("zstd-layer-byte-flipped", "One bit of a zstd frame's checksum (RFC 8878 §3.1.1).") { image in
        let layer = Layer.zstd(309)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0.flip(at: -1) }
        image.expect("blob-digest-mismatch", layer.digest)
        image.expect("stream-corrupt", layer.digest, follows: "blob-digest-mismatch")
    },
    .bad("layer-cut", "The file was cut in the middle: the stream ends where the file does.") { image in
        let layer = Layer.gzip(310)
        image.singleImage([layer, .gzip(311)])
        image.damage(blobPath(layer.digest)) { $0.removeLast($0.count / 2) }
        image.expect("blob-size-mismatch", layer.digest)
        image.expect("blob-digest-mismatch", layer.digest, follows: "blob-size-mismatch")
        image.expect("stream-truncated", layer.digest, follows: "blob-digest-mismatch")
    },
    .bad("layer-cut-to-nothing", "The layer's file is empty.") { image in
        let layer = Layer.zstd(312)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0 = [] }
        image.expect("blob-size-mismatch", layer.digest)
        image.expect("blob-digest-mismatch", layer.digest, follows: "blob-size-mismatch")
        image.expect("stream-truncated", layer.digest, follows: "blob-digest-mismatch")
    },
    .bad("layer-appended", "Bytes were appended to a layer's file.") { image in
        let layer = Layer.gzip(313)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0 += prose(seed: 313, byteCount: 40) }
        image.expect("blob-size-mismatch", layer.digest)
        image.expect("blob-digest-mismatch", layer.digest, follows: "blob-size-mismatch")
        image.expect("stream-trailing-bytes", layer.digest, follows: "blob-digest-mismatch")
    },
    .bad("layer-recompressed", "The layer was compressed again: the diffID matches, digest and size do not.") { image in
        let layer = Layer.gzip(314, level: 1)
        image.singleImage([layer])
        image.put(blobPath(layer.digest), Layer.gzip(314, level: 9).bytes)
        image.expect("blob-size-mismatch", layer.digest)
        image.expect("blob-digest-mismatch", layer.digest, follows: "blob-size-mismatch")
    },
    .bad("layers-exchanged", "The files of two layers have each other's names.") { image in
        let (first, second) = (Layer.gzip(315), Layer.gzip(316))
        image.singleImage([first, second])
        image.put(blobPath(first.digest), second.bytes)
        image.put(blobPath(second.digest), first.bytes)
        precondition(first.bytes.count != second.bytes.count, "the sizes must differ")
        image.expect("blob-digest-mismatch", first.digest)
    },
    .bad("manifest-newline-appended", "An editor added a newline to the manifest.") { image in
        let manifest = image.singleImage([.gzip(317)])
        image.damage(blobPath(manifest["digest"].text)) { $0.append(0x0a) }
        image.expect("blob-size-mismatch", manifest["digest"].text)
        image.expect("blob-digest-mismatch", manifest["digest"].text, follows: "blob-size-mismatch")
    },
    .bad("manifest-cut", "The manifest's file was truncated: it is not JSON.") { image in
        let manifest = image.singleImage([.gzip(318)])
        let config = image.configDigest(of: manifest)
        image.damage(blobPath(manifest["digest"].text)) { $0.removeLast(30) }
        image.expect("blob-size-mismatch", manifest["digest"].text)
        image.expect("blob-digest-mismatch", manifest["digest"].text, follows: "blob-size-mismatch")
        image.expect("json-invalid", manifest["digest"].text, follows: "blob-digest-mismatch")
        image.expectUnreferenced(config, Layer.gzip(318).digest)
    },
    .bad("config-changed", "The config was edited in place, one letter of a variable.") { image in
        let manifest = image.singleImage([.gzip(319)])
        let config = image.configDigest(of: manifest)
        image.damage(blobPath(config)) { bytes in
            bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("/usr/bin", with: "/usr/bix").utf8)
        }
        image.expect("blob-digest-mismatch", config)
    },
    .bad("sha512-layer-changed", "A layer under sha512 with one bit changed (descriptor.md §SHA-512).") { image in
        let layer = Layer.gzip(320)
        let descriptor = image.blob(layer.mediaType, layer.bytes, .sha512)
        let config = image.blob(MediaTypes.config, ImageBuilder.config([layer]))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [descriptor])).named("x")])
        image.damage(blobPath(descriptor["digest"].text)) { $0.flip(at: 9) }
        image.expect("blob-digest-mismatch", descriptor["digest"].text)
    },
    .bad("one-platform-damaged", "One of two platforms has a damaged layer; the other is fine.") { image in
        let layer = Layer.gzip(321)
        let children = [
            image.image([.gzip(322)]).on(platform("amd64")),
            image.image([layer], architecture: "arm64").on(platform("arm64")),
        ]
        image.layout([image.blob(MediaTypes.index, ImageBuilder.index(children)).named("multi")])
        image.damage(blobPath(layer.digest)) { $0.flip(at: 9) }
        image.expect("blob-digest-mismatch", layer.digest)
    },
    .bad(
        "unreferenced-blob-damaged",
        "A blob that nothing names does not match its own name (image-layout.md §Blobs: MUST)."
    ) {
        image in
        image.singleImage([.gzip(323)])
        let stray = image.blob("text/plain", prose(seed: 323, byteCount: 200))["digest"].text
        image.damage(blobPath(stray)) { $0.flip(at: 0) }
        image.expectUnreferenced(stray)
        image.expect("blob-digest-mismatch", stray)
    },
    .undetermined("blob-links-out", "Layers are symbolic links out of the image, which are not followed.") { image in
        image.singleImage([.gzip(324), .gzip(325)])
        image.put(blobPath(Layer.gzip(324).digest), .symbolicLink("/etc/passwd"))
        image.put(blobPath(Layer.gzip(325).digest), .symbolicLink("../../../expect.json"))
        image.expect("link-not-followed", Layer.gzip(324).digest)
        image.expect("link-not-followed", Layer.gzip(325).digest)
    },
    .bad("blob-link-dangling", "A layer is a symbolic link to a missing file of the image.") { image in
        image.singleImage([.gzip(326)])
        image.put(blobPath(Layer.gzip(326).digest), .symbolicLink("../../store/nothing"))
        image.expect("blob-missing", Layer.gzip(326).digest)
    },
    .bad("blob-is-folder", "A layer's path is a folder.") { image in
        image.singleImage([.gzip(327)])
        image.remove(blobPath(Layer.gzip(327).digest))
        image.put(blobPath(Layer.gzip(327).digest) + "/inside", "nothing\n")
        image.expect("blob-not-regular", Layer.gzip(327).digest)
    },
]
