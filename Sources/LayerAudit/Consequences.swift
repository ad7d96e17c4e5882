// layerverify: which findings follow from others.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Marks findings that are consequences: what a document with a wrong digest says is not to be believed.
package enum Consequences {
    /// Takes back that an archive is cut off, where that was said of the blob that the cut goes through.
    package static func mergeTruncation(_ findings: inout [LocatedFinding]) {
        let roots = Set(
            findings.lazy.filter { $0.finding.code == .archiveTruncated && $0.image != nil }.map { $0.finding.root })
        findings.removeAll {
            $0.finding.code == .archiveTruncated && $0.image == nil && roots.contains($0.finding.root)
        }
    }

    /// Marks every finding about the content of a document whose own digest is refuted.
    package static func mark(_ findings: inout [LocatedFinding], in inventory: Inventory, facts: [BlobFacts?]) {
        struct Document: Hashable {
            let root: RootIndex
            let path: String
        }
        let refuted: Set<ContentDigest> = Set(
            findings.lazy.filter { $0.finding.code == .blobDigestMismatch }.compactMap { $0.finding.digest })
        guard !refuted.isEmpty else { return }
        var documents: Set<Document> = []
        for claim in inventory.claims {
            guard case .digest(let digest) = claim.assertion, refuted.contains(digest) else { continue }
            guard let actual = facts[claim.blob]?.digest(like: digest), actual != digest else { continue }
            let blob = inventory.blobs[claim.blob]
            documents.insert(Document(root: blob.root, path: blob.path))
        }
        for index in findings.indices where findings[index].finding.follows == nil {
            let finding = findings[index].finding
            // An unreferenced blob's own name claims its digest: that is the cause, not the consequence.
            let isNamesOwn = finding.code == .blobDigestMismatch && finding.place.pointer.isEmpty
            guard finding.outcome != .verified, !isNamesOwn else { continue }
            if documents.contains(Document(root: finding.root, path: finding.place.path)) {
                findings[index].finding.follows = .blobDigestMismatch
            }
        }
    }
}
