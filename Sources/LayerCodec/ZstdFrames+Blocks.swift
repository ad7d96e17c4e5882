// layerverify: the content of zstd frames, block by block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstd
import LayerModel

/// Decodes frames block by block into a ring of its own, in which whoever wants the content finds it.
///
/// A match reaches back as far as the window, so decoded content has to be kept anyway; libzstd's streaming functions keep
/// it out of reach and copy it out, which is a tenth of the whole time of checking zstd layers. The ring is as long as
/// libzstd's own, or as what `StreamOutput.keptCount` outputs take if that is more: what was decoded last is what a window
/// needs, and what is still being hashed.
///
/// ```text
///       putOut   next                              limit    capacity
/// ────────┬───────┬─────────────────────────────────┬──────────┐
///  newest │ to be │           oldest content        │ too few  │
/// content │put out│                                 │for a block
/// ────────┴───────┴─────────────────────────────────┴──────────┘
/// ```
final class ZstdBlockFrames: ZstdFrames {
    private let context: OpaquePointer?
    var isUsable: Bool { context != nil }
    /// The memory of the ring. Larger windows get a new one; the old ones stay, for what they hold may still be wanted.
    private var ring = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var retired: [UnsafeMutableRawBufferPointer] = []
    /// Where the ring ends for this frame.
    private var limit = 0
    /// The most bytes that a block of this frame holds.
    private var blockByteCount = 0
    /// Where the next block goes.
    private var next = 0
    /// Where the content begins that is not put out yet.
    private var putOut = 0
    /// A piece of the frame of which one input had only the beginning.
    private var gathered = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var gatheredByteCount = 0

    /// A full block, and half of one: after a smaller one another fits, so that many small ones are one output.
    private static let roomByteCount = longestBlockByteCount * 3 / 2
    /// Spec: RFC 8878 §3.1.1.2.4.
    private static let longestBlockByteCount = 128 << 10
    /// libzstd copies faster where it may write beyond the end of a block.
    private static let slackByteCount = 64
    /// All outputs that are kept, the one in hand, a block that did not fit before the end.
    private static let leastRingByteCount = (StreamOutput.keptCount + 1) * roomByteCount + 2 * longestBlockByteCount

    /// The corresponding C function is ZSTD_createDCtx.
    init() { context = ZSTD_createDCtx() }

    deinit {
        ZSTD_freeDCtx(context)
        unsafe ring.deallocate()
        for memory in unsafe retired { unsafe memory.deallocate() }
        unsafe gathered.deallocate()
    }

    /// The corresponding C functions are ZSTD_decompressBegin, ZSTD_decodingBufferSize_min and ZSTD_decompressContinue.
    func begin(_ bytes: UnsafeRawBufferPointer, _ header: ZstdFrameHeader) -> DecodeStatus? {
        guard ZSTD_isError(ZSTD_decompressBegin(context)) == 0 else { return .failed(.decoder) }
        var taken = 0
        while taken < bytes.count {
            let wanted = ZSTD_nextSrcSizeToDecompress(context)
            guard wanted > 0, wanted <= bytes.count - taken else { return .failed(.decoder) }
            // SAFETY: libzstd reads as many bytes as it asked for, keeps no address, and writes nothing.
            let code = unsafe ZSTD_decompressContinue(
                context, nil, 0, bytes.baseAddress.map { unsafe $0 + taken }, wanted)
            if ZSTD_isError(code) != 0, case .stopped(let status) = ZstdStep.failed(code) { return status }
            taken += wanted
        }
        gatheredByteCount = 0
        return makeRing(windowByteCount: header.windowByteCount) ? nil : .failed(.decoder)
    }

    private func makeRing(windowByteCount: UInt64) -> Bool {
        // libzstd takes smaller windows for this long.
        let window = max(windowByteCount, 1 << 10)
        blockByteCount = Int(min(window, UInt64(Self.longestBlockByteCount)))
        let wanted = ZSTD_decodingBufferSize_min(window, UInt64.max)
        guard ZSTD_isError(wanted) == 0 else { return false }
        // Room for a block more: literals of the block in hand may lie there, and not all versions count that.
        limit = max(wanted + Self.longestBlockByteCount, Self.leastRingByteCount)
        guard limit > ring.count else { return true }
        if !ring.isEmpty { unsafe retired.append(ring) }
        // Twice as much, so that windows that grow from frame to frame cost no more than the largest does. Memory is taken
        // only as far as it is written to, which is up to `limit`.
        unsafe ring = .allocate(byteCount: max(limit, 2 * ring.count), alignment: 64)
        (next, putOut) = (0, 0)
        return true
    }

