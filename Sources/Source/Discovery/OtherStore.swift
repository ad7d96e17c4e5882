// layerverify: stores of images in unsupported forms.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// A folder with images in a form that layerverify does not read.
///
/// A search of such a folder would find nothing, or files that only look like images. It is reported instead.
enum OtherStore: String {
    case registry = "a registry's storage"
    case containersStorage = "a store of containers/storage (Podman, Buildah, CRI-O)"
    case dockerData = "Docker's data root"
    case containerdData = "containerd's data root"
    case directoryTransport = "an image in the dir: form of skopeo and Podman"

    /// The finding that a folder is such a store, and that its images were not checked; nil if it is not one.
    ///
    /// Source: the layouts of distribution, containers/storage, Docker and containerd. Each has several folders whose
    /// names rarely occur together elsewhere.
    static func finding(_ entries: [DirectoryEntry], in tree: RecognizableTree) -> Finding? {
        let folders = Set(entries.lazy.filter { $0.kind == .directory }.map(\.name))
        let files = Set(entries.lazy.filter { $0.kind == .regular }.map(\.name))
        // Common names count only with their content.
        let candidates: [(OtherStore, Recognition)] = [
            (.registry, folders.isSuperset(of: ["blobs", "repositories"]) ? tree.hasFolder("blobs/sha256") : .no),
            (.dockerData, Recognition(isDockerData(folders))),
            (.containerdData, Recognition(folders.contains("io.containerd.content.v1.content"))),
            (
                .containersStorage,
                Recognition(drivers.contains { folders.isSuperset(of: [$0 + "-images", $0 + "-layers"]) })
            ),
            (
                .directoryTransport,
                files.isSuperset(of: ["manifest.json", "version"])
                    ? tree.begins("version", with: "Directory Transport Version") : .no
            ),
        ]
        for (store, recognition) in candidates {
            switch recognition {
            case .yes: return store.finding
            case .no: continue
            case .unknown(let path, let ending): return .unread(ending, path)
            }
        }
        return nil
    }

    /// The storage drivers of containers/storage and of Docker.
    private static let drivers = [
        "overlay", "overlay2", "vfs", "btrfs", "zfs", "aufs", "devicemapper", "fuse-overlayfs",
    ]

    private static func isDockerData(_ folders: Set<String>) -> Bool {
        if folders.isSuperset(of: ["imagedb", "layerdb"]) { return true }
        return folders.isSuperset(of: ["image", "containers", "volumes"])
            && (drivers + ["buildkit", "network", "plugins", "swarm"]).contains(where: folders.contains)
    }

    /// The command that exports images of the store to a supported form.
    private var hint: String {
        let copy = "skopeo copy"
        return switch self {
        case .registry: "\(copy) docker://HOST/NAME oci:DIR makes an image layout"
        case .containersStorage: "\(copy) containers-storage:NAME oci:DIR makes an image layout"
        case .dockerData: "docker save -o FILE IMAGE writes an image"
        case .containerdData: "ctr images export FILE NAME makes an archive"
        case .directoryTransport: "\(copy) dir:PATH oci:DIR makes an image layout"
        }
    }

    private var finding: Finding {
        Finding(.notAnImage, "\(rawValue), which is not read: its images were not checked", at: Place(""), hint: hint)
    }
}
