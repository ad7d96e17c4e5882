// layerverify: builds docker-save archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One image of a docker-save archive.
struct DockerImage {
    var layers: [Layer]
    var tags: [String]
    var architecture = "amd64"

    var config: JSON { ImageBuilder.config(layers, architecture: architecture) }
    var configHex: String { hexDigest(config.bytes) }

    /// The folders of the layers in the form before Docker 25: invented identifiers, as in Docker's archives.
    var layerFolders: [String] {
        layers.indices.map { hexDigest(Array("v1 \(configHex) \($0)".utf8)) }
    }
}

extension ImageBuilder {
    /// Adds an image in the form before Docker 25, and returns its entry in `manifest.json`.
    mutating func dockerImage(_ image: DockerImage) -> JSON {
        var parent: String?
        for (folder, layer) in zip(image.layerFolders, image.layers) {
            var legacy: JSON = ["id": .string(folder), "os": "linux"]
            if let parent { legacy = legacy.setting("parent", .string(parent)) }
            parent = folder
            put(folder + "/VERSION", "1.0")
            put(folder + "/json", legacy.bytes)
            put(folder + "/layer.tar", layer.bytes)
        }
        put(image.configHex + ".json", image.config.bytes)
        return [
            "Config": .string(image.configHex + ".json"), "RepoTags": JSON(image.tags),
            "Layers": JSON(image.layerFolders.map { $0 + "/layer.tar" }),
        ]
    }

    /// Adds `manifest.json`, and `repositories` if it is given.
    mutating func dockerManifest(_ entries: [JSON], repositories: JSON? = nil) {
        put("manifest.json", JSON.array(entries).bytes)
        if let repositories { put("repositories", repositories.bytes) }
    }

    /// Adds all files of an archive in the old form with one image; `edit` changes its entry in `manifest.json`.
    mutating func oldArchive(_ image: DockerImage, manifest edit: (JSON) -> JSON = { $0 }) {
        let entry = edit(dockerImage(image))
        dockerManifest([entry], repositories: Self.repositories(image))
    }

    /// `{"name": {"tag": "folder of the top layer"}}`.
    static func repositories(_ image: DockerImage) -> JSON {
        .object(
            image.tags.map { tag in
                let parts = tag.split(separator: ":").map(String.init)
                return (parts[0], .object([(parts[1], .string(image.layerFolders.last ?? ""))]))
            })
    }

    /// Adds an image in the form since Docker 25: a layout, and a `manifest.json` that names its blobs.
    ///
    /// Returns the manifest's descriptor.
    @discardableResult
    mutating func newForm(
        _ image: DockerImage, manifest edit: (JSON) -> JSON = { $0 }, sources: LayerSources = .ofTheFiles
    ) -> JSON {
        let descriptor = self.image(image.layers)
        layout([
            descriptor.setting(
                "annotations",
                [
                    "io.containerd.image.name": .string("docker.io/library/" + image.tags[0]),
                    "org.opencontainers.image.ref.name": .string(
                        image.tags[0].split(separator: ":").last.map(String.init) ?? ""),
                ])
        ])
        let entry: JSON = [
            "Config": .string("blobs/sha256/" + image.configHex), "RepoTags": JSON(image.tags),
            "Layers": JSON(image.layers.map { blobPath($0.digest) }),
        ]
        dockerManifest([edit(sources.add(to: entry, image.layers))])
        return descriptor
    }
}

/// The files that the `LayerSources` of an archive describe.
enum LayerSources {
    case none
    /// The blobs in the archive.
    case ofTheFiles
    /// The compressed blobs in the registry; the layers in the archive are uncompressed.
    case ofTheRegistry

    func add(to entry: JSON, _ layers: [Layer]) -> JSON {
        let sources: [(String, JSON)]
        switch self {
        case .none: return entry
        case .ofTheFiles: sources = layers.map { ($0.diffID, $0.descriptor) }
        case .ofTheRegistry:
            sources = layers.map { layer in
                (layer.diffID, Layer.gzip(layer.uncompressed, as: Gzip.member(layer.uncompressed)).descriptor)
            }
        }
        return entry.setting("LayerSources", .object(sources))
    }
}
