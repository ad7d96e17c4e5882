// layerverify: the blocks that wait for a digest.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest

/// Bytes to hash.
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
    /// Retained as `HashChain` says.
    unowned let work: BlobWork
}

/// One running digest and the blocks that wait for it.
///
/// ## Concurrency
/// All fields but `digest` are guarded by the scheduler's lock. `digest` belongs to the worker that set `isBusy`.
final class HashChain: @unchecked Sendable {
    // SAFETY: every field is guarded as said above.
    let method: DigestMethod
    let digest: any StreamDigest
    var isBusy = false
    var isInBay = false
    private var waiting = Line<Waiting>(capacity: 2 * BlobWork.maximumPendingBlockCount)

    /// A block and whose it is: a blob's, or that of the part of it that made the block. The scheduler retains that as long
    /// as it has a block waiting.
    private struct Waiting {
        let segment: Segment
        unowned let work: BlobWork
    }

    init(_ method: DigestMethod) {
        self.method = method
        digest = method.begin()
    }

    var isEmpty: Bool { waiting.isEmpty }
    /// The blocks that wait.
    var count: Int { waiting.count }

    func append(_ segment: Segment, of work: BlobWork) { waiting.add(Waiting(segment: segment, work: work)) }

    /// Takes the block that has waited longest.
    func removeFirst() -> HashJob {
        let first = waiting.takeFirst()
        return HashJob(chain: self, segment: first.segment, work: first.work)
    }
}
