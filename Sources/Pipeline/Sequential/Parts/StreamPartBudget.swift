// layerverify: when it pays to decode a stream in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// What is known about decoding a stream in parts, and what may still be spent on it.
struct StreamPartBudget {
    /// For tests: nothing is limited.
    let isUnlimited: Bool
    private var recentCompressedByteCount: UInt64 = 0
    private var recentByteCount: UInt64 = 0
    private var headWork: UInt64 = 0
    /// The work for parts that were dropped (`decodingWork`).
    private var droppedWork: UInt64 = 0
    /// The number of parts that were confirmed since one was dropped.
    private var confirmedCount = 0
    /// The content and the blocks of all that were confirmed.
    private var confirmedByteCount: UInt64 = 0
    private var blockCount: UInt64 = 0

    /// What may be spent in vain in any case.
    private static let freeSearchByteCount: UInt64 = 256 << 10
    private static let freeWork: UInt64 = 1 << 20
    private static let leastBlockCount: UInt64 = 100
    private static let leastBlockByteCount: UInt64 = 1 << 10

    init(isUnlimited: Bool) { self.isUnlimited = isUnlimited }

    /// Counts what the head has read and decoded.
    mutating func note(compressed: Int, content: Int) {
        recentCompressedByteCount += UInt64(byteCount: compressed)
        recentByteCount += UInt64(byteCount: content)
        headWork += decodingWork(compressed: UInt64(byteCount: compressed), content: UInt64(byteCount: content))
        guard recentCompressedByteCount > 8 << 20 else { return }
        recentCompressedByteCount /= 2
        recentByteCount /= 2
    }

    mutating func note(confirmed part: StreamPart) {
        confirmedCount += 1
        confirmedByteCount += UInt64(byteCount: part.outputByteCount)
        blockCount += part.decoder?.blockCount ?? 0
    }

    /// True if the blocks are so short that zlib alone takes less time for them: it makes smaller tables. With 450 bytes in each
    /// this decoder takes 1.7 times as long.
    var hasShortBlocks: Bool {
        !isUnlimited && blockCount > Self.leastBlockCount && blockCount * Self.leastBlockByteCount > confirmedByteCount
    }

    mutating func note(dropped part: StreamPart) {
        confirmedCount = 0
        droppedWork += decodingWork(
            compressed: UInt64(byteCount: part.usedByteCount), content: UInt64(byteCount: part.outputByteCount),
            blockCount: part.decoder?.blockCount ?? 0)
    }

    /// The number of guessed parts that may be decoded before they are confirmed: few until guesses were right.
    var guessCount: Int { isUnlimited ? .max : 1 + 2 * min(confirmedCount, 1 << 10) }

    /// Whether the end of the next part is looked for: not where content expands by less than 17/16, which is copied
    /// faster than it is hashed, not if more than 1/64 of the bytes were looked through in vain, and not if more than 1/32 of
    /// the work was done in vain.
    func allowsGuess(readByteCount: UInt64, vain searchedByteCount: UInt64) -> Bool {
        if isUnlimited { return true }
        return recentByteCount * 16 >= recentCompressedByteCount * 17
            && searchedByteCount <= readByteCount / 64 + Self.freeSearchByteCount
            && droppedWork <= headWork / 32 + Self.freeWork
    }
}
