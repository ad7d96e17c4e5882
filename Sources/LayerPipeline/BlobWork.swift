// layerverify: one blob on its way through the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerSystem

/// One blob on its way through the scheduler, or one part of it.
///
/// ## Parts
/// Where a blob has several gzip members, it may be read in parts, each by its own decoder and at the same time. One part
/// leads: what it reads and decodes goes to the blob's chains. Those that follow keep what they make, up to a limit, until
/// it is their turn. Where a part begins is a guess (`MemberSearch`), and the part before it tells whether it was right: if
/// that ends between two members, the next one leads; if not, the next is dropped, and the one before reads on over its
/// range as if it had never been there.
///
/// ## Concurrency
/// The first group of fields is guarded by the scheduler's lock. The second belongs to the one worker that set `isBusy`
/// under that lock, until it gives the blob back under the lock again.
final class BlobWork: @unchecked Sendable {
    // SAFETY: every field is guarded by the scheduler's lock or by `isBusy`, as said above.
    let request: BlobRequest
    /// The place of the request among the run's.
    let slot: Int
    /// Tells it from all others that are open; the slot, unless it is a further part.
    var key: Int

    var isBusy = false
    /// The blob is among those that a worker may take to read on.
    var isQueued = false
    /// All that will ever be read was read, and the stream has ended.
    var isReadDone = false
    /// Segments that wait for a digest, or for their part's turn, or are being hashed.
    var pendingSegmentCount = 0
    /// Set if its decoder stopped for want of memory: how often memory had been released when it asked.
    var memoryTicket: UInt64?
    var role = Role.leads
    /// The part that goes on where this one ends.
    var next: BlobWork?
    /// The part that ends where this one begins, as long as anything of it waits for a digest.
    weak var previous: BlobWork?
    /// The scheduler knows that `mayBeSplit` was true.
    var isListedAsSplittable = false
    /// What a part that follows has read and decoded.
    var heldInputs: [Segment] = []
    var heldOutputs: [Segment] = []
    /// `offsetBytes` as it was when a worker last gave the blob back.
    var settledOffsetBytes: UInt64 = 0
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
    /// Where this part ends: where the next one begins, else the blob's end.
    var endOffset: UInt64 = 0
    var codec: Codec?
    var decoder: (any StreamDecoder)?
    var cursor = StreamCursor()
    var limits = StreamLimits()
    /// What a further member would begin with.
    var memberSearch: MemberSearch?
    /// Further parts may be found in what is left of this one.
    var mayBeSplit = false
    /// The input block that the decoder has not used up, and where it goes on in it.
    var input: (segment: Segment, start: Int)?
    /// The room for output that is not full yet.
    var output: OutputRoom?
    /// Bytes that the action in hand read and hashed in one go.
    var directByteCount: UInt64 = 0
    /// What the action in hand read and decoded; handed to the chains when it ends.
    var newInputs: [Segment] = []
    var newOutputs: [Segment] = []
    /// Blocks that the decoder no longer needs.
    var released: [BlockIndex] = []

    /// What happens to what a part makes.
    enum Role {
        /// It goes to the chains.
        case leads
        /// It is kept until the part leads.
        case follows
        /// All of it went to the chains, and another part leads.
        case passedOn
    }

    /// What reading this blob means at the moment.
    enum Stage {
        case unopened
        /// Open, and announced to the storage; nothing of it was read.
        case opened
        /// Bytes are hashed as they lie: plain blobs, opaque ones, and what is left of a stream that ended early.
        case plain
        case decoding
    }

    /// Room that a stream is decoded into, and how far that has come.
    struct OutputRoom {
        let block: BlockIndex
        let memory: UnsafeMutableRawBufferPointer
        var count = 0
    }

    /// How many segments of a blob may wait at once. With 3, 4 or 16 no kind of image is faster
    /// beyond what the machine's noise is (docs/performance.md).
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

    /// Makes the part that goes on with `work`, which the caller has, from `offsetBytes` to its end.
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

    /// True if a worker may read on. Asked under the lock. How much parts that follow may keep is not theirs to tell.
    var isReadyToRead: Bool {
        !isBusy && !isReadDone && memoryTicket == nil
            && (role == .follows || pendingSegmentCount < Self.maximumPendingBlockCount)
    }

    /// The digest to compute while the blob is read, where that can be done in one go: it is read as it lies, and nothing of it
    /// waits for another digest. Asked under the lock, of a blob that nobody reads.
    var directMethod: DigestMethod? {
        guard isPlain, pendingSegmentCount == 0 else { return nil }
        return compressedChains.first?.method
    }

    /// True if it is read as it lies, for one digest. Asked as above.
    var isPlain: Bool { stage == .plain && decoder == nil && compressedChains.count == 1 }

    /// True if the action in hand may add another block to what waits for digests.
    var hasRoomInAction: Bool { newInputs.count + newOutputs.count < Self.maximumPendingBlockCount }

    /// True if the decoder has not used a block of input up. Asked under the lock, of a part that nobody reads.
    func isDecoding(_ segment: Segment) -> Bool { input?.segment.block == segment.block }

    /// True if nothing more will happen to the blob or the part. Asked under the lock; while it is busy,
    /// `isReadDone` belongs to the worker.
    var isFinished: Bool {
        guard !isBusy, isReadDone, pendingSegmentCount == 0, previous == nil else { return false }
        switch role {
        case .leads: return next == nil
        case .follows: return false
        case .passedOn: return true
        }
    }

    /// The bytes that are left of this part; `remainingByteCount` are those that are left of the blob.
    var partByteCount: UInt64 { endOffset > 0 ? endOffset - min(offsetBytes, endOffset) : remainingByteCount }

    /// True where reading failed, so that nothing of the blob will be read any more. Asked while nobody reads.
    var isAbandoned: Bool {
        switch facts.reading {
        case .complete, .cutOff: false
        case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .unsupportedEntry, .unindexed, .unreadable,
            .changed, .oversized,
            .cancelled:
            true
        }
    }

    /// True if this part, read to its end, ended between two members, so that the next one goes on with the stream just as
    /// this one would have: `next` began where it had to, and had as much left of what a stream may cost.
    func isContinued(by next: BlobWork) -> Bool {
        guard !isAbandoned, stage == .decoding, cursor.ending == nil, decoder?.isAtBoundary == true else {
            return false
        }
        return cursor.producedByteCount + next.cursor.producedByteCount <= limits.expansionByteCount
    }
}
