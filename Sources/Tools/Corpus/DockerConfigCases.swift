// layerverify: configs as Docker reads them, and files that only look like an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A member that Docker cannot decode into its Go type. `path` is the path of the member from the top of the config.
private func member(_ name: String, _ about: String, seed: Int, _ path: [String], _ value: JSON) -> CorpusCase {
    .bad("docker-member-" + name, about, in: seed % 2 == 0 ? .folder : .archive(.ustar)) { image in
        func set(_ object: JSON, _ path: ArraySlice<String>) -> JSON {
            guard let name = path.first else { return value }
            let inner = object[name]
            return object.setting(name, set(path.count > 1 && inner.isNull ? [:] : inner, path.dropFirst()))
        }
        let manifest = image.singleImage([.gzip(seed)], config: { set($0, path[...]) })
        image.expect("config-invalid", image.configDigest(of: manifest))
    }
}

let dockerConfigCases: [CorpusCase] = memberCases + typeCases + otherFileCases

private let memberCases: [CorpusCase] = [
    member(
        "interval-text", "A health check every `30s`; Go's Duration is a number.", seed: 1100,
        ["config", "Healthcheck", "Interval"], "30s"),
    member(
        "interval-float", "A health check every 1.5 ns; Go's Duration is a whole number.", seed: 1101,
        ["config", "Healthcheck", "Interval"], .number("1.5")),
    member(
        "timeout-exponent", "A time-out of 1e9 ns, which Go's Duration does not accept.", seed: 1102,
        ["config", "Healthcheck", "Timeout"], .number("1e9")),
    member(
        "retries-too-large", "2^63 retries, one more than an int holds.", seed: 1103,
        ["config", "Healthcheck", "Retries"], .number("9223372036854775808")),
    member(
        "test-text", "A health check that is one string (Docker: list of strings).", seed: 1104,
        ["config", "Healthcheck", "Test"], "CMD true"),
    member("healthcheck-text", "A health check that is not an object.", seed: 1105, ["config", "Healthcheck"], "NONE"),
    member(
        "onbuild-text", "`OnBuild` is one string (Docker: list of strings).", seed: 1106, ["config", "OnBuild"], "RUN x"
    ),
    member(
        "stop-timeout-text", "`StopTimeout` is a string (Docker: int).", seed: 1107, ["config", "StopTimeout"], "10"),
    member("tty-text", "`Tty` is a string (Docker: bool).", seed: 1108, ["config", "Tty"], "true"),
    member("hostname-number", "`Hostname` is a number (Docker: string).", seed: 1109, ["config", "Hostname"], 7),
    member(
        "shell-object", "`Shell` is an object (Docker: list of strings).", seed: 1110, ["config", "Shell"], ["a": 1]),
    member("version-number", "`docker_version` is a number (Docker: string).", seed: 1111, ["docker_version"], 20),
    member(
        "container-config-text", "`container_config` is a string (Docker: object).", seed: 1112, ["container_config"],
        "x"),
    member(
        "container-config-cmd", "`Cmd` within `container_config` is a list of numbers.", seed: 1113,
        ["container_config", "Cmd"], [1]),
    member("size-text", "`Size` is a string (Docker: int64).", seed: 1114, ["Size"], "12"),
    .good("docker-members", "Every member that only Docker reads, each of its own type.") { image in
        image.singleImage(
            [.gzip(1120)],
            config: {
                $0.setting("docker_version", "20.10.7").setting("container", "c0ffee").setting("id", "1")
                    .setting("parent", "").setting("comment", "none").setting("Size", 0)
                    .setting("container_config", ["Cmd": "one text", "Tty": false])
                    .setting(
                        "config",
                        [
                            "Hostname": "", "Domainname": "", "AttachStdin": false, "Tty": true, "OpenStdin": nil,
                            "Image": "sha256:1", "NetworkDisabled": false, "MacAddress": "", "OnBuild": nil,
                            "Shell": ["/bin/sh", "-c"], "StopTimeout": 10,
                            "Healthcheck": [
                                "Test": ["CMD", "true"], "Interval": 30_000_000_000, "Timeout": 0,
                                "StartPeriod": -1, "StartInterval": 5, "Retries": 3,
                            ],
                        ])
            })
    },
]

