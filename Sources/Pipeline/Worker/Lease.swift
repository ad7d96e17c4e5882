// layerverify: what a worker may touch.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel

/// What one worker may touch until it completes its action: chunks, consumers and blocks.
///
/// It cannot be copied, and each worker has one place for it, so a chunk has one owner. The chunks are in an array,
/// which cannot hold values that are not copyable; they are objects that were moved out of their `ScheduledChunk`.
struct Lease: ~Copyable {
    let kind: LeaseKind
    /// The chunks to read.
    var team: [Chunk] = []
    /// A chunk to open, so that the storage fetches its beginning.
    var prefetch: Chunk?
    /// The search for further chunks, after the team was read.
    var split: SplitTask?
    /// The chunks to join.
    var joint: Joint?
    /// The slices to pass to consumers; while a team is read, to interleave with decoding.
    var consuming = ConsumerJobs()
    /// The digest of each chunk of the team, for `readAndHash`.
    var direct: [DigestConsumer] = []
    /// Blobs to read from beginning to end, and what was read.
    var small: [BlobRequest] = []
    var smallResults: [SmallResult] = []
    /// The blocks that it may take.
    var blocks: BlockAllowance

    init(_ kind: LeaseKind, _ blocks: consuming BlockAllowance) {
        self.kind = kind
        self.blocks = blocks
    }

    /// Takes a block.
    mutating func takeBlock(_ pipeline: Pipeline) -> BlockIndex { blocks.take { pipeline.takePromisedBlock() } }

    enum SmallResult {
        case read(BlobFacts)
        /// The blob must be read in chunks: it is too large, or its decoder found no memory.
        case tooLarge(byteCount: UInt64)
    }
}

/// What a worker does with a lease.
package enum LeaseKind: Sendable {
    /// Pass slices to consumers.
    case consume
    /// Read and decode a block of each chunk of a team.
    case read
    /// Read uncompressed blobs, and pass what is read to their consumers.
    case readAndHash
    /// Read small blobs from beginning to end.
    case readSmall
    /// Confirm that a chunk continues the one before it.
    case join
}

/// A chunk that has stopped at exactly the block with which the next one begins. Both are leased.
struct Joint {
    let head: Chunk
    let next: Chunk
    /// What the next chunk has decoded in two planes.
    let kept: [BlockSlice]
}

/// The search for boundaries at which the unread rest of a chunk may be cut.
struct SplitTask {
    /// The chunk; it need not be in the team.
    let chunk: Chunk
    let wantedCount: Int
    /// The number of compressed bytes that the new chunks, without the last, may have together.
    var wantedByteCount = UInt64.max
    /// For blocks: the distance of the beginnings of two chunks, no boundary before this offset, and the number of bytes to
    /// look through for one.
    var chunkByteCount: UInt64 = 0
    var startOffset: UInt64 = 0
    var searchByteCount: UInt64 = 0
    /// The number of bytes that were looked through without finding a boundary.
    var searchedByteCount: UInt64 = 0
    /// The chunks that were found, each the continuation of the previous one.
    var found: [Chunk] = []
}
