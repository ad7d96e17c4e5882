// layerverify: one blob on its way through the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// One blob on its way through the scheduler.
///
/// ## Concurrency
/// The first group of fields is guarded by the scheduler's lock. The second belongs to the one worker that set `isBusy`
/// under that lock, until it gives the blob back under the lock again.
final class BlobWork: @unchecked Sendable {
    // SAFETY: every field is guarded by the scheduler's lock or by `isBusy`, as said above.
    let request: BlobRequest
    /// The place of the request among the run's.
    let slot: Int

    var isBusy = false
    /// The blob is among those that a worker may take to read on.
    var isQueued = false
    /// All that will ever be read was read, and the stream has ended.
    var isReadDone = false
    /// Segments that wait for a digest or are being hashed.
    var pendingSegmentCount = 0
    /// What is left to read; for the order of work.
    var remainingByteCount: UInt64
    /// What the blob adds to the total of the progress.
    var countedByteCount: UInt64
    var compressedChains: [HashChain] = []
    var uncompressedChains: [HashChain] = []

    var stage = Stage.unopened
    var reader: (any BlobReader)?
    var facts = BlobFacts(reading: .complete)
    var offsetBytes: UInt64 = 0
    var codec: Codec?
    var decoder: (any StreamDecoder)?
    var cursor = StreamCursor()
    var limits = StreamLimits()
    /// The input block that the decoder has not used up, and where it goes on in it.
    var input: (segment: Segment, start: Int)?
    /// The output block that is not full yet, and how far it is.
    var output: (block: BlockIndex, count: Int)?
    /// What the action in hand read and decoded; handed to the chains when it ends.
    var newInputs: [Segment] = []
    var newOutputs: [Segment] = []
    /// Blocks that the decoder no longer needs.
    var released: [BlockIndex] = []

    /// What reading this blob means at the moment.
    enum Stage {
        case unopened
        /// Open, and announced to the storage; nothing of it was read.
        case opened
        /// Bytes are hashed as they lie: plain blobs, opaque ones, and what is left of a stream that ended early.
        case plain
        case decoding
    }

    /// How many segments of a blob may wait at once. With 3, 4 or 16 no kind of image is faster
    /// beyond what the machine's noise is (docs/performance.md).
    static let maximumPendingBlockCount = 8

    init(_ request: BlobRequest, slot: Int) {
        self.request = request
        self.slot = slot
        remainingByteCount = request.expectedByteCount
        countedByteCount = request.expectedByteCount
        newInputs.reserveCapacity(Self.maximumPendingBlockCount)
        newOutputs.reserveCapacity(Self.maximumPendingBlockCount)
        released.reserveCapacity(Self.maximumPendingBlockCount)
    }

    /// True if a worker may read on. Asked under the lock.
    var isReadyToRead: Bool { !isBusy && !isReadDone && pendingSegmentCount < Self.maximumPendingBlockCount }

    /// True if the action in hand may add another block to what waits for digests.
    var hasRoomInAction: Bool { newInputs.count + newOutputs.count < Self.maximumPendingBlockCount }

    /// True if nothing more will happen to the blob. Asked under the lock; while it is busy,
    /// `isReadDone` belongs to the worker.
    var isFinished: Bool { !isBusy && isReadDone && pendingSegmentCount == 0 }
}
