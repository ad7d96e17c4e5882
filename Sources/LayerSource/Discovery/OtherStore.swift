// layerverify: stores of images that are known and not read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// What a folder holds that has images in a form that is not read here.
///
/// To search such a folder would find nothing, or files that only look like images. So it is told, and not searched.
enum OtherStore: String {
    case registry = "a registry's storage"
    case containersStorage = "a store of containers/storage (Podman, Buildah, CRI-O)"
    case dockerData = "Docker's data root"
    case containerdData = "containerd's data root"
    case directoryTransport = "an image in the dir: form of skopeo and Podman"

    /// Recognises a folder by the names in it.
    ///
    /// Source: the layouts that distribution, containers/storage, Docker and containerd write, each of several folders that
    /// hardly anything else has side by side.
    init?(_ entries: [DirectoryEntry]) {
        let folders = Set(entries.lazy.filter { $0.kind == .directory }.map(\.name))
        let files = Set(entries.lazy.filter { $0.kind == .regular }.map(\.name))
        if folders.isSuperset(of: ["blobs", "repositories"]) {
            self = .registry
        } else if folders.isSuperset(of: ["imagedb", "layerdb"])
            || folders.isSuperset(of: ["image", "containers", "volumes"])
        {
            self = .dockerData
        } else if folders.contains("io.containerd.content.v1.content") {
            self = .containerdData
        } else if folders.contains(where: {
            $0.hasSuffix("-images") && folders.contains($0.dropLast("images".count) + "layers")
        }) {
            self = .containersStorage
        } else if files.isSuperset(of: ["manifest.json", "version"]) {
            self = .directoryTransport
        } else {
            return nil
        }
    }

    /// The command that makes something of its images that is read here.
    private var hint: String {
        let copy = "skopeo copy"
        return switch self {
        case .registry: "\(copy) docker://HOST/NAME oci:DIR makes an image layout"
        case .containersStorage: "\(copy) containers-storage:NAME oci:DIR makes an image layout"
        case .dockerData: "docker save NAME -o FILE makes an archive"
        case .containerdData: "ctr images export FILE NAME makes an archive"
        case .directoryTransport: "\(copy) dir:PATH oci:DIR makes an image layout"
        }
    }

    /// Says what the folder is, and that it was not checked.
    var finding: Finding {
        Finding(.notAnImage, "\(rawValue), which is not read: its images were not checked", at: Place(""), hint: hint)
    }
}
