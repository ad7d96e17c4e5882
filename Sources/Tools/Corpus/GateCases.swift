// layerverify: images made to pass a gate.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension ImageBuilder {
    /// An intact image in the folder `app`, next to a file.
    fileprivate mutating func imageNextTo(_ path: String, _ text: String, seed: Int) {
        var image = ImageBuilder()
        image.singleImage([.gzip(seed)])
        include(image, below: "app")
        put(path, text)
    }
}

/// The cases of images that are made to pass, and of other files that look like images.
let gateCases: [CorpusCase] = [
    .bad(
        "platform-marked-as-attestation",
        "A damaged image for the platform is marked as an attestation; tools select it by its platform."
    ) { image in
        let evil = image.image([.gzip(1700)])
        image.damage(blobPath(Layer.gzip(1700).digest)) { $0.flip(at: -6) }
        let good = image.image([.gzip(1701)])
        let mark: JSON = ["vnd.docker.reference.type": "attestation-manifest"]
        image.layout([
            evil.on(platform("amd64")).setting("annotations", mark), good.on(platform("amd64")),
        ])
        image.arguments = ["--platform", "linux/amd64"]
        image.expect("blob-digest-mismatch", Layer.gzip(1700).digest)
        image.expect("stream-corrupt", Layer.gzip(1700).digest, follows: "blob-digest-mismatch")
    },
    .undetermined("ref-malformed-digest", "What follows the `@` of a reference is not a digest: it matches nothing.") {
        image in
        image.layout([image.image([.gzip(1702)]).named("app:1")])
        image.arguments = ["--ref", "app:1@sha256:abc"]
        image.expect("nothing-selected")
    },
    .bad("expect-digest-absent", "An expected digest is that of a platform that is listed and not there.") { image in
        let there = image.image([.gzip(1703)]).on(platform("amd64"))
        let absent = image.image([.gzip(1704)], architecture: "arm64").on(platform("arm64"))
        let config = image.configDigest(of: absent)
        for digest in [absent["digest"].text, config, Layer.gzip(1704).digest] { image.remove(blobPath(digest)) }
        image.layout([there, absent])
        image.arguments = ["--expect-digest", there["digest"].text, "--expect-digest", absent["digest"].text]
        image.expect("expected-digest-missing")
        image.expect("platform-absent", absent["digest"].text)
    },
    .bad("docker-parent-number", "`Parent` is a number: Docker cannot decode it.", in: .archive(.ustar)) {
        $0.oldArchive(DockerImage(layers: [.plain(1705)], tags: ["app:1"]), manifest: { $0.adding("Parent", 0) })
        $0.expect("docker-manifest-invalid")
    },
    .bad("docker-layer-sources-list", "`LayerSources` is a list: Docker cannot decode it.", in: .archive(.ustar)) {
        $0.oldArchive(DockerImage(layers: [.plain(1706)], tags: ["app:1"]), manifest: { $0.adding("LayerSources", []) })
        $0.expect("docker-manifest-invalid")
    },
    .bad(
        "archive-mode-of-fifo", "A file whose mode is that of a FIFO: Go takes it for one.",
        in: patched("index.json", with: [(100, Array("0010644".utf8) + [0])])
    ) {
        $0.singleImage([.gzip(1707)])
        $0.expect("archive-entry-ambiguous")
    },
    .good(
        "archive-mode-of-file", "A file whose mode has the bits of a regular file.",
        in: patched("index.json", with: [(100, Array("0100644".utf8) + [0])])
    ) {
        $0.singleImage([.gzip(1708)])
    },
    .undetermined(
        "folder-with-linked-manifest", "An image, and an extracted archive whose `manifest.json` is a link out of it.",
        in: .folders
    ) {
        $0.imageNextTo("other/layer.tar", "not a tar", seed: 1709)
        $0.put("other/manifest.json", .symbolicLink("../../elsewhere/manifest.json"))
        $0.expect("link-not-followed")
    },
    .bad("layers-exchanged-with-wrong-size", "Two layers are in each other's place, and a size is wrong besides.") {
        image in
        let (first, second) = (Layer.gzip(1710), Layer.gzip(1711))
        image.singleImage([first, second]) {
            $0
        } manifest: { manifest in
            manifest.setting("layers", .array([first.descriptor.setting("size", 1), second.descriptor]))
        }
        image.put(blobPath(first.digest), second.bytes)
        image.put(blobPath(second.digest), first.bytes)
        image.expect("blob-digest-mismatch", first.digest)
        image.expect("blob-size-mismatch", first.digest)
    },
    .good("folder-with-list-of-layers", "An image, and a `manifest.json` that lists the layers of a map.", in: .folders)
    {
        $0.imageNextTo("web/manifest.json", "[{\"layers\": [\"roads\", \"rivers\"]}]\n", seed: 1712)
        $0.expect("files-ignored")
    },
    .good("folder-with-list-of-configs", "An image, and a `manifest.json` whose entries have a `config`.", in: .folders)
    {
        $0.imageNextTo("web/manifest.json", "[{\"config\": {\"theme\": \"dark\"}, \"name\": \"x\"}]\n", seed: 1713)
        $0.expect("files-ignored")
    },
    .good("folder-with-chart-repositories", "An image, and a `repositories` of Helm charts.", in: .folders) {
        $0.imageNextTo("web/repositories", "{\"stable\": {\"url\": \"https://charts.example\"}}\n", seed: 1714)
        $0.expect("files-ignored")
    },
]
