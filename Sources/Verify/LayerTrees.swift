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

    /// The limits of what is kept, in words.
    static let limitText =
        "1 GiB, as far as the address space is not limited further, and 16384 folders and 8 for each entry without entries"

    init(digestsFiles: Bool) {
        self.digestsFiles = digestsFiles
        budget = TreeBudget(hasRoom: { AddressSpace.hasRoom(for: $0) })
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
