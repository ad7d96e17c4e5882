// layerverify: the probable cause of a fault.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Guesses the mistake that caused a fault, from the facts of the other layers and from the other digests of the blob.
struct Hints: Sendable {
    private let inventory: Inventory
    private let facts: FactsList

    /// Images with more layers get no hints about other layers. Runtimes support at most 128.
    private static let maximumLayerCount = 256

    init(_ inventory: Inventory, facts: FactsList) {
        self.inventory = inventory
        self.facts = facts
    }

    /// The hint for a wrong size.
    func size(_ claimed: UInt64, _ facts: BlobFacts, _ summary: ClaimSummary) -> String? {
        // The finding about the digest explains it.
        if summary.isDigestRefuted, summary.hasTrueDiffID { return nil }
        guard summary.isDigestRefuted else { return "the digest holds: only the size in the descriptor is wrong" }
        if facts.byteCount == 0 { return "the file is empty" }
        return facts.byteCount < claimed
            ? "the file was truncated or replaced: copy or pull the image again"
            : "bytes were appended, or the file was replaced: copy or pull the image again"
    }

    /// The hint for a wrong digest of the stored bytes.
    func digest(_ summary: ClaimSummary, _ facts: BlobFacts) -> String? {
        if facts.byteCount == 0 { return "the file is empty" }
        guard summary.hasTrueDiffID else {
            // A blob of another size has a hint already.
            return summary.isSizeRefuted
                ? nil : "the bytes changed after they were hashed: copy or pull the image again"
        }
        return
            "the layer was compressed again or decompressed: its content is intact (the diffID holds), its digest is not"
    }

    /// The hint for a wrong diffID.
    func diffID(_ claimed: ContentDigest, _ actual: ContentDigest, _ claim: Claim, _ facts: BlobFacts) -> String? {
        if claimed == facts.digest(like: claimed), facts.compression != Compression.none {
            return "the config has the digest of the compressed layer in place of its diffID"
        }
        if claimed == .emptyInputSHA256 { return "the config has the digest of the empty input: nothing was hashed" }
        guard let image = claim.image, let layer = claim.layer else { return nil }
        let layerCount = inventory.images.layerCount(of: image)
        guard layerCount <= Self.maximumLayerCount else { return nil }
        for other in 0..<layerCount where other != layer {
            guard let record = inventory.images.layer(other, of: image), let blob = record.blob,
                self.facts[blob]?.uncompressed?.digest(like: claimed) == claimed
            else { continue }
            return "this is the diffID of layer \(other + 1)"
        }
        return nil
    }
}
