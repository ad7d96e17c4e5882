// layerverify: blobs that no document mentions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Finds the blobs of a layout that no document mentions: their content must match their names as well.
///
/// Spec: OCI image-spec v1.1.1 image-layout.md §Blobs.
struct UnreferencedBlobs {
    let tree: any ImageTree

    /// If there are more than this, they are reported as one number.
    static let notedCount = 100

    func gather(_ builder: inout InventoryBuilder) {
        guard builder.selection.isEverything, builder.observer == nil else { return }
        var count = 0
        var candidates: [[BlobIndex]] = []
        forEachName(in: "blobs", &builder) { algorithm, builder in
            let folder = "blobs/" + algorithm
            switch tree.kind(of: folder) {
            case .found(.regular), .absent: break
            case .found: forEachName(in: folder, &builder) { gather($0, algorithm, folder, &count, &candidates, &$1) }
            case .unreadable(let ending): report(ending, folder, &builder)
            }
            return builder.countDescriptor(at: Place(folder))
        }
        AbsentPlatforms(tree: tree).compare(with: candidates, &builder)
        if count > Self.notedCount, builder.current.notes.isWhole {
            builder.add(
                Finding(
                    .blobUnreferenced, "\(count - Self.notedCount) more blobs are not referenced", at: Place("blobs"),
                    actual: "\(count)"))
        }
    }

    private func forEachName(
        in folder: String, _ builder: inout InventoryBuilder, _ body: (String, inout InventoryBuilder) -> Bool
    ) {
        switch tree.forEachName(in: folder, { body($0, &builder) }) {
        case .found(true), .absent: return
        case .found(false):
            let message = "more files than are looked at; those that no document refers to were not all checked"
            builder.add(Finding(.tooManyDescriptors, message, at: Place(folder)))
        case .unreadable(let ending): report(ending, folder, &builder)
        }
    }

    /// Adds one file.
    ///
    /// Returns: false if the limit is reached.
    private func gather(
        _ name: String, _ algorithm: String, _ folder: String, _ count: inout Int, _ candidates: inout [[BlobIndex]],
        _ builder: inout InventoryBuilder
    ) -> Bool {
        let path = folder + "/" + name
        guard !builder.mentions(path, in: tree) else { return true }
        guard builder.countDescriptor(at: Place(path)) else { return false }
        let digest: ContentDigest
        do throws(ContentDigest.GrammarError) {
            digest = try ContentDigest(parsing: algorithm + ":" + name)
        } catch {
            builder.add(
                Finding(.blobNameInvalid, "the name is not a digest; the file was not checked", at: Place(path)))
            return true
        }
        count += 1
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: 0)
        for blob in blobs { builder.add(Claim(.digest(digest), about: blob, at: Place(path))) }
        if candidates.count < AbsentPlatforms.maximumCandidateCount { candidates.append(blobs) }
        guard digest.algorithm != nil else {
            builder.add(
                Finding(
                    .blobNameInvalid, "\(algorithm) cannot be computed here; the file was not checked", at: Place(path),
                    digest: digest))
            return true
        }
        // Without all documents it is not known which blobs are referenced.
        if count <= Self.notedCount, builder.current.notes.isWhole {
            builder.add(
                Finding(
                    .blobUnreferenced, "no document refers to this blob; it was checked against its name",
                    at: Place(path), digest: digest))
        }
        return true
    }

    private func report(_ ending: ReadEnding, _ folder: String, _ builder: inout InventoryBuilder) {
        if case .linkNotFollowed(let target) = ending {
            return builder.add(.linkNotFollowed(target, "the folder", at: Place(folder)))
        }
        let message =
            switch ending {
            case .unreadable(let errno, _): ErrorText.describe(errno)
            default: "the folder could not be read: \(Finding(ending, at: Place(folder))?.message ?? "")"
            }
        builder.add(Finding(.pathUnreadable, message, at: Place(folder)))
    }
}
