// layerverify: the blocks that wait for a digest.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest

/// Bytes at the beginning of a block.
struct Segment {
    let block: BlockIndex
    let byteCount: Int
}

/// One running digest and the blocks that wait for it.
///
/// ## Concurrency
/// All fields but `digest` are guarded by the scheduler's lock. `digest` belongs to the worker that set `isBusy`.
final class HashChain: @unchecked Sendable {
    // SAFETY: every field is guarded as said above.
    let method: DigestMethod
    let digest: any StreamDigest
    /// The blob is retained by the scheduler as long as any of its chains has a block waiting.
    unowned let work: BlobWork
    var isBusy = false
    var isInBay = false
    private var waiting: [Segment] = []
    private var first = 0

    init(_ method: DigestMethod, of work: BlobWork) {
        self.method = method
        digest = method.begin()
        self.work = work
        waiting.reserveCapacity(2 * BlobWork.maximumPendingBlockCount)
    }

    var isEmpty: Bool { first == waiting.count }

    func append(_ segment: Segment) { waiting.append(segment) }

    /// Takes the block that has waited longest. The memory of the queue is used again; it never grows in the long run.
    func removeFirst() -> Segment {
        let segment = waiting[first]
        first += 1
        if first == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= BlobWork.maximumPendingBlockCount {
            waiting.removeFirst(first)
            first = 0
        }
        return segment
    }
}