/// Configs with other media types that Docker accepts for an image config.
private let typeCases: [CorpusCase] = ["application/octet-stream", "application/json", "text/html"].enumerated().flatMap
{
    number, type in
    cases(of: type, seed: 1121 + number)
}

private func cases(of type: String, seed: Int) -> [CorpusCase] {
    let name = "config-type-" + (type == "application/octet-stream" ? "octets" : type.split(separator: "/")[1])
    let edit: (JSON) -> JSON = { $0.setting("config", $0["config"].typed(type)) }
    return [
        .good(name, "The config's type is \(type), which Docker accepts for an image config.") {
            $0.singleImage([.gzip(seed)], manifest: edit)
        },
        .bad(name + "-other-layer", "The same, and the config's diffID is another layer's.") { image in
            let layer = Layer.gzip(seed + 3)
            image.singleImage([layer], config: { _ in ImageBuilder.config([.gzip(seed + 9)]) }, manifest: edit)
            image.expect("diffid-mismatch", layer.digest)
        },
        .bad(name + "-other-platform", "The same, and the index says arm64 (image-index.md).") { image in
            let child = image.image([.gzip(seed + 6)], manifest: edit).on(platform("arm64"))
            image.layout([child.named("x")])
            image.expect("platform-mismatch", image.configDigest(of: child))
        },
    ]
}

