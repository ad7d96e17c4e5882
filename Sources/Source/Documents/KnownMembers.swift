// layerverify: the members that readers of images look for.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// The names of the members that readers look up in an image's documents.
///
/// Go's `encoding/json`, which most tools use, matches names without case; other readers do not. So some readers read a
/// name in another case, and others ignore it. Names that no reader looks up may be written in any case.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md, image-index.md, manifest.md, config.md, image-layout.md; Docker Image
/// Specification v1.2.
enum KnownMembers {
    static let descriptor: Set<String> = [
        "mediaType", "digest", "size", "urls", "annotations", "data", "artifactType", "platform",
    ]
    static let platform: Set<String> = ["architecture", "os", "os.version", "os.features", "variant"]
    static let index: Set<String> = [
        "schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations",
    ]
    static let manifest: Set<String> = [
        "schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations",
    ]
    static let config: Set<String> = [
        "created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs",
        "history", "id", "parent", "comment", "container", "container_config", "docker_version", "Size",
    ]
    static let rootfs: Set<String> = ["type", "diff_ids"]
    static let history: Set<String> = ["created", "author", "created_by", "comment", "empty_layer"]
    private static let layout: Set<String> = ["imageLayoutVersion"]
    static let runConfig: Set<String> = [
        "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal",
        "ArgsEscaped", "Memory", "MemorySwap", "CpuShares", "Healthcheck", "Hostname", "Domainname", "Image",
        "MacAddress", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce",
        "NetworkDisabled", "OnBuild", "Shell", "StopTimeout",
    ]
    static let healthcheck: Set<String> = ["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"]
    private static let dockerSave: Set<String> = ["Config", "RepoTags", "Layers", "Parent", "LayerSources", "id"]
    private static let confusable: Set<String> = ["fsLayers", "signatures"]

    /// Members that are maps with names chosen by users: `LABEL Version` and `LABEL version` are two labels.
    private static let maps: Set<String> = ["annotations", "Labels", "Volumes", "ExposedPorts", "LayerSources"]

    /// How names are compared in the documents of an image.
    ///
    /// Spec: OCI image-spec v1.1.1 considerations.md §JSON.
    static let comparison = KeyComparison.ignoringCase(
        of: [
            descriptor, platform, index, manifest, config, rootfs, history, layout, runConfig, healthcheck, dockerSave,
            confusable,
        ].joined(), maps: maps)

    /// The annotations that are used here; of others only the shape is checked.
    static let annotations: Set<String> = TOCClaim.annotations.union(LayerIndexFormat.nydusAnnotations).union([
        "io.containerd.image.name", "org.opencontainers.image.ref.name", "vnd.docker.reference.type",
    ])
}

extension JSONValue {
    /// The members of an object that match one of `names` except for case, in the order of the document.
    func membersInOtherCase(than names: Set<String>) -> [(written: String, name: String)] {
        guard let object else { return [] }
        var result: [(written: String, name: String)] = []
        // Created once, for the first unknown name: an object may have 300 000 of them.
        var foldedNames: [String: String]?
        for (key, _) in object where !names.contains(key) {
            let known = foldedNames ?? Dictionary(names.map { (KeyComparison.folded($0), $0) }) { first, _ in first }
            foldedNames = known
            guard let name = known[KeyComparison.folded(key)] else { continue }
            result.append((key, name))
        }
        return result
    }
}

extension JSONValue? {
    /// What a member is in place of what it must be, for a message: `not 7`, `but it is missing`.
    var contradiction: String { map { "not \($0.rawText)" } ?? "but it is missing" }
}
