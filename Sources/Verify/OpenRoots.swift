// layerverify: the image stores whose blobs are being read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSystem

/// The image stores that were walked and not judged, in order. Their blobs are numbered among all blobs of the run.
///
/// ## Concurrency
/// `state` is guarded by its lock. One thread adds and removes; others give facts and ask for paths.
final class OpenRoots: Sendable {
    private let state = Locked(State())

    private struct State {
        var roots: [OpenRoot] = []
        /// The number of blobs in all inventories so far.
        var blobCount = 0
        /// The bytes of the inventories in `roots`.
        var byteCount = 0
    }

    /// Adds an image store.
    ///
    /// - Parameter requests: the blobs to read, by their indexes in the inventory.
    func add(_ inventory: Inventory, _ requests: BlobRequests) -> OpenRoot {
        let root = OpenRoot(inventory, requests: requests, firstBlob: state.withLock { $0.blobCount })
        state.withLock { state in
            state.roots.append(root)
            state.blobCount += inventory.blobs.count
            state.byteCount += root.byteCount
        }
        return root
    }

    var first: OpenRoot? { state.withLock { $0.roots.first } }
    var count: Int { state.withLock { $0.roots.count } }
    /// The bytes of the inventories.
    var byteCount: Int { state.withLock { $0.byteCount } }

    func removeFirst() {
        state.withLock { state in
            let root = state.roots.removeFirst()
            state.byteCount -= root.byteCount
        }
    }

    /// Takes the facts of a blob. Returns: whether they were the last ones of an image store.
    func take(_ facts: BlobFacts, ofBlob number: Int) -> Bool {
        guard let root = root(ofBlob: number) else { preconditionFailure("a root is open until it is read") }
        return root.take(facts, ofRunBlob: number)
    }

    /// The path of a blob; nil if its image store was judged in the meantime.
    func path(ofBlob number: Int) -> String? { root(ofBlob: number)?.path(ofRunBlob: number) }

    /// Complexity: logarithmic in the number of image stores.
    private func root(ofBlob number: Int) -> OpenRoot? {
        state.withLock { state in
            guard let first = state.roots.first, first.firstBlob <= number else { return nil }
            var (lower, upper) = (0, state.roots.count)
            while upper - lower > 1 {
                let middle = (lower + upper) / 2
                if state.roots[middle].firstBlob <= number { lower = middle } else { upper = middle }
            }
            return state.roots[lower]
        }
    }
}
