// layerverify: one blob in the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// One blob that is being read.
///
/// Its bytes are read by chunks, in the order of the blob. The first one is the head: what it reads and decodes goes to
/// the consumers. The others are ahead: what they make is kept until they are the head.
///
/// ## Concurrency
/// Guarded by the scheduler's lock. A finished blob belongs to the worker that computes its facts.
final class Blob: @unchecked Sendable {
    // SAFETY: every field is guarded as described above.
    let request: BlobRequest
    /// Its place in the order of blobs that were begun.
    let index: Int
    /// The chunks that are not finished, in the order of their ranges.
    var chunks: [ScheduledChunk] = []
    var compressed: [ConsumerTask] = []
    var uncompressed: [ConsumerTask] = []
    /// The consumers that are not digests.
    private var others = BlobConsumers()
    /// The number of slices that wait for a consumer or are with one, each counted once for each of its consumers.
    var waitingCount = 0
    /// The number of blocks that are counted for it (`BlockLedger`).
    var blockCount = 0
    /// The number of bytes that it contributes to the total of the progress.
    var countedByteCount: UInt64
    /// A chunk did not begin where the one before it ended; no further ones are looked for between members.
    var hasMisleadingChunk = false
    /// What is known about cutting its members at blocks.
    var cuts = CutBudget()

    /// The number of waiting slices from which the head is not read any further. With 3, 4 or 16 the difference to 8 is
    /// within the noise for every kind of image (docs/performance.md).
    static let maximumWaitingCount = 8

    /// The same for a blob that is cut, as long as its chunks keep less than they may: what was decoded ahead arrives all at
    /// once.
    static let maximumCutWaitingCount = 128

    /// The number of waiting slices of a blob that is cut from which its digests are computed alone, which is faster.
    static let maximumInterleavedCount = 64

    init(_ request: BlobRequest, index: Int) {
        self.request = request
        self.index = index
        countedByteCount = request.expectedByteCount
    }

    var head: ScheduledChunk? { chunks.first }

    /// The digest with which the blob can be hashed while it is read; nil if it has several, or if a slice waits.
    var directDigest: DigestConsumer? { waitingCount == 0 ? onlyDigest : nil }

    /// The only digest of its bytes; nil if there are several or if it is decoded. Digests are the first consumers.
    var onlyDigest: DigestConsumer? {
        guard head?.chunk?.isPlain == true, compressed.count < 2 || compressed[1].digest == nil else { return nil }
        return compressed.first?.digest
    }

    /// The consumers that are not digests, for the lease that reads the head; nil if slices from before wait for them.
    var idleOthers: BlobConsumers? {
        for task in compressed where task.digest == nil && !task.isIdle { return nil }
        for task in uncompressed where task.digest == nil && !task.isIdle { return nil }
        return others
    }

    func begin(_ consumers: BlobConsumers) {
        others = consumers.others
        compressed = consumers.compressed.map { ConsumerTask($0, of: self) }
        uncompressed = consumers.uncompressed.map { ConsumerTask($0, of: self) }
    }
}

/// A chunk in the scheduler.
///
/// The chunk itself is moved into a lease and out of it again, so that no transition can read what a worker may be
/// changing: there is nothing to read.
///
/// ## Concurrency
/// Guarded by the scheduler's lock.
final class ScheduledChunk: @unchecked Sendable {
    // SAFETY: every field is guarded as described above.
    /// Identifies the chunk among all of the run.
    let id: Int
    let blob: Blob
    /// The chunk; nil while a lease has it.
    private(set) var chunk: Chunk?
    /// It is among the chunks that a worker may take to continue reading.
    var isQueued = false
    /// It is not the head of its blob: what it makes is kept.
    var isAhead: Bool
    /// What it has read and decoded while it is ahead.
    var keptInputs: [BlockSlice] = []
    var keptOutputs: [BlockSlice] = []
    /// The offset in the blob up to which it had read when its last lease ended.
    private(set) var offsetBytes: UInt64
    /// Set if the decoder stopped because of a lack of memory: `WindowBudget.releaseCount` from before it tried.
    var memoryTicket: UInt64?

    init(_ chunk: Chunk, id: Int, of blob: Blob, isAhead: Bool = false) {
        self.id = id
        self.blob = blob
        self.chunk = chunk
        self.isAhead = isAhead
        offsetBytes = chunk.input.offsetBytes
        chunk.id = id
    }

    /// Moves the chunk into a lease.
    func takeChunk() -> Chunk {
        guard let taken = chunk.take() else { preconditionFailure("a chunk is in one lease at a time") }
        return taken
    }

    /// Moves the chunk back from a lease.
    func end(_ chunk: Chunk) {
        precondition(self.chunk == nil && chunk.id == id, "a lease ends once")
        self.chunk = chunk
        offsetBytes = chunk.input.offsetBytes
    }

    var isLeased: Bool { chunk == nil }

    /// True if it begins inside a member, and has done what it may before that is confirmed. It is measured in the blocks of the
    /// pool that it keeps; 64 headers in the stream count as one of them, since they take as long (`decodingWork`).
    private func mustBeConfirmed(_ chunk: Chunk) -> Bool {
        guard chunk.isUnconfirmed, let decoder = chunk.stream?.cutDecoder else { return false }
        let keptCount = keptInputs.count + keptOutputs.reduce(0) { $0 + ($1.secondPlane == nil ? 1 : 2) }
        return keptCount + Int(clamping: decoder.blockCount / 64) >= blob.cuts.unconfirmedBlockCount
    }

    /// True if a worker may continue reading. The limit for all chunks that are ahead is checked elsewhere.
    var isReady: Bool {
        guard let chunk, !chunk.isReadDone, memoryTicket == nil else { return false }
        guard !isAhead else { return !mustBeConfirmed(chunk) }
        return blob.waitingCount < (blob.cuts.isCut ? Blob.maximumCutWaitingCount : Blob.maximumWaitingCount)
    }
}
