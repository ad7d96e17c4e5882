// layerverify: listed platforms whose manifests are missing.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import StrictJSON
import Tar

/// A platform that an index lists and whose manifest is missing.
struct AbsentPlatform {
    let platform: Platform
    /// The digest of the manifest.
    let digest: ContentDigest
    /// The entry of the index.
    let place: Place

    /// Whether a config is for this platform. A variant that only one side has is not a difference.
    func isFor(_ config: Platform) -> Bool {
        let (a, b) = (platform.normalized, config.normalized)
        return a.os == b.os && a.architecture == b.architecture
            && (platform.variant == nil || config.variant == nil || a.variant == b.variant)
    }
}

extension InventoryBuilder {
    /// Adds a listed platform whose manifest is missing. Those after the first thousand are not kept.
    mutating func noteAbsent(_ platform: AbsentPlatform) {
        guard current.absentPlatforms.count < 1_000, !platform.platform.isUnknown else { return }
        current.absentPlatforms.append(platform)
    }
}

/// Searches the blobs that no document references for files of listed platforms whose manifests are missing. A platform
/// that was left out has no files; if there are some, its manifest may be lost.
struct AbsentPlatforms {
    let tree: any ImageTree

    /// The number of blobs that are examined.
    static let maximumCandidateCount = 1_000

    /// Compares the missing platforms with blobs that no document references.
    func compare(with candidates: [[BlobIndex]], _ builder: inout InventoryBuilder) {
        guard !builder.current.absentPlatforms.isEmpty, builder.current.notes.isWhole else { return }
        var configs: [(platform: Platform, path: String)] = []
        var layerCount = 0
        for blobs in candidates {
            guard let blob = blobs.last, builder.countDescriptor(at: Place("blobs")) else { return }
            if builder.beginsAsObject(blobs) {
                let path = builder.inventory.blobs[blob].path
                // A manifest is not a config, and neither is a document that cannot be read. The name of such a blob
                // claims its digest.
                guard case .success(let document) = tree.document(blobs, algorithms: [.sha256], &builder),
                    document.root.member(ignoringCase: "rootfs") != nil,
                    let platform = ParsedDescriptor.platform(document.root)
                else { continue }
                configs.append((platform, path))
            } else if builder.mayBeLayer(blob) {
                layerCount += 1
            }
        }
        for absent in builder.current.absentPlatforms {
            guard let config = configs.first(where: { absent.isFor($0.platform) }) else { continue }
            builder.add(
                Finding(
                    .platformIncomplete,
                    "the manifest of \(absent.platform) is missing, and a config for this platform is here: \(config.path)",
                    at: absent.place, digest: absent.digest, expected: absent.platform.description,
                    hint: "the manifest may be lost: copy the image again"))
        }
        // Layers next to a config for another platform belong to that platform.
        guard configs.isEmpty, layerCount > 0, let absent = builder.current.absentPlatforms.first else { return }
        let layers =
            layerCount == 1
            ? "a blob that no document references is" : "\(layerCount) blobs that no document references are"
        builder.add(
            Finding(
                .platformIncomplete,
                "the manifest of \(absent.platform) is missing, and \(layers) compressed or a tar, as its layers would be",
                at: absent.place, digest: absent.digest, expected: absent.platform.description,
                hint: "the manifest may be lost: copy the image again, or remove what is not referenced"))
    }
}

extension InventoryBuilder {
    /// Whether a blob is compressed or a tar archive by its first bytes; true if it cannot be read.
    fileprivate func mayBeLayer(_ blob: BlobIndex) -> Bool {
        guard case .opened(let reader) = opener.open(inventory.blobs[blob].location) else { return true }
        do {
            let prefix = try reader.bytes(at: 0, upTo: TarHeader.byteCount)
            return !prefix.isEmpty && (Compression.detect(prefix: prefix) != .none || TarHeader(prefix) != nil)
        } catch {
            return true
        }
    }
}
