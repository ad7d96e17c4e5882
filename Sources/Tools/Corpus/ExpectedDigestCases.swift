// layerverify: digests that images must have.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let expectedDigestCases: [CorpusCase] = [
    .good("expect-digest-manifest", "The digest of the manifest that index.json lists.") { image in
        image.expectDigests(image.singleImage([.gzip(1400)])["digest"].text)
    },
    .good("expect-digest-index", "The digest of an index, which is that of both its images.") { image in
        let children = [
            image.image([.gzip(1401)]).on(platform("amd64")),
            image.image([.gzip(1402)], architecture: "arm64").on(platform("arm64")),
        ]
        let index = image.blob(MediaTypes.index, ImageBuilder.index(children))
        image.layout([index.named("x")])
        image.expectDigests(index["digest"].text)
    },
    .good("expect-digest-of-two", "Two images, and the digest of each.") { image in
        let (one, other) = (image.image([.gzip(1403)]), image.image([.gzip(1404)]))
        image.layout([one.named("1"), other.named("2")])
        image.expectDigests(one["digest"].text, other["digest"].text)
    },
    .good("expect-digest-of-selected", "The digest of the one image that `--ref` selects.") { image in
        let (one, other) = (image.image([.gzip(1405)]), image.image([.gzip(1406)]))
        image.layout([one.named("1"), other.named("2")])
        image.expectDigests(other["digest"].text)
        image.arguments += ["--ref", "2"]
    },
    .good(
        "expect-digest-image-id", "The image ID is the only digest of a docker-save archive without a layout.",
        in: .archive(.ustar)
    ) { image in
        let docker = DockerImage(layers: [.plain(1407)], tags: ["app:1"])
        image.oldArchive(docker)
        image.expectDigests("sha256:" + docker.configHex)
    },
    .good(
        "expect-digest-image-id-of-both", "The image ID of an archive that has both views.", in: .archive(.ustar)
    ) { image in
        let docker = DockerImage(layers: [.plain(1408)], tags: ["app:1"])
        image.newForm(docker)
        image.expectDigests("sha256:" + docker.configHex)
    },
    .good(
        "expect-digest-manifest-of-both", "The digest of the manifest of an archive that has both views.",
        in: .archive(.ustar)
    ) { image in
        image.expectDigests(image.newForm(DockerImage(layers: [.plain(1409)], tags: ["app:1"]))["digest"].text)
    },
    .good("expect-digest-sha512", "The SHA-512 of a manifest that its descriptor names by SHA-256.") { image in
        let descriptor = image.singleImage([.gzip(1410)])
        image.expectDigests(digestOf(image.bytes(at: blobPath(descriptor["digest"].text)), .sha512))
    },
    .bad("expect-digest-other", "A valid image that is not the expected one.") { image in
        let descriptor = image.singleImage([.gzip(1411)])
        image.expectDigests(digestOf(prose(seed: 1411, byteCount: 9)))
        image.expect("digest-unexpected", descriptor["digest"].text)
    },
    .bad("expect-digest-image-id-of-layout", "The image ID of a layout does not fix its manifest.") { image in
        let descriptor = image.singleImage([.gzip(1412)])
        image.expectDigests(image.configDigest(of: descriptor))
        image.expect("digest-unexpected", descriptor["digest"].text)
    },
    .bad("expect-digest-other-image-id", "A docker-save archive of another image.", in: .archive(.ustar)) { image in
        let docker = DockerImage(layers: [.plain(1413)], tags: ["app:1"])
        image.oldArchive(docker)
        image.expectDigests(digestOf(prose(seed: 1413, byteCount: 9)))
        image.expect("digest-unexpected", "sha256:" + docker.configHex)
    },
    .bad("expect-digest-of-one-of-two", "Two images, and only one of them has the digest.") { image in
        let (one, other) = (image.image([.gzip(1414)]), image.image([.gzip(1415)]))
        image.layout([one.named("1"), other.named("2")])
        image.expectDigests(one["digest"].text)
        image.expect("digest-unexpected", other["digest"].text)
    },
    .bad("expect-digest-missing", "Two digests are expected, and only one exists.") { image in
        let missing = digestOf(prose(seed: 1416, byteCount: 9))
        image.expectDigests(image.singleImage([.gzip(1416)])["digest"].text, missing)
        image.expect("expected-digest-missing")
    },
    .bad("expect-digest-claimed", "The descriptor claims the expected digest, the manifest's bytes have another.") {
        image in
        let descriptor = image.singleImage([.gzip(1417)])
        image.damage(blobPath(descriptor["digest"].text)) { $0.append(UInt8(ascii: "\n")) }
        image.expectDigests(descriptor["digest"].text)
        image.expect("blob-size-mismatch", descriptor["digest"].text)
        image.expect("blob-digest-mismatch", descriptor["digest"].text, follows: "blob-size-mismatch")
    },
    .undetermined("expect-digest-not-selected", "The expected digest exists, and `--ref` selects nothing.") { image in
        let descriptor = image.singleImage([.gzip(1418)])
        image.expectDigests(descriptor["digest"].text)
        image.arguments += ["--ref", "no-such"]
        image.expect("nothing-selected")
        image.expect("expected-digest-missing")
    },
    .bad("expect-digest-of-nothing", "A layout without images cannot have the digest.") { image in
        image.put("blobs/README", "nothing yet\n")
        image.layout([])
        image.expectDigests(digestOf(prose(seed: 1419, byteCount: 9)))
        image.arguments.append("--allow-empty")
        image.expect("nothing-referenced")
        image.expect("expected-digest-missing")
    },
]

extension ImageBuilder {
    fileprivate mutating func expectDigests(_ digests: String...) {
        arguments += digests.flatMap { ["--expect-digest", $0] }
    }
}
