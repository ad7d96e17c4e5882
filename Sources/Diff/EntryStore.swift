// layerverify: the entries of the layers of two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerPipeline
import LayerSystem

/// Keeps the entries of layers that were read, by the digest of their uncompressed bytes.
///
/// ## Concurrency
/// `state` is guarded by its lock.
package final class EntryStore: Sendable {
    private let state: Locked<State>

    private struct State {
        var entries: [ContentDigest: LayerEntries] = [:]
        /// The blobs whose entries are wanted, numbered as in the run.
        var wanted: Set<BlobIndex> = []
        /// The memory in bytes that may still be reserved.
        var freeByteCount: Int
    }

    /// The memory in bytes for all entries: those of five to ten million files.
    package static let maximumByteCount = 1 << 30
    /// The part of it that a layer reserves at a time.
    static let reservationByteCount = 64 << 10

    package init(maximumByteCount: Int = maximumByteCount) {
        state = Locked(State(freeByteCount: maximumByteCount))
    }

    /// Makes a collector for each wanted blob, and for each blob of a stream: of these it is not known which are layers.
    package var consumers: ConsumerFactory {
        { side in
            guard side.side == .uncompressed, side.blob.map({ self.isWanted($0) }) ?? true else { return [] }
            return [EntryCollector(self)]
        }
    }

    /// Sets the blobs whose entries are wanted, and releases the entries of all layers but some.
    package func want(_ blobs: Set<BlobIndex>, keeping layers: Set<ContentDigest>) {
        state.withLock { state in
            state.wanted = blobs
            for (digest, entries) in state.entries where !layers.contains(digest) {
                state.freeByteCount += entries.byteCount
                state.entries[digest] = nil
            }
        }
    }

    /// The entries of a layer; nil if it was not read to its end, or its entries were not wanted.
    package func entries(of diffID: ContentDigest?) -> LayerEntries? {
        diffID.flatMap { diffID in state.withLock { $0.entries[diffID] } }
    }

    private func isWanted(_ blob: BlobIndex) -> Bool { state.withLock { $0.wanted.contains(blob) } }

    /// Takes the entries of a layer, with the memory that was reserved for them. Returns: false if there is no place for them.
    func add(_ entries: LayerEntries, of facts: BlobFacts) -> Bool {
        guard let digest = facts.uncompressed?.digests.first else { return false }
        return state.withLock { state in
            guard state.entries[digest] == nil else { return false }
            state.entries[digest] = entries
            return true
        }
    }

    /// Reserves memory for a list that has `ownByteCount` bytes. Returns: whether there is enough.
    func reserve(_ byteCount: Int, growing ownByteCount: Int) -> Bool {
        // A list that grows is copied.
        guard AddressSpace.hasRoom(for: 2 * ownByteCount + byteCount) else { return false }
        return state.withLock { state in
            guard state.freeByteCount >= byteCount else { return false }
            state.freeByteCount -= byteCount
            return true
        }
    }

    func release(_ byteCount: Int) { state.withLock { $0.freeByteCount += byteCount } }
}
