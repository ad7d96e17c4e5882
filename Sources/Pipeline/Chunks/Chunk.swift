// layerverify: a piece of a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// A piece of a blob, and the state of reading and decoding it.
///
/// Most blobs have one chunk. A blob in which a `ChunkFinder` finds boundaries may have several, each with its own
/// decoder, which are read at the same time. The beginning of a chunk is a guess, and the chunk before it shows whether
/// it was right: if that one ends exactly between two members, the next chunk continues the stream; if not, the next
/// chunk is dropped, and the one before continues over its range. The same holds for a chunk that begins at a block inside
/// a member, but that the one before must have stopped at exactly the bit where the next begins; see `CutDecoder`.
///
/// ## Concurrency
/// Owned by one lease at a time, and by the scheduler between leases (`ScheduledChunk.chunk`).
final class Chunk: @unchecked Sendable {
    // SAFETY: owned by one thread at a time, as described above.
    /// That of its `ScheduledChunk`.
    var id = -1
    let request: BlobRequest
    /// The compressed side: which bytes are read.
    var input: ChunkInput
    var stage = Stage.unopened
    /// How reading ended.
    var ending = ReadEnding.complete
    var compression: Compression?
    /// The stream that is decoded; nil if the bytes are only hashed as stored.
    var stream: ChunkStream?
    /// Finds boundaries in the rest of the chunk; nil if it has none.
    var finder: (any ChunkFinder)?
    /// Takes its place if that finds nothing; nil if it has none.
    var otherFinder: (any ChunkFinder)?
    /// The finder has not looked at the unread rest yet.
    var mayBeSplit = false
    /// Nothing more will be read, and the stream has ended.
    var isReadDone = false
    /// It is unconfirmed, and its stream is damaged: it did not begin at a block, or the chunk before it will find the
    /// damage as well.
    var isRefuted = false
    /// The consumers of the blob, until the scheduler takes them.
    var consumers: BlobConsumers?
    /// The consumers other than digests, if the current lease passes to them what it reads and decodes; nil if that must wait
    /// for what was read before.
    var others: BlobConsumers?
    /// What the current lease read and decoded.
    var output = ChunkOutput()

    /// The state of reading a chunk.
    enum Stage {
        case unopened
        /// The file is open and announced to the storage, but nothing was read.
        case opened
        /// Bytes are hashed as stored: uncompressed blobs, opaque ones, and the rest of a stream that ended early.
        case plain
        case decoding
    }

    init(_ request: BlobRequest) {
        self.request = request
        input = ChunkInput(expectedByteCount: request.expectedByteCount)
    }

    /// Makes the chunk that continues `chunk` from a bit of the blob to the end of its range. The caller owns `chunk`.
    init(continuing chunk: Chunk, atBit beginBit: UInt64, stream: ChunkStream) {
        request = chunk.request
        input = chunk.input.splitOff(atBit: beginBit, isInsideMember: stream.cutDecoder?.isUnconfirmed == true)
        stage = .decoding
        compression = chunk.compression
        finder = chunk.finder
        otherFinder = chunk.otherFinder
        self.stream = stream
    }

    /// True if the bytes are only hashed as stored, and nothing was ever decoded.
    var isPlain: Bool { stage == .plain && stream == nil }

    /// True if the current lease may add another block to those that wait for consumers.
    var hasRoomInLease: Bool { output.inputs.count + output.outputs.count < Blob.maximumWaitingCount }

    /// False if the current lease has read enough: one that is unconfirmed may decode much input to nothing, and takes one
    /// block of it at a time.
    var mayReadInLease: Bool { !isUnconfirmed || output.inputs.isEmpty }

    /// The limit of the blocks of one chunk in one lease: the slices that it adds, and an output block in progress.
    static let blockCountPerLease = Blob.maximumWaitingCount + 1

    /// The same for this chunk: output in two planes takes two blocks.
    var blockCountPerLease: Int {
        stream?.cutDecoder?.isInPlanes == true ? 2 * Self.blockCountPerLease : Self.blockCountPerLease
    }

    /// True if it begins inside a member, and the chunk before has not confirmed that.
    var isUnconfirmed: Bool { stream?.cutDecoder?.isUnconfirmed == true }

    /// Passes what the current lease has read and decoded to the consumers that are not digests.
    func serveOthers() {
        guard let others else { return }
        // SAFETY: the blocks belong to the lease until it is completed.
        for consumer in others.compressed {
            for slice in output.inputs { unsafe consumer.consume(slice.bytes.bytes) }
        }
        for consumer in others.uncompressed {
            for slice in output.outputs { unsafe consumer.consume(slice.bytes.bytes) }
        }
    }

