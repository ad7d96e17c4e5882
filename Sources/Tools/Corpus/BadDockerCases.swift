// layerverify: bad docker-save archives: faults in their documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

private func twoLayers(_ seed: Int, tag: String = "app:1") -> DockerImage {
    DockerImage(layers: [.plain(seed), .plain(seed + 1)], tags: [tag])
}

let badDockerCases: [CorpusCase] = [
    .bad("docker-config-changed", "The config `<hex>.json` does not have the digest in its name.", in: .archive(.ustar))
    { image in
        let docker = twoLayers(800)
        image.oldArchive(docker)
        image.damage(docker.configHex + ".json") { bytes in
            bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("/usr/bin", with: "/usr/bix").utf8)
        }
        image.expect("docker-config-name-mismatch", "sha256:" + docker.configHex)
    },
    .bad(
        "docker-kaniko-config-changed", "The config `sha256:<hex>` does not have the digest in its name.",
        in: .archive(.ustar)
    ) {
        image in
        let docker = twoLayers(802)
        image.put("sha256:" + docker.configHex, docker.config.bytes + Array("\n".utf8))
        for (index, layer) in docker.layers.enumerated() { image.put("\(index).tar", layer.bytes) }
        image.dockerManifest([
            ["Config": .string("sha256:" + docker.configHex), "RepoTags": ["a:1"], "Layers": ["0.tar", "1.tar"]]
        ])
        image.expect("docker-config-name-mismatch", "sha256:" + docker.configHex)
    },
    .bad("docker-layer-changed", "One bit of a layer.tar: only the diffID differs.", in: .archive(.ustar)) { image in
        let docker = twoLayers(804)
        image.oldArchive(docker)
        image.damage(docker.layerFolders[1] + "/layer.tar") { $0.flip(at: 700) }
        image.expect("diffid-mismatch")
        image.expect("layer-tar-invalid", follows: "diffid-mismatch")
    },
    .bad("docker-folder-layer-changed", "The same in an extracted archive.") { image in
        let docker = twoLayers(804)
        image.oldArchive(docker)
        image.damage(docker.layerFolders[1] + "/layer.tar") { $0.flip(at: 700) }
        image.expect("diffid-mismatch")
        image.expect("layer-tar-invalid", follows: "diffid-mismatch")
    },
    .bad("docker-layers-swapped", "`Layers` in another order than the diffIDs.", in: .archive(.ustar)) { image in
        let docker = twoLayers(806)
        image.oldArchive(
            docker,
            manifest: { $0.setting("Layers", JSON(docker.layerFolders.reversed().map { $0 + "/layer.tar" })) })
        image.expect("diffid-mismatch")
    },
    .bad("docker-layer-missing", "A file that `Layers` names is not in the archive.", in: .archive(.ustar)) { image in
        let docker = twoLayers(808)
        image.oldArchive(docker)
        image.remove(docker.layerFolders[0] + "/layer.tar")
        image.expect("blob-missing")
    },
    .bad("docker-config-missing", "The file that `Config` names is not in the archive.", in: .archive(.ustar)) {
        image in
        let docker = twoLayers(810)
        image.oldArchive(docker)
        image.remove(docker.configHex + ".json")
        image.expect("blob-missing", "sha256:" + docker.configHex)
    },
    .bad("docker-layer-count", "`Layers` has one name, the config two diffIDs.", in: .archive(.ustar)) { image in
        let docker = twoLayers(812)
        image.oldArchive(
            docker, manifest: { $0.setting("Layers", [.string(docker.layerFolders[0] + "/layer.tar")]) })
        image.expect("layer-count-mismatch", "sha256:" + docker.configHex)
    },
    .bad("docker-gzip-layer-truncated", "A gzip layer whose stream is truncated.", in: .archive(.ustar)) { image in
        let docker = DockerImage(layers: [.gzip(814)], tags: ["app:1"])
        image.oldArchive(docker)
        image.damage(docker.layerFolders[0] + "/layer.tar") { $0.removeLast(100) }
        image.expect("stream-truncated")
    },
    .bad("docker-new-layer-changed", "One bit of a layer in the form since Docker 25.", in: .archive(.ustar)) { image in
        let docker = twoLayers(816)
        image.newForm(docker)
        let name = docker.layers[0].digest
        image.damage(blobPath(name)) { $0.flip(at: 700) }
        image.expect("blob-digest-mismatch", name)
        image.expect("diffid-mismatch", name, follows: "blob-digest-mismatch")
        image.expect("docker-layer-source-mismatch", name, follows: "blob-digest-mismatch")
        image.expect("layer-tar-invalid", name, follows: "blob-digest-mismatch")
    },
    .bad("docker-views-disagree", "manifest.json describes another image than index.json.", in: .archive(.ustar)) {
        image in
        let shown = twoLayers(818)
        let hidden = DockerImage(layers: [.plain(818), .plain(820)], tags: ["app:1"])
        image.newForm(shown, sources: .none)
        let config = image.blob(MediaTypes.config, hidden.config)
        for layer in hidden.layers { _ = image.layer(layer) }
        image.dockerManifest([
            [
                "Config": .string(blobPath(config["digest"].text)), "RepoTags": ["app:1"],
                "Layers": JSON(hidden.layers.map { blobPath($0.digest) }),
            ]
        ])
        image.expect("views-disagree")
    },
    .bad(
        "docker-layer-source-wrong", "`LayerSources` gives a plain layer a wrong size.",
        in: .archive(.ustar)
    ) { image in
        let docker = twoLayers(822)
        let layer = docker.layers[1]
        image.newForm(
            docker,
            manifest: {
                $0.setting("LayerSources", .object([(layer.diffID, layer.descriptor.setting("size", 1))]))
            }, sources: .none)
        image.expect("docker-layer-source-mismatch", layer.digest)
    },
    .undetermined(
        "docker-repositories-only", "An archive from before Docker 1.10, without digests of the layers.",
        in: .archive(.ustar)
    ) {
        image in
        let docker = twoLayers(824)
        image.oldArchive(docker)
        image.remove("manifest.json")
        image.remove(docker.configHex + ".json")
        image.expect("docker-layer-unclaimed")
        image.expect("docker-layer-unclaimed")
    },
    .bad(
        "docker-repositories-elsewhere", "`repositories` names a layer that is not in the archive.",
        in: .archive(.ustar)
    ) { image in
        image.oldArchive(twoLayers(826))
        image.put("repositories", (["app": ["1": .string(hexDigest([8]))]] as JSON).bytes)
        image.expect("docker-repositories-mismatch")
    },
    .bad("docker-repositories-malformed", "`repositories` is a list.", in: .archive(.ustar)) { image in
        image.oldArchive(twoLayers(828))
        image.put("repositories", "[]")
        image.expect("docker-repositories-mismatch")
    },
    .bad("docker-tag-missing", "A `RepoTags` entry without a tag: docker load refuses it.", in: .archive(.ustar)) {
        image in
        image.oldArchive(twoLayers(830), manifest: { $0.setting("RepoTags", ["app"]) })
        image.expect("docker-reference-invalid")
    },
    .bad("docker-tag-malformed", "A `RepoTags` entry in upper case: docker load refuses it.", in: .archive(.ustar)) {
        image in
        image.oldArchive(twoLayers(832), manifest: { $0.setting("RepoTags", ["App:1"]) })
        image.expect("docker-reference-invalid")
    },
    .bad("docker-manifest-null", "manifest.json is `null`.", in: .archive(.ustar)) { image in
        image.put("manifest.json", "null")
        image.expect("docker-manifest-invalid")
    },
    .bad("docker-manifest-object", "manifest.json is an object, not a list.", in: .archive(.ustar)) { image in
        image.oldArchive(twoLayers(834))
        image.put("manifest.json", "{\"Config\":\"config.json\",\"RepoTags\":[],\"Layers\":[]}")
        image.expect("docker-manifest-invalid")
    },
    .bad("docker-manifest-without-config", "An entry of manifest.json has no `Config`.", in: .archive(.ustar)) {
        image in
        image.oldArchive(twoLayers(836), manifest: { $0.removing("Config") })
        image.expect("docker-manifest-invalid")
    },
    .bad(
        "docker-manifest-key-twice", "`Layers` and `layers`: Go uses the last, others the first.", in: .archive(.ustar)
    ) { image in
        image.oldArchive(twoLayers(838), manifest: { $0.adding("layers", []) })
        image.expect("json-duplicate-key")
    },
    .bad("docker-link-out", "A layer is a symbolic link out of the archive.", in: .archive(.ustar)) { image in
        let docker = twoLayers(840)
        image.oldArchive(docker)
        image.put(docker.layerFolders[1] + "/layer.tar", .symbolicLink("../../../../etc/passwd"))
        image.expect("blob-outside-image")
    },
    .undetermined("docker-folder-link-out", "A layer of an extracted archive is a symbolic link out of its folder.") {
        image in
        let docker = twoLayers(842)
        image.oldArchive(docker)
        image.put(docker.layerFolders[1] + "/layer.tar", .symbolicLink("../../expect.json"))
        image.expect("link-not-followed")
    },
]
