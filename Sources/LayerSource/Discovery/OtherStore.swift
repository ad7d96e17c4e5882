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

    /// Says that a folder is such a store, and that its images were not checked; nil if it is not one.
    ///
    /// Source: the layouts that distribution, containers/storage, Docker and containerd write, each of several folders that
    /// hardly anything else has side by side.
    static func finding(_ entries: [DirectoryEntry], in tree: RecognizableTree) -> Finding? {
        let folders = Set(entries.lazy.filter { $0.kind == .directory }.map(\.name))
        let files = Set(entries.lazy.filter { $0.kind == .regular }.map(\.name))
        // Names that others use as well count only with what is behind them.
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

    /// The command that makes something of its images that is read here.
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
