// layerverify: findings that follow from others.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Marks findings that are consequences: a document with a wrong digest may contain anything.
package enum Consequences {
    /// Removes the finding that an archive is truncated, if a finding about the truncated blob says the same.
    package static func mergeTruncation(_ findings: inout FindingList) {
        var roots: [UInt32: RootIndex] = [:]
        for place in findings.pool.indices {
            let finding = findings.pool[place]
            if finding.code == .archiveTruncated { roots[UInt32(place)] = finding.root }
        }
        guard !roots.isEmpty else { return }
        let blamed = Set(findings.entries.lazy.filter { $0.image != nil }.compactMap { roots[$0.finding] })
        guard !blamed.isEmpty else { return }
        findings.removeAll { entry in
            entry.image == nil && roots[entry.finding].map { blamed.contains($0) } ?? false
        }
    }

    /// Marks every finding about the content of a document whose own digest is refuted.
    package static func mark(_ findings: inout FindingList, in inventory: Inventory, facts: FactsList) {
        var hasRefuted = false
        for finding in findings.pool where finding.code == .blobDigestMismatch { hasRefuted = true }
        guard hasRefuted else { return }
        var documents = HashIndex()
        // 100 000 descriptors may name one document.
        var isKnown = [Bool](repeating: false, count: inventory.blobs.count)
        for claim in inventory.claims {
            guard !isKnown[claim.blob], case .digest(let digest) = claim.assertion, let facts = facts[claim.blob] else {
                continue
            }
            guard facts.reading == .complete, let actual = facts.digest(like: digest), actual != digest else {
                continue
            }
            isKnown[claim.blob] = true
            let blob = inventory.blobs[claim.blob]
            documents.insert(claim.blob, hash: Document(root: blob.root, path: blob.path).hashValue)
        }
        for place in findings.pool.indices {
            let finding = findings.pool[place]
            guard finding.follows == nil else { continue }
            // The name of an unreferenced blob claims its digest: that finding is the cause and not a consequence.
            let isNamesOwn = finding.code == .blobDigestMismatch && finding.place.pointer.isEmpty
            guard finding.outcome != .verified, !isNamesOwn else { continue }
            let document = Document(root: finding.root, path: finding.place.path)
            let isRefuted = documents.find(document.hashValue) { blob in
                let record = inventory.blobs[blob]
                return Document(root: record.root, path: record.path) == document
            }
            if isRefuted != nil {
                findings.setCause(.blobDigestMismatch, of: place)
            }
        }
    }

    private struct Document: Hashable {
        let root: RootIndex
        let path: String
    }
}
