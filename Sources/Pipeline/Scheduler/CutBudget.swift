// layerverify: when it pays to cut a gzip member at its blocks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// What is known about cutting the members of one blob at blocks, and what may still be spent on it.
///
/// A blob is trusted by degrees: at first one chunk near the head is guessed and may keep little, and each chunk that is
/// confirmed allows more, further apart. One that is dropped ends that, so a stream whose guesses are false loses little time.
///
/// Units: bytes. `final` bytes are those of chunks that were the head.
struct CutBudget {
    /// A chunk was begun inside a member, and none was dropped since then.
    private(set) var isCut = false
    private var finalCompressedByteCount: UInt64 = 0
    private var finalByteCount: UInt64 = 0
    /// The same for about the last megabytes.
    private var recentCompressedByteCount: UInt64 = 0
    private var recentByteCount: UInt64 = 0
    private var searchedInVainByteCount: UInt64 = 0
    /// The work for chunks that were dropped (`decodingWork`).
    private var droppedWork: UInt64 = 0
    /// The number of chunks that were confirmed since one was dropped.
    private(set) var confirmedCount = 0
    /// No boundary is looked for before this offset.
    private(set) var searchOffset: UInt64 = 0

    /// The number of compressed bytes after which older ones count half.
    private static let recentLimit: UInt64 = 4 << 20
    /// Content of stored blocks is copied faster than it is hashed, so other chunks are of no use.
    private static let leastExpansion: (numerator: UInt64, denominator: UInt64) = (17, 16)
    private static let mostExpansion: UInt64 = 16
    /// At most 1/64 of the compressed bytes may be looked through in vain, and at most 1/32 of the work of decoding may be
    /// done in vain: both take about 1 % of the time then.
    private static let searchShare: UInt64 = 64
    private static let droppedShare: UInt64 = 32
    /// What a guess costs besides decoding: its search, and 207 KiB of memory for a decoder, take about 0.4 ms.
    private static let guessWork: UInt64 = 1 << 20
    /// The number of bytes that one search looks through: headers of blocks are found in the first 64 KiB of 95 % of real
    /// layers (docs/performance.md).
    private static let leastSearchByteCount: UInt64 = 64 << 10
    private static let mostSearchByteCount: UInt64 = 256 << 10

    /// The number of bytes that the next search may look through; 0 if there should be none.
    var searchByteCount: UInt64 {
        guard recentCompressedByteCount >= UInt64(BlockPool.blockByteCount),
            recentByteCount * Self.leastExpansion.denominator
                >= recentCompressedByteCount * Self.leastExpansion.numerator,
            droppedWork * Self.droppedShare
                <= decodingWork(compressed: finalCompressedByteCount, content: finalByteCount)
        else { return 0 }
        let budget = finalCompressedByteCount / Self.searchShare
        guard searchedInVainByteCount > 0 else {
            return max(Self.leastSearchByteCount, min(budget, Self.mostSearchByteCount))
        }
        let left = budget - min(budget, searchedInVainByteCount)
        return left < Self.leastSearchByteCount ? 0 : min(left, Self.mostSearchByteCount)
    }

    /// The number of chunks that may be ahead.
    var aheadCount: Int { 1 + 2 * min(confirmedCount, 1 << 10) }

    /// The distance of the next chunk from the one before, of which `most` is the usual one. Content of which little could be
    /// kept is not cut earlier than that.
    func chunkByteCount(most: UInt64) -> UInt64 {
        let isLong = recentByteCount > Self.mostExpansion * recentCompressedByteCount
        return isLong ? most : min(most, (256 << 10) << UInt64(min(confirmedCount, 8)))
    }

    /// The number of blocks that each chunk may keep while it is unconfirmed.
    var unconfirmedBlockCount: Int { 8 << (2 * min(confirmedCount, 8)) }

    /// Counts what the head has read.
    mutating func count(compressed byteCount: Int) {
        finalCompressedByteCount += UInt64(byteCount: byteCount)
        recentCompressedByteCount += UInt64(byteCount: byteCount)
    }

    /// Counts what the head has decoded from that.
    mutating func count(content byteCount: Int) {
        finalByteCount += UInt64(byteCount: byteCount)
        recentByteCount += UInt64(byteCount: byteCount)
        guard recentCompressedByteCount > 2 * Self.recentLimit else { return }
        recentCompressedByteCount /= 2
        recentByteCount /= 2
    }

    /// Notes a search that has found `foundCount` boundaries.
    mutating func noteSearch(_ task: SplitTask) {
        searchedInVainByteCount += task.found.isEmpty ? task.searchedByteCount : 0
        searchOffset = max(searchOffset, task.found.isEmpty ? task.startOffset : 0)
        isCut = isCut || !task.found.isEmpty
    }

    /// Notes a chunk that was confirmed.
    mutating func noteConfirmed() { confirmedCount += 1 }

    /// Notes a chunk that was dropped.
    mutating func noteDropped(_ chunk: Chunk) {
        (confirmedCount, isCut) = (0, false)
        guard let stream = chunk.stream else { return }
        droppedWork += Self.guessWork
        droppedWork += decodingWork(
            compressed: stream.cursor.consumedByteCount - stream.cursor.startOffset,
            content: stream.cursor.producedByteCount, blockCount: stream.cutDecoder?.blockCount ?? 0)
        searchOffset = max(searchOffset, stream.cursor.consumedByteCount)
    }
}

/// What decoding costs, in about the time for a byte of content of most layers: literals take as long as short matches, and
/// the tables of a block as long as 2 KiB.
///
/// Without the blocks, a stream whose guesses lead to blocks of 45 bytes without content took 11 times as long as
/// without chunks.
func decodingWork(compressed: UInt64, content: UInt64, blockCount: UInt64 = 0) -> UInt64 {
    compressed + content + 2048 * blockCount
}

/// The places inside members at which chunks were begun.
package struct CutCounts: Equatable, Sendable {
    package var guessedCount = 0
    package var confirmedCount = 0
    package var droppedCount = 0

    package init() {}
}
