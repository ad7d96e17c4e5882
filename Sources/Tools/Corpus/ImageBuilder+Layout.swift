// layerverify: builds OCI image layouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Common media types.
enum MediaTypes {
    static let index = "application/vnd.oci.image.index.v1+json"
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let config = "application/vnd.oci.image.config.v1+json"
    static let empty = "application/vnd.oci.empty.v1+json"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let dockerConfig = "application/vnd.docker.container.image.v1+json"
    static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
}

/// `blobs/algorithm/encoded`.
func blobPath(_ digest: String) -> String {
    "blobs/" + digest.replacing(":", with: "/")
}

func platform(_ architecture: String, variant: String? = nil, os: String = "linux") -> JSON {
    let plain: JSON = ["architecture": .string(architecture), "os": .string(os)]
    return variant.map { plain.setting("variant", .string($0)) } ?? plain
}

// Spec: OCI image-spec v1.1.1 image-layout.md.
extension ImageBuilder {
    /// Adds a blob under its digest and returns its descriptor.
    @discardableResult
    mutating func blob(_ type: String, _ bytes: [UInt8], _ algorithm: Algorithm = .sha256) -> JSON {
        let digest = digestOf(bytes, algorithm)
        put(blobPath(digest), bytes)
        return ["mediaType": .string(type), "digest": .string(digest), "size": JSON(bytes.count)]
    }

    mutating func blob(_ type: String, _ document: JSON) -> JSON { blob(type, document.bytes) }

    /// Adds a layer's blob and returns its descriptor.
    mutating func layer(_ layer: Layer) -> JSON { blob(layer.mediaType, layer.bytes) }

    /// A manifest of a config and layers that were already added.
    static func manifest(_ config: JSON, _ layers: [JSON]) -> JSON {
        [
            "schemaVersion": 2, "mediaType": .string(MediaTypes.manifest), "config": config, "layers": .array(layers),
        ]
    }

    static func index(_ manifests: [JSON]) -> JSON {
        ["schemaVersion": 2, "mediaType": .string(MediaTypes.index), "manifests": .array(manifests)]
    }

    /// An image config for linux/amd64 with one history entry per layer.
    static func config(_ layers: [Layer], architecture: String = "amd64") -> JSON {
        [
            "architecture": .string(architecture), "os": "linux",
            "config": ["Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/bin/true"]],
            "rootfs": ["type": "layers", "diff_ids": JSON(layers.map(\.diffID))],
            "history": .array(layers.map { _ in ["created_by": "COPY . /"] }),
        ]
    }

    /// Adds config, layers and manifest, with the changes of `editConfig` and `editManifest`, and returns the
    /// manifest's descriptor.
    mutating func image(
        _ layers: [Layer], architecture: String = "amd64",
        config editConfig: (JSON) -> JSON = { $0 },
        manifest editManifest: (JSON) -> JSON = { $0 }
    ) -> JSON {
        let config = blob(MediaTypes.config, editConfig(Self.config(layers, architecture: architecture)))
        let descriptors = layers.map { layer($0) }
        return blob(MediaTypes.manifest, editManifest(Self.manifest(config, descriptors)))
    }

    /// Adds `oci-layout` and an `index.json` that lists `manifests`.
    mutating func layout(_ manifests: [JSON], index edit: (JSON) -> JSON = { $0 }) {
        put("oci-layout", (["imageLayoutVersion": "1.0.0"] as JSON).bytes)
        put("index.json", edit(Self.index(manifests)).bytes)
    }

    /// Adds a layout with one tagged image; returns the manifest's descriptor.
    @discardableResult
    mutating func singleImage(
        _ layers: [Layer], config: (JSON) -> JSON = { $0 }, manifest: (JSON) -> JSON = { $0 }
    ) -> JSON {
        let descriptor = image(layers, config: config, manifest: manifest)
        layout([descriptor.named("latest")])
        return descriptor
    }

    /// The digest of the config in the manifest that `descriptor` refers to.
    ///
    /// A text search is enough because the corpus writes its manifests itself.
    func configDigest(of descriptor: JSON) -> String {
        let text = String(decoding: bytes(at: blobPath(descriptor["digest"].text)), as: UTF8.self)
        guard let config = text.firstRange(of: "\"config\":"),
            let start = text[config.upperBound...].firstRange(of: "sha256:")
        else { preconditionFailure("no config in \(text)") }
        return String(text[start.lowerBound...].prefix(71))
    }
}

extension JSON {
    /// The descriptor with an annotation that gives it a name.
    func named(_ reference: String) -> JSON {
        setting("annotations", ["org.opencontainers.image.ref.name": .string(reference)])
    }

    /// The descriptor with a platform, for an index.
    func on(_ platform: JSON) -> JSON { setting("platform", platform) }

    /// The descriptor with another media type.
    func typed(_ type: String) -> JSON { setting("mediaType", .string(type)) }
}
