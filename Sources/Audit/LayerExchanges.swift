// layerverify: swapped layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Finds layers of an image whose files, or whose diffIDs, are swapped, so that they are one finding and not three for
/// each layer.
///
/// ## Concurrency
/// Not thread-safe. The cache belongs to one judge while it collects findings.
final class LayerExchanges {
    private let inventory: Inventory
    private let facts: FactsList
    private var cache: [Int: Exchange] = [:]

    /// Images with more layers are not searched. Runtimes support at most 128.
    private static let maximumLayerCount = 256

    /// The swapped layers of one image, by index: none, or at least two.
    private struct Exchange {
        var files: [Int] = []
        var contents: [Int] = []
    }

    init(_ inventory: Inventory, facts: FactsList) {
        self.inventory = inventory
        self.facts = facts
    }

    /// The finding for layers whose files are in each other's place, if the layer of `claim` is one of these, the same for each of
    /// them; and the blob that has the bytes that belong to the layer.
    func files(of claim: Claim) -> (finding: Finding, rightBlob: BlobIndex)? {
        guard let image = claim.image, let layer = claim.layer, claim.blob == blob(layer, of: image) else { return nil }
        let layers = exchange(in: image).files
        guard layers.contains(layer), let first = layers.first, let record = inventory.images.layer(first, of: image)
        else { return nil }
        var finding = Finding(
            .blobDigestMismatch, "\(Self.words("the files of layers", layers)) \(Self.predicate(layers))",
            at: claim.descriptorPlace.list, digest: record.digest, blob: record.blob,
            expected: record.digest?.description)
        finding.actual = record.digest.flatMap { claimed in
            record.blob.flatMap { facts[$0]?.digest(like: claimed)?.description }
        }
        finding.hint = "each file has the name of another: rename them, or copy the image again"
        guard let claimed = inventory.images.layer(layer, of: image)?.digest,
            let right = layers.compactMap({ blob($0, of: image) }).first(where: {
                facts[$0]?.digest(like: claimed) == claimed
            })
        else { return nil }
        return (finding, right)
    }

    /// The finding for intact layers whose diffIDs have another order than the layers.
    func contents(of claim: Claim) -> Finding? {
        guard let image = claim.image, let layer = claim.layer, claim.blob == blob(layer, of: image) else { return nil }
        let layers = exchange(in: image).contents
        guard layers.contains(layer), let first = layers.first, let record = inventory.images.layer(first, of: image)
        else { return nil }
        var finding = Finding(
            .diffIDMismatch, "\(Self.words("layers", layers)) \(Self.predicate(layers))", at: claim.place.list,
            digest: record.digest, blob: record.blob, expected: record.diffID?.description)
        finding.actual = record.diffID.flatMap { claimed in
            record.blob.flatMap { facts[$0]?.uncompressed?.digest(like: claimed)?.description }
        }
        finding.hint =
            "each layer is intact: either the layers or the diffIDs in the config are in the wrong order"
        return finding
    }

    private func blob(_ layer: Int, of image: Int) -> BlobIndex? { inventory.images.layer(layer, of: image)?.blob }

    private func exchange(in image: Int) -> Exchange {
        if let known = cache[image] { return known }
        var exchange = Exchange()
        if inventory.images.layerCount(of: image) <= Self.maximumLayerCount {
            exchange.files = permuted(image) { ($0.digest, $1.digests) }
            if exchange.files.isEmpty {
                exchange.contents = permuted(image) { ($0.diffID, $1.uncompressed?.digests ?? []) }
            }
        }
        cache[image] = exchange
        return exchange
    }

    /// The layers whose digest is not the claimed one, but that of another of these layers.
    private func permuted(
        _ image: Int, _ digests: (LayerRecord, BlobFacts) -> (claimed: ContentDigest?, actual: [ContentDigest])
    ) -> [Int] {
        var wrong: [(layer: Int, claimed: ContentDigest, actual: ContentDigest)] = []
        for layer in 0..<inventory.images.layerCount(of: image) {
            guard let record = inventory.images.layer(layer, of: image), let blob = record.blob,
                let facts = facts[blob],
                facts.reading == .complete
            else { continue }
            let (claimed, found) = digests(record, facts)
            guard let claimed, let actual = found.first(where: { $0.algorithmName == claimed.algorithmName }),
                actual != claimed
            else { continue }
            wrong.append((layer, claimed, actual))
        }
        // A layer with other damage has a digest that is claimed of no layer, or its own claimed digest is that of no
        // layer. Such layers are removed until none is left.
        while true {
            let claimed = Set(wrong.map { $0.claimed })
            let actual = Set(wrong.map { $0.actual })
            let left = wrong.filter { claimed.contains($0.actual) && actual.contains($0.claimed) }
            if left.count == wrong.count { break }
            wrong = left
        }
        var balance: [ContentDigest: Int] = [:]
        for layer in wrong {
            balance[layer.claimed, default: 0] += 1
            balance[layer.actual, default: 0] -= 1
        }
        return balance.values.allSatisfy { $0 == 0 } ? wrong.map { $0.layer } : []
    }

    /// `layers 1 and 2`, `layers 1, 2 and 3`.
    private static func words(_ noun: String, _ layers: [Int]) -> String {
        let numbers = layers.map { String($0 + 1) }
        return noun + " " + numbers.dropLast().joined(separator: ", ") + " and " + (numbers.last ?? "")
    }

    private static func predicate(_ layers: [Int]) -> String {
        layers.count == 2 ? "are swapped" : "are in the wrong order"
    }
}

extension Place {
    /// The list that contains this place.
    fileprivate var list: Place {
        guard let slash = pointer.utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
        return Place(path, String(pointer[..<slash]))
    }
}