    /// True if reading failed, so that no more of the blob will be read.
    var isAbandoned: Bool { ending.isAbandoned }

    /// True if it is unconfirmed, and its member has ended long before the blob: what it decodes is rather a stream within a
    /// stored block. If it is not, another member follows, which the chunk before decodes as well.
    var endsTooEarly: Bool {
        guard let stream, stream.cutDecoder?.pause == .memberEnded else { return false }
        return stream.cursor.consumedByteCount + 8 < input.blobByteCount
    }

    /// True if this chunk was read to its end and ended between two members, or at exactly the block with which `next`
    /// begins, so that `next` continues the stream exactly as this one would have: it began at the right place, and both
    /// together are within the expansion limit.
    func isContinued(by next: Chunk) -> Bool {
        guard !isAbandoned, stage == .decoding, let stream, let following = next.stream, stream.cursor.ending == nil,
            !next.isRefuted,
            next.isUnconfirmed
                ? stream.stoppedBit == next.input.beginBit && stream.cutDecoder?.hasWholeWindow == true
                : stream.decoder.isAtBoundary
        else { return false }
        let byteCount = stream.cursor.producedByteCount + following.cursor.producedByteCount
        return byteCount <= stream.limits.expansionByteCount
    }
}

/// What a lease read and decoded of a chunk.
struct ChunkOutput {
    var inputs: [BlockSlice] = []
    var outputs: [BlockSlice] = []
    /// Blocks that the chunk no longer needs.
    var released: [BlockIndex] = []
    /// The number of bytes that were read and hashed in one action.
    var directByteCount: UInt64 = 0
    /// Set if the decoder found no memory.
    var memoryTicket: UInt64?

    init() {
        inputs.reserveCapacity(Blob.maximumWaitingCount)
        outputs.reserveCapacity(Blob.maximumWaitingCount)
    }

    mutating func removeAll() {
        inputs.removeAll(keepingCapacity: true)
        outputs.removeAll(keepingCapacity: true)
        released.removeAll(keepingCapacity: true)
        directByteCount = 0
        memoryTicket = nil
    }
}

/// The stream that a chunk decodes.
final class ChunkStream {
    let codec: Codec
    let decoder: any StreamDecoder
    /// The same decoder, if it can be cut inside a member.
    let cutDecoder: (any CutDecoder)?
    let limits: StreamLimits
    var cursor: StreamCursor
    /// The input slice that the decoder has not used up, and the position in it.
    var input: (slice: BlockSlice, start: Int)?
    /// The output block that is not full yet.
    var output: OutputRoom?

    /// An output block, and how much of it is filled.
    struct OutputRoom {
        let block: BlockIndex
        let memory: UnsafeMutableRawBufferPointer
        /// The block of the second plane, for a decoder that is in planes.
        var second: (block: BlockIndex, memory: UnsafeMutableRawBufferPointer)?
        var count = 0
    }

    /// Begins a stream at an offset of the blob, in bytes.
    convenience init(_ codec: Codec, _ options: CodecOptions, limits: StreamLimits, atByte offsetBytes: UInt64 = 0) {
        self.init(codec, decoder: codec.begin(options), limits: limits, atByte: offsetBytes)
    }

    init(_ codec: Codec, decoder: any StreamDecoder, limits: StreamLimits, atByte offsetBytes: UInt64) {
        self.codec = codec
        self.decoder = decoder
        cutDecoder = decoder as? any CutDecoder
        self.limits = limits
        cursor = StreamCursor(beginningAt: offsetBytes)
    }

    /// The bit of the blob at which the decoder has stopped; nil if it has not.
    var stoppedBit: UInt64? {
        guard case .stopped(let bit)? = cutDecoder?.pause else { return nil }
        return cursor.startOffset * 8 + bit
    }

    /// True if the decoder has not used up a slice of input.
    func isDecoding(_ slice: BlockSlice) -> Bool { input?.slice.block == slice.block }
}

extension ReadEnding {
    /// True if the bytes of the file were not read to their end.
    var isAbandoned: Bool {
        switch self {
        case .complete, .cutOff: false
        case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .unsupportedEntry, .unindexed, .unreadable,
            .changed, .oversized, .cancelled:
            true
        }
    }
}
