// layerverify: a running digest and the blocks that wait for it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest

/// A range of bytes in a block, to be hashed.
struct Segment {
    /// The block that holds them.
    let block: BlockIndex
    let bytes: UnsafeRawBufferPointer

    var byteCount: Int { bytes.count }
}

/// One block to hash.
struct HashJob {
    let chain: HashChain
    let segment: Segment
    /// Retained as described at `HashChain.Waiting`.
    unowned let work: BlobWork
}

/// A running digest and the blocks that wait for it.
///
/// ## Concurrency
/// All fields but `digest` are guarded by the scheduler's lock. `digest` belongs to the worker that set `isBusy`.
final class HashChain: @unchecked Sendable {
    // SAFETY: every field is guarded as described above.
    let method: DigestMethod
    let digest: any StreamDigest
    var isBusy = false
    var isQueued = false
    private var waiting = Queue<Waiting>(capacity: 2 * BlobWork.maximumPendingBlockCount)

    /// A block, and the blob or part of a blob that made it. The scheduler retains the blob as long as one of its
    /// blocks waits.
    private struct Waiting {
        let segment: Segment
        unowned let work: BlobWork
    }

    init(_ method: DigestMethod) {
        self.method = method
        digest = method.begin()
    }

    var isEmpty: Bool { waiting.isEmpty }
    /// The number of blocks that wait.
    var count: Int { waiting.count }

    func append(_ segment: Segment, of work: BlobWork) { waiting.add(Waiting(segment: segment, work: work)) }

    /// Takes the block that has waited longest.
    func removeFirst() -> HashJob {
        let first = waiting.takeFirst()
        return HashJob(chain: self, segment: first.segment, work: first.work)
    }
}
