// layerverify: reads a compressed stream in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// Reads a gzip stream, and cuts it at blocks that are guessed.
struct StreamPartReader {
    private let base: any SequentialSource
    private let pool: StreamPartPool
    private let finder: GzipBlockFinder
    /// Bytes that were read and belong to the next part, and the offset of the first of them.
    private(set) var rest: [UInt8] = []
    private(set) var restOffset: UInt64 = 0
    private var nextBit: UInt64 = 0
    private var isNextGuess = false
    /// The source has ended, or failed with `fault`.
    private(set) var isAtEnd = false
    private(set) var fault: SourceFault?
    /// The number of bytes that were read.
    private(set) var byteCount: UInt64 = 0
    /// The number of bytes in which no boundary was found.
    private(set) var searchedInVainByteCount: UInt64 = 0

    init(_ base: any SequentialSource, _ pool: StreamPartPool, _ finder: GzipBlockFinder) {
        self.base = base
        self.pool = pool
        self.finder = finder
    }

    /// True if no part is left.
    var isEmpty: Bool { isAtEnd && rest.isEmpty }

    /// Reads the next part into a slot; nil if none is left.
    ///
    /// - Parameter cuts: whether its end should be where a block begins. Otherwise, and if no block is found, the decoder of
    ///   this part continues in the next one.
    mutating func next(into slot: Int, cuts: Bool) -> StreamPart? {
        let room = unsafe pool.input(slot)
        let restByteCount = rest.count
        unsafe rest.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
        let byteCount = unsafe read(into: room, from: restByteCount, to: pool.readByteCount)
        guard byteCount > 0 else { return nil }
        let startOffset = restOffset
        var (end, stopBit) = (byteCount, UInt64.max)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<byteCount])
        let (beginBit, isGuess) = (nextBit, isNextGuess)
        if !isAtEnd || byteCount > pool.partByteCount + pool.partByteCount / 2 {
            end = min(pool.partByteCount, byteCount)
            if cuts {
                let searchEnd = min(end + StreamPartPool.searchByteCount, byteCount)
                if let bit = unsafe finder.firstBoundary(in: bytes, end..<searchEnd),
                    bit < UInt64(byteCount: byteCount) * 8
                {
                    stopBit = startOffset * 8 + bit
                    end = Int(bit / 8)
                } else {
                    searchedInVainByteCount += UInt64(byteCount: searchEnd - end)
                    end = searchEnd
                }
            }
        }
        unsafe rest = Array(bytes[end...])
        restOffset = startOffset + UInt64(byteCount: end)
        isNextGuess = stopBit != .max
        nextBit = isNextGuess ? stopBit : restOffset * 8
        // The byte in which the next part begins belongs to both.
        if isNextGuess, stopBit % 8 != 0 { end += 1 }
        return unsafe StreamPart(
            slot: slot, input: UnsafeRawBufferPointer(rebasing: bytes[..<end]), startOffset: startOffset,
            beginBit: beginBit, stopBit: stopBit, isGuess: isGuess)
    }

    /// Fills a room up to `goal` bytes; fewer only at the end. Returns: how many there are.
    ///
    /// A source loses bytes of a read that fails. The pieces are those in which a stream is read without parts, so that the
    /// same bytes are decoded in any case.
    private mutating func read(into room: UnsafeMutableRawBufferPointer, from start: Int, to goal: Int) -> Int {
        var count = start
        while count < goal, !isAtEnd {
            let block = BlockPool.blockByteCount
            let piece = min(goal - count, block - Int(byteCount % UInt64(byteCount: block)))
            do throws(SourceFault) {
                // SAFETY: the piece is within the room.
                let pieceRoom = unsafe UnsafeMutableRawBufferPointer(rebasing: room[count..<count + piece])
                let readCount = unsafe try base.read(into: pieceRoom)
                isAtEnd = readCount < piece
                count += readCount
                byteCount += UInt64(byteCount: readCount)
            } catch {
                fault = error
                isAtEnd = true
            }
        }
        return count
    }
}
