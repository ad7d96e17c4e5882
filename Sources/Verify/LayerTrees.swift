// layerverify: the trees of the layers that a run reads.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSystem
internal import LayerTree

/// Collects the trees of layers while they are read, by the digests of the blobs.
///
/// Of a stream it is not known which blobs are layers, so there is a tree of every blob; most of them end at once.
///
/// ## Concurrency
/// `trees` is guarded by its lock.
final class LayerTrees: Sendable {
    private let trees = Locked<[ContentDigest: LayerTree]>([:])
    private let budget: TreeBudget
    private let digestsFiles: Bool

    init(digestsFiles: Bool, budget: TreeBudget = TreeBudget()) {
        self.digestsFiles = digestsFiles
        self.budget = budget
    }

    /// Makes a consumer for the uncompressed side of each blob.
    var consumers: ConsumerFactory {
        { side in
            guard side.side == .uncompressed else { return [] }
            return [TreeConsumer(self.budget, digestsFiles: self.digestsFiles) { self.add($1, of: $0) }]
        }
    }

    private func add(_ tree: LayerTree, of blob: BlobFacts) {
        guard let digest = blob.digests.first else { return }
        trees.withLock { $0[digest] = tree }
    }

    /// The tree of a blob; nil if it was not read to its end, or not decoded.
    func tree(of blob: BlobFacts?) -> LayerTree? {
        guard let digest = blob?.digests.first else { return nil }
        return trees.withLock { $0[digest] }
    }
}