    func makeRoom() -> UnsafeMutableRawBufferPointer? {
        guard !ring.isEmpty else { return nil }
        if putOut == next, next + blockByteCount > limit { (next, putOut) = (0, 0) }
        return unsafe UnsafeMutableRawBufferPointer(
            rebasing: ring[putOut..<max(next, min(putOut + Self.roomByteCount, limit))])
    }

    /// The corresponding C functions are ZSTD_nextSrcSizeToDecompress and ZSTD_decompressContinue.
    func decode(_ cursor: inout DecodeCursor) -> ZstdStep {
        while true {
            guard putOutContent(&cursor) else { return .stopped(.outputFull) }
            let wanted = ZSTD_nextSrcSizeToDecompress(context)
            guard wanted > 0 else { return .frameEnded }
            if isInPlace(cursor) {
                // What is put out is one piece, of whole blocks: the ring goes round only between two rooms.
                guard cursor.roomByteCount >= blockByteCount, next + blockByteCount <= limit else {
                    return .stopped(.outputFull)
                }
            } else if next + blockByteCount > limit {
                (next, putOut) = (0, 0)
            }
            guard let piece = unsafe takePiece(wanted, &cursor) else { return .stopped(.needsInput) }
            let roomByteCount = min(blockByteCount + Self.slackByteCount, limit - next)
            // SAFETY: libzstd reads the piece and writes no more than a block and what its copies need, even if the frame
            // says otherwise. It remembers where content lies, which stays allocated as long as this object.
            let code = unsafe ZSTD_decompressContinue(
                context, ring.baseAddress.map { unsafe $0 + next }, roomByteCount, piece.baseAddress, piece.count)
            if ZSTD_isError(code) != 0 { return .failed(code) }
            next += code
        }
    }

    /// True if the cursor's room is where the next block goes.
    private func isInPlace(_ cursor: DecodeCursor) -> Bool {
        unsafe cursor.remainingRoom.baseAddress == ring.baseAddress.map { unsafe $0 + putOut }
    }

    /// Puts out what there is room for; false if something is left.
    private func putOutContent(_ cursor: inout DecodeCursor) -> Bool {
        let byteCount = min(next - putOut, cursor.roomByteCount)
        guard byteCount > 0 else { return putOut == next }
        if !isInPlace(cursor) {
            unsafe cursor.remainingRoom.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: ring[putOut..<putOut + byteCount]))
        }
        cursor.producedByteCount += byteCount
        putOut += byteCount
        return putOut == next
    }

    /// Takes the next `byteCount` bytes of the frame; nil if the input has fewer, which then are gathered.
    ///
    /// The piece is valid until the next call, and no longer than the cursor's input.
    private func takePiece(_ byteCount: Int, _ cursor: inout DecodeCursor) -> UnsafeRawBufferPointer? {
        if gatheredByteCount == 0, cursor.inputByteCount >= byteCount {
            defer { cursor.consumedByteCount += byteCount }
            return unsafe UnsafeRawBufferPointer(rebasing: cursor.remainingInput[..<byteCount])
        }
        if gathered.isEmpty {
            unsafe gathered = .allocate(byteCount: Self.longestBlockByteCount, alignment: 64)
        }
        precondition(byteCount <= gathered.count, "libzstd refuses blocks that are longer")
        let taken = min(byteCount - gatheredByteCount, cursor.inputByteCount)
        if taken > 0 {
            unsafe UnsafeMutableRawBufferPointer(rebasing: gathered[gatheredByteCount...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: cursor.remainingInput[..<taken]))
            cursor.consumedByteCount += taken
            gatheredByteCount += taken
        }
        guard gatheredByteCount == byteCount else { return nil }
        gatheredByteCount = 0
        return unsafe UnsafeRawBufferPointer(rebasing: gathered[..<byteCount])
    }
}
