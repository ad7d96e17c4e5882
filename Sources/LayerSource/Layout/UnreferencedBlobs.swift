// layerverify: blobs that no document mentions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Finds the blobs of a layout that no document mentions: their content must match their names all the same.
///
/// Spec: OCI image-spec v1.1.1 image-layout.md §Blobs.
struct UnreferencedBlobs {
    let tree: any ImageTree

    /// More than this many are noted as one number.
    static let notedCount = 100

    func gather(_ builder: inout InventoryBuilder) {
        guard builder.selection.isEverything else { return }
        let algorithms: [(name: String, kind: FileKind)]
        do throws(TreeFailure) {
            algorithms = try tree.list("blobs")
        } catch {
            return report(error, "blobs", &builder)
        }
        var count = 0
        for algorithm in algorithms where tree.kind(of: "blobs/" + algorithm.name) != .regular {
            let folder = "blobs/" + algorithm.name
            do throws(TreeFailure) {
                for entry in try tree.list(folder) { gather(entry.name, algorithm.name, folder, &count, &builder) }
            } catch {
                report(error, folder, &builder)
            }
        }
        if count > Self.notedCount {
            builder.add(
                Finding(
                    .blobUnreferenced, "\(count - Self.notedCount) more blobs are not referenced", at: Place("blobs"),
                    actual: "\(count)"))
        }
    }

    private func gather(
        _ name: String, _ algorithm: String, _ folder: String, _ count: inout Int, _ builder: inout InventoryBuilder
    ) {
        let path = folder + "/" + name
        guard !builder.mentions(path, in: tree) else { return }
        let digest: ContentDigest
        do throws(ContentDigest.GrammarError) {
            digest = try ContentDigest(parsing: algorithm + ":" + name)
        } catch {
            builder.add(Finding(.blobNameInvalid, "the name is no digest; the file was not checked", at: Place(path)))
            return
        }
        count += 1
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: 0)
        for blob in blobs { builder.add(Claim(.digest(digest), about: blob, at: Place(path))) }
        guard digest.algorithm != nil else {
            builder.add(
                Finding(
                    .blobNameInvalid, "\(algorithm) cannot be computed here; the file was not checked", at: Place(path),
                    digest: digest))
            return
        }
        if count <= Self.notedCount {
            builder.add(
                Finding(
                    .blobUnreferenced, "no document refers to this blob; it was checked against its name",
                    at: Place(path), digest: digest))
        }
    }

    private func report(_ failure: TreeFailure, _ folder: String, _ builder: inout InventoryBuilder) {
        switch failure {
        case .missing: return
        case .unreadable(let errno):
            builder.add(Finding(.pathUnreadable, ErrorText.describe(errno), at: Place(folder)))
        }
    }
}
