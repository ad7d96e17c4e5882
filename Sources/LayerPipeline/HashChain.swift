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
    private var waiting = Line<Segment>(capacity: 2 * BlobWork.maximumPendingBlockCount)

    init(_ method: DigestMethod, of work: BlobWork) {
        self.method = method
        digest = method.begin()
        self.work = work
    }

    var isEmpty: Bool { waiting.isEmpty }

    func append(_ segment: Segment) { waiting.add(segment) }

    /// Takes the block that has waited longest.
    func removeFirst() -> Segment { waiting.takeFirst() }
}
