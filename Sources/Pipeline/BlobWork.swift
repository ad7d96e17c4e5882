// layerverify: one blob in the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerSystem

/// One blob that the scheduler is working on, or one part of it.
///
/// ## Parts
/// A blob with several gzip members may be read in parts, each with its own decoder and at the same time. One part
/// leads: what it reads and decodes goes to the blob's chains. The parts that follow keep what they make, up to a
/// limit, until they lead. The beginning of a part is a guess (`MemberSearch`), and the part before it shows whether it
/// was right: if that part ends between two members, the next part leads; if not, the next part is dropped, and the
/// part before it continues over its range.
///
/// ## Concurrency
/// The first group of fields is guarded by the scheduler's lock. The second belongs to the worker that set `isBusy`
/// under that lock, until it gives the blob back under the lock.
package final class BlobWork: @unchecked Sendable {
    // SAFETY: every field is guarded by the scheduler's lock or by `isBusy`, as described above.
    let request: BlobRequest
    /// The index of the request in the pipeline.
    let slot: Int
    /// Identifies the blob or part among all that are open; equal to `slot` unless it is a further part.
    var key: Int

    var isBusy = false
    /// The blob is among those that a worker may take to continue reading.
    var isQueued = false
    /// Nothing more will be read, and the stream has ended.
    var isReadDone = false
    /// The number of segments that wait for a digest or for their part to lead, or are being hashed.
    var pendingSegmentCount = 0
    /// Set if the decoder stopped because of a lack of memory: `WindowBudget.releaseCount` from before it tried.
    var memoryTicket: UInt64?
    var role = Role.leads
    /// The part that continues where this one ends.
    var next: BlobWork?
    /// The part that ends where this one begins, as long as any of its segments waits for a digest.
    weak var previous: BlobWork?
    /// The scheduler has added this part to its list of splittable parts.
    var isListedAsSplittable = false
    /// What a part that follows has read and decoded.
    var heldInputs: [Segment] = []
    var heldOutputs: [Segment] = []
    /// The value of `offsetBytes` when a worker last gave the blob back.
    var settledOffsetBytes: UInt64 = 0
    /// The number of bytes left to read; only used to order the work.
    var remainingByteCount: UInt64
    /// The number of bytes that the blob contributes to the total of the progress.
    var countedByteCount: UInt64
    var compressedChains: [HashChain] = []
    var uncompressedChains: [HashChain] = []

    var stage = Stage.unopened
    var reader: (any BlobReader)?
    var facts = BlobFacts(reading: .complete)
    var offsetBytes: UInt64 = 0
    /// Where this part ends: at the beginning of the next part, or at the end of the blob.
    var endOffset: UInt64 = 0
    var codec: Codec?
    var decoder: (any StreamDecoder)?
    var cursor = StreamCursor()
    var limits = StreamLimits()
    /// Finds further members; nil if the blob cannot be split.
    var memberSearch: MemberSearch?
    /// Further parts may be found in the unread rest of this one.
    var mayBeSplit = false
    /// The input block that the decoder has not used up, and the position in it.
    var input: (segment: Segment, start: Int)?
    /// The output block that is not full yet.
    var output: OutputRoom?
    /// The number of bytes that the current action read and hashed together.
    var directByteCount: UInt64 = 0
    /// What the current action read and decoded; it goes to the chains when the action ends.
    var newInputs: [Segment] = []
    var newOutputs: [Segment] = []
    /// Blocks that the decoder no longer needs.
    var released: [BlockIndex] = []

    /// What happens to the output of a part.
    enum Role {
        /// It goes to the chains.
        case leads
        /// It is kept until the part leads.
        case follows
        /// All of it went to the chains, and another part leads.
        case passedOn
    }

    /// The state of reading a blob.
    enum Stage {
        case unopened
        /// The file is open and announced to the storage, but nothing was read.
        case opened
        /// Bytes are hashed as stored: uncompressed blobs, opaque ones, and the rest of a stream that ended early.
        case plain
        case decoding
    }

    /// An output block of a stream, and how much of it is filled.
    struct OutputRoom {
        let block: BlockIndex
        let memory: UnsafeMutableRawBufferPointer
        var count = 0
    }

    /// The maximum number of segments of a blob that wait. With 3, 4 or 16 the difference to 8 is within the noise for
    /// every kind of image (docs/performance.md).
    static let maximumPendingBlockCount = 8

    init(_ request: BlobRequest, slot: Int) {
        self.request = request
        self.slot = slot
        key = slot
        remainingByteCount = request.expectedByteCount
        countedByteCount = request.expectedByteCount
        newInputs.reserveCapacity(Self.maximumPendingBlockCount)
        newOutputs.reserveCapacity(Self.maximumPendingBlockCount)
        released.reserveCapacity(Self.maximumPendingBlockCount)
    }

    /// Makes the part that continues `work` from `offsetBytes` to its end. The caller owns `work`.
    init(continuing work: BlobWork, at offsetBytes: UInt64, codec: Codec, decoder: any StreamDecoder) {
        request = work.request
        slot = work.slot
        key = work.slot
        remainingByteCount = work.remainingByteCount - (offsetBytes - work.offsetBytes)
        countedByteCount = 0
        role = .follows
        stage = .decoding
        reader = work.reader
        facts = work.facts
        self.offsetBytes = offsetBytes
        settledOffsetBytes = offsetBytes
        endOffset = work.endOffset
        self.codec = codec
        self.decoder = decoder
        cursor = StreamCursor(beginningAt: offsetBytes)
        limits = work.limits
        memberSearch = work.memberSearch
    }

    /// True if a worker may continue reading. Called under the lock. The limit for parts that follow is checked
    /// elsewhere.
    var isReadyToRead: Bool {
        !isBusy && !isReadDone && memoryTicket == nil
            && (role == .follows || pendingSegmentCount < Self.maximumPendingBlockCount)
    }

    /// The digest method with which the blob can be hashed while it is read: its bytes are hashed as stored, by one
    /// digest, and no segment of it waits. Called under the lock, for a blob that no worker reads.
    var directMethod: DigestMethod? {
        guard isPlain, pendingSegmentCount == 0 else { return nil }
        return compressedChains.first?.method
    }

    /// True if the bytes are hashed as stored, by one digest. Called under the lock, for a blob that no worker reads.
    var isPlain: Bool { stage == .plain && decoder == nil && compressedChains.count == 1 }

    /// True if the current action may add another block to those that wait for digests.
    var hasRoomInAction: Bool { newInputs.count + newOutputs.count < Self.maximumPendingBlockCount }

    /// True if the decoder has not used up a block of input. Called under the lock, for a part that no worker reads.
    func isDecoding(_ segment: Segment) -> Bool { input?.segment.block == segment.block }

    /// True if nothing more will happen to the blob or the part. Called under the lock; `isReadDone` is only read if
    /// the blob is not busy, because it belongs to the worker otherwise.
    var isFinished: Bool {
        guard !isBusy, isReadDone, pendingSegmentCount == 0, previous == nil else { return false }
        switch role {
        case .leads: return next == nil
        case .follows: return false
        case .passedOn: return true
        }
    }

    /// The number of bytes left in this part; `remainingByteCount` is that of the blob.
    var partByteCount: UInt64 { endOffset > 0 ? endOffset - min(offsetBytes, endOffset) : remainingByteCount }

    /// True if reading failed, so that no more of the blob will be read. Called while no worker reads the blob.
    var isAbandoned: Bool {
        switch facts.reading {
        case .complete, .cutOff: false
        case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .unsupportedEntry, .unindexed, .unreadable,
            .changed, .oversized,
            .cancelled:
            true
        }
    }

    /// True if this part was read to its end and ended between two members, so that the next part continues the stream
    /// exactly as this one would have: `next` began at the right offset, and both together are within the expansion
    /// limit.
    func isContinued(by next: BlobWork) -> Bool {
        guard !isAbandoned, stage == .decoding, cursor.ending == nil, decoder?.isAtBoundary == true else {
            return false
        }
        return cursor.producedByteCount + next.cursor.producedByteCount <= limits.expansionByteCount
    }
}
