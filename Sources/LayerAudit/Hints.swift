// layerverify: what probably happened.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Guesses the mistake behind a fault, from what is known of the other layers and of the blob's other digests.
struct Hints: Sendable {
    private let inventory: Inventory
    private let facts: [BlobFacts?]
    /// The digest that the first claim about a blob names it by.
    private let names: [BlobIndex: ContentDigest]
    /// The diffIDs claimed of a blob.
    private let diffIDs: [BlobIndex: [ContentDigest]]

    init(_ inventory: Inventory, facts: [BlobFacts?]) {
        self.inventory = inventory
        self.facts = facts
        var names: [BlobIndex: ContentDigest] = [:]
        var diffIDs: [BlobIndex: [ContentDigest]] = [:]
        for claim in inventory.claims {
            switch claim.assertion {
            case .digest(let digest), .name(let digest): if names[claim.blob] == nil { names[claim.blob] = digest }
            case .diffID(let digest): diffIDs[claim.blob, default: []].append(digest)
            case .size, .compression, .intactStream, .layerSource: break
            }
        }
        self.names = names
        self.diffIDs = diffIDs
    }

    func digestNaming(_ blob: BlobIndex) -> ContentDigest? { names[blob] }

    /// Behind a wrong size.
    func size(_ claimed: UInt64, _ facts: BlobFacts, isDigestRefuted: Bool) -> String? {
        guard isDigestRefuted else { return "the digest holds: only the size in the descriptor is wrong" }
        if facts.byteCount == 0 { return "the file is empty" }
        return facts.byteCount < claimed
            ? "the file was cut, or another file lies here" : "bytes were appended, or another file lies here"
    }

    /// Behind a wrong digest of the bytes as they lie.
    func digest(_ blob: BlobIndex, _ facts: BlobFacts) -> String? {
        if facts.byteCount == 0 { return "the file is empty" }
        guard let stream = facts.uncompressed, !stream.digests.isEmpty, let claimed = diffIDs[blob] else { return nil }
        guard claimed.contains(where: { stream.digest(like: $0) == $0 }) else { return nil }
        return "the layer is intact but was recompressed: its diffID holds, its digest does not"
    }

    /// Behind a wrong diffID.
    func diffID(_ claimed: ContentDigest, _ actual: ContentDigest, _ claim: Claim, _ facts: BlobFacts) -> String? {
        if claimed == facts.digest(like: claimed), facts.compression != Compression.none {
            return "the config has the digest of the compressed layer in place of its diffID"
        }
        if claimed == .emptyInputSHA256 { return "the config has the digest of the empty input: nothing was hashed" }
        guard let image = claim.image, let layer = claim.layer else { return nil }
        let layers = inventory.images[image].layers
        for (other, record) in layers.enumerated() where other != layer {
            guard let blob = record.blob, self.facts[blob]?.uncompressed?.digest(like: claimed) == claimed else {
                continue
            }
            if record.diffID == actual { return "layers \(layer) and \(other) are swapped, or their diffIDs are" }
            return "this is the diffID of layer \(other)"
        }
        return nil
    }
}