/// Files that have the names of an image's documents but are other documents.
private let otherFileCases: [CorpusCase] = [
    .good("folder-with-json-patch", "An image, and a JSON patch in a file `manifest.json`.", in: .folders) { image in
        image.includeImage(1140)
        image.put("patch/manifest.json", "[\n  {\"op\": \"add\", \"path\": \"/a\", \"value\": 1}\n]\n")
        image.expect("files-ignored")
    },
    .good("folder-with-web-manifest", "An image, and the manifest of a web application.", in: .folders) { image in
        image.includeImage(1141)
        image.put("web/manifest.json", "{\"name\": \"App\", \"icons\": [{\"src\": \"a.png\", \"sizes\": \"1x1\"}]}\n")
        image.expect("files-ignored")
    },
    .good("folder-with-other-blobs", "An image, and an `index.json` next to unrelated `blobs`.", in: .folders) {
        image in
        image.includeImage(1142)
        image.put("data/index.json", "{\"entries\": [\"blobs/a.bin\"]}\n")
        image.put("data/blobs/a.bin", "content\n")
        image.expect("files-ignored")
    },
    .undetermined(
        "archive-of-images-by-name", "A list of images that imgpkg writes, as a docker-save archive.",
        in: .archive(.ustar)
    ) {
        $0.put("manifest.json", "[{\"Image\": {\"Refs\": [\"example.com/app\"], \"Tag\": \"1\", \"Manifest\": {}}}]\n")
        $0.expect("not-an-image")
    },
    .bad(
        "archive-cut-before-documents", "An archive of a layout that ends within a layer, before its documents.",
        in: .damagedArchive(.ustar, { Array($0.prefix(4_000)) })
    ) {
        $0.singleImage([.gzip(1144), .gzip(1145)])
        $0.expect("archive-truncated")
        $0.expect("documents-missing", follows: "archive-truncated")
    },
    .bad(
        "docker-archive-cut-before-documents", "An archive of docker save without its end.",
        in: .damagedArchive(.ustar, { Array($0.prefix(3_000)) })
    ) {
        $0.oldArchive(DockerImage(layers: [.plain(1146), .plain(1147)], tags: ["app:1"]))
        $0.expect("archive-truncated")
        $0.expect("documents-missing", follows: "archive-truncated")
    },
    .bad(
        "archive-damaged-before-documents",
        "An archive of a layout whose second header is damaged, before its documents.",
        in: .damagedArchive(
            .ustar,
            { archive in
                var archive = archive
                archive[1_024 + 150] ^= 1
                return archive
            })
    ) {
        $0.singleImage([.gzip(1148)])
        $0.expect("archive-corrupt")
        $0.expect("documents-missing", follows: "archive-corrupt")
    },
    .good(
        "archive-followed-by-another", "Two archives in one file: readers of tar stop at the end of the first.",
        in: .damagedArchive(.ustar, { $0 + $0 })
    ) {
        $0.oldArchive(DockerImage(layers: [.plain(1156)], tags: ["app:1"]))
        $0.expect("archive-trailing-bytes")
    },
    .good(
        "archive-followed-by-text", "Text after the padding of an archive.",
        in: .damagedArchive(.ustar, { $0 + [UInt8](repeating: 0, count: 5_120) + Array("done\n".utf8) })
    ) {
        $0.singleImage([.gzip(1157)])
        $0.expect("archive-trailing-bytes")
    },
    otherStore("registry", "a registry's storage", seed: 1151) {
        $0.put("docker/registry/v2/blobs/sha256/00/data", "content\n")
        $0.put("docker/registry/v2/repositories/app/_layers/link", "sha256:00\n")
    },
    otherStore("containers-storage", "a store of Podman's", seed: 1152) {
        $0.put("storage/overlay-images/images.json", "[]\n")
        $0.put("storage/overlay-layers/layers.json", "[]\n")
    },
    otherStore("docker-data", "Docker's data root", seed: 1153) {
        $0.put("docker/image/overlay2/repositories.json", "{}\n")
        $0.put("docker/containers/none", "")
        $0.put("docker/overlay2/l/none", "")
        $0.put("docker/volumes/metadata.db", "content\n")
    },
    otherStore("containerd-data", "containerd's data root", seed: 1154) {
        $0.put("containerd/io.containerd.content.v1.content/ingest/none", "")
    },
    otherStore("skopeo-dir", "an image in skopeo's form dir:", seed: 1155) {
        $0.put("dir/version", "Directory Transport Version: 1.1\n")
        $0.put("dir/manifest.json", "{\"schemaVersion\": 2, \"layers\": []}\n")
    },
    .undetermined("folder-with-empty-archive", "An image, and an archive of no bytes.", in: .folders) {
        $0.includeImage(1149)
        $0.put("second.tar", [UInt8]())
        $0.expect("not-an-image")
    },
    .undetermined("folder-with-zero-archive", "An image, and an archive that is 600 zeros.", in: .folders) {
        $0.includeImage(1150)
        $0.put("second.tar", [UInt8](repeating: 0, count: 600))
        $0.expect("not-an-image")
    },
    .bad(
        "docker-members-far-away", "A list of images in which unknown members take the first 5 KB.",
        in: .archive(.ustar)
    ) {
        $0.oldArchive(
            DockerImage(layers: [.plain(1158)], tags: ["app:1"]),
            manifest: {
                .object([("pad", .string(String(repeating: "x", count: 5_000)))]).merging($0.setting("Layers", []))
            })
        $0.expect("layer-count-mismatch", "sha256:" + DockerImage(layers: [.plain(1158)], tags: ["app:1"]).configHex)
    },
    .bad("docker-members-escaped", "A list of images whose names are escaped.", in: .archive(.ustar)) {
        $0.put("manifest.json", "[{\"\\u0043onfig\": \"none.json\", \"\\u0052epoTags\": null, \"L\\u0061yers\": []}]\n")
        $0.expect("blob-missing")
    },
    .bad("docker-first-image-empty", "A list of images of which the first is an empty object.", in: .archive(.ustar)) {
        $0.put("manifest.json", "[{}, {\"Config\": \"none.json\", \"Layers\": []}]\n")
        $0.expect("docker-manifest-invalid")
        $0.expect("blob-missing")
    },
    .bad("layout-with-long-annotation", "A layout without `oci-layout`, with 6 KB before `manifests` in index.json.") {
        image in
        let manifest = image.image([.gzip(1159)])
        let pad: JSON = ["annotations": ["x": .string(String(repeating: "y", count: 6_000))]]
        image.layout([manifest], index: { pad.merging($0) })
        image.remove("oci-layout")
        image.expect("layout-invalid")
    },
    .bad("config-type-octets-other-case", "`RootFS` in a config of a type that Docker accepts: Go reads it.") { image in
        let manifest = image.singleImage(
            [.gzip(1160)],
            config: { $0.removing("rootfs").setting("RootFS", $0["rootfs"]) },
            manifest: { $0.setting("config", $0["config"].typed("application/octet-stream")) })
        image.expect("name-case-differs", image.configDigest(of: manifest))
        image.expect("config-invalid", image.configDigest(of: manifest))
    },
    .good("config-type-json-artifact", "A config under application/json whose rootfs is something else: an artifact.") {
        $0.singleImage(
            [.plain(1161)], config: { _ in ["rootfs": ["path": "x.ext4"]] },
            manifest: { $0.setting("config", $0["config"].typed("application/json")) })
    },
    .bad("folder-with-undocumented-archive", "An image, and an archive that ends after a layer.", in: .folders) {
        $0.includeImage(1162)
        let layer = String(repeating: "a", count: 64) + "/layer.tar"
        $0.put("second.tar", TarWriter.archive([(layer, .file(prose(seed: 1163, byteCount: 90)))]))
        $0.expect("documents-missing")
    },
    .undetermined("folder-with-holed-archive", "An image, and an archive whose first blocks are zeros.", in: .folders) {
        $0.includeImage(1164)
        let archive = TarWriter.archive([("notes", .file(prose(seed: 1165, byteCount: 90)))])
        $0.put("second.tar", [UInt8](repeating: 0, count: 4_096) + archive)
        $0.expect("not-an-image")
    },
    .undetermined(
        "archive-of-logs-cut", "A truncated archive of containers' logs by ID, which is not an image.",
        in: .damagedArchive(.ustar, { Array($0.prefix(700)) })
    ) {
        let name = String(repeating: "b", count: 64)
        $0.put(name + "/" + name + "-json.log", String(repeating: "{}\n", count: 200))
        $0.expect("not-an-image")
    },
    .good(
        "archive-followed-after-zeros", "Text after the end of an archive and 100 KB of zeros.",
        in: .damagedArchive(.ustar, { $0 + [UInt8](repeating: 0, count: 100_000) + Array("done\n".utf8) })
    ) {
        $0.singleImage([.gzip(1166)])
        $0.expect("archive-trailing-bytes")
    },
    .undetermined(
        "archive-of-nested-members", "imgpkg's list again, with `Layers` one level below.", in: .archive(.ustar)
    ) {
        $0.put("manifest.json", "[{\"ImageIndex\": null, \"Image\": {\"Layers\": [], \"Config\": \"x\"}}]\n")
        $0.expect("not-an-image")
    },
    .undetermined("oci-no-images", "`manifests` is empty: a layout without images is legal (image-index.md).") {
        image in
        image.put("blobs/README", "nothing yet\n")
        image.layout([])
        image.expect("nothing-referenced")
        image.expect("nothing-verified")
    },
    .good("oci-no-images-allowed", "`manifests` is empty, and --allow-empty is given.") { image in
        image.put("blobs/README", "nothing yet\n")
        image.layout([])
        image.arguments = ["--allow-empty"]
        image.expect("nothing-referenced")
    },
    .undetermined("index-manifests-null", "`manifests` of index.json is null, as Docker 25.0 wrote it.") { image in
        image.put("blobs/README", "nothing yet\n")
        image.layout([], index: { $0.setting("manifests", nil) })
        image.expect("index-manifests-null")
        image.expect("nothing-referenced")
        image.expect("nothing-verified")
    },
    .undetermined("docker-no-images", "`manifest.json` is an empty list.", in: .archive(.ustar)) {
        $0.put("manifest.json", "[]\n")
        $0.expect("nothing-verified")
    },
    .undetermined("too-few-images", "One image, and --min-images requires two.") { image in
        image.singleImage([.gzip(1143)])
        image.arguments = ["--min-images", "2"]
        image.expect("too-few-images")
    },
]

/// An image, and a store in an unsupported form.
private func otherStore(
    _ name: String, _ what: String, seed: Int, _ put: (inout ImageBuilder) -> Void
) -> CorpusCase {
    .undetermined("folder-with-" + name, "An image, and \(what).", in: .folders) { image in
        image.includeImage(seed)
        put(&image)
        image.expect("not-an-image")
    }
}

extension ImageBuilder {
    /// Adds a good image in the folder `app`.
    fileprivate mutating func includeImage(_ seed: Int) {
        var layout = ImageBuilder()
        layout.singleImage([.gzip(seed)])
        include(layout, below: "app")
    }
}

extension JSON {
    /// The members of this object, followed by those of another.
    fileprivate func merging(_ other: JSON) -> JSON {
        guard case .object(let first) = self, case .object(let second) = other else { return self }
        return .object(first + second)
    }

    fileprivate var isNull: Bool { if case .null = self { true } else { false } }
}
