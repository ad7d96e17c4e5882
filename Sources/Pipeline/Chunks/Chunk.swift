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
/// chunk is dropped, and the one before continues over its range.
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
    /// The finder has not looked at the unread rest yet.
    var mayBeSplit = false
    /// Nothing more will be read, and the stream has ended.
    var isReadDone = false
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
        input = chunk.input.splitOff(atBit: beginBit)
        stage = .decoding
        compression = chunk.compression
        finder = chunk.finder
        self.stream = stream
    }

    /// True if the bytes are only hashed as stored, and nothing was ever decoded.
    var isPlain: Bool { stage == .plain && stream == nil }

    /// True if the current lease may add another block to those that wait for consumers.
    var hasRoomInLease: Bool { output.inputs.count + output.outputs.count < Blob.maximumWaitingCount }

    /// The limit of the blocks of one chunk in one lease: the slices that it adds, and an output block in progress.
    static let blockCountPerLease = Blob.maximumWaitingCount + 1

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

    /// True if this chunk was read to its end and ended between two members, so that `next` continues the stream exactly
    /// as this one would have: it began at the right offset, and both together are within the expansion limit.
    func isContinued(by next: Chunk) -> Bool {
        guard !isAbandoned, stage == .decoding, let stream, let following = next.stream, stream.cursor.ending == nil,
            stream.decoder.isAtBoundary
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
        var count = 0
    }

    /// Begins a stream at an offset of the blob, in bytes.
    init(_ codec: Codec, _ options: CodecOptions, limits: StreamLimits, atByte offsetBytes: UInt64 = 0) {
        self.codec = codec
        decoder = codec.begin(options)
        self.limits = limits
        cursor = StreamCursor(beginningAt: offsetBytes)
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
