// layerverify: blocks on their way from one thread to another.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// The blocks of one blob after another, on their way from the thread that reads a stream to the one that decodes it.
///
/// Memory: seven blocks of 128 KiB.
///
/// ## Concurrency
/// Two threads: the reader calls `begin`, `exchange`, `end` and `close`, the decoder the others. A block belongs to the reader
/// until `exchange`, and to the decoder from `takeFilled` to `release`.
final class BlockQueue: Sendable {
    /// A block, and how many of its bytes are filled.
    struct FilledBlock: Sendable {
        let index: BlockIndex
        let byteCount: Int
    }

    private struct State: Sendable {
        /// The blob that the decoder has not begun.
        var next: BlobDecoding?
        /// The decoder has not ended the blob.
        var isOpen = false
        var filled: [FilledBlock] = []
        var free: [BlockIndex]
        /// No block follows.
        var isAtEnd = false
        /// The blob is given up.
        var isDiscarded = false
        /// No blob follows.
        var isClosed = false
    }

    let pool: BlockPool
    private let state: Monitor<State>

    /// As `ReadAhead`.
    private static let queuedBlockCount = 4
    /// Blocks of the decoder's own. The block after the queued ones is the first that the reader fills.
    static let inputBlock = queuedBlockCount + 1
    static let outputBlock = queuedBlockCount + 2

    /// Returns nil if there is no memory.
    init?() {
        pool = BlockPool(blockCount: Self.queuedBlockCount + 3)
        state = Monitor(State(free: Array(1...Self.queuedBlockCount)))
        guard pool.isAllocated else { return nil }
    }

    // MARK: The reader

    /// Gives a blob to the decoder, which has ended the one before.
    func begin(_ decoding: BlobDecoding) {
        state.withLock { state in
            precondition(!state.isOpen, "one blob at a time")
            state.next = decoding
            (state.isOpen, state.isAtEnd, state.isDiscarded) = (true, false, false)
        }
        state.wakeAll()
    }

    /// Gives a filled block away and waits for one to fill. A decoder that needs no more of the blob takes none.
    func exchange(_ block: BlockIndex, _ byteCount: Int) -> BlockIndex {
        let isTaken = state.withLock { state in
            if state.isOpen { state.filled.append(FilledBlock(index: block, byteCount: byteCount)) }
            return state.isOpen
        }
        guard isTaken else { return block }
        state.wakeAll()
        return state.wait { $0.free.popLast() }
    }

    /// Ends the blob, and waits until the decoder does not use it any more.
    func end(discarding: Bool) {
        state.withLock { state in
            state.isAtEnd = true
            state.isDiscarded = discarding
        }
        state.wakeAll()
        state.wait { $0.isOpen ? nil : () as Void? }
    }

    /// Ends the decoder.
    func close() {
        state.withLock { $0.isClosed = true }
        state.wakeAll()
    }

    // MARK: The decoder

    /// Waits for a blob; nil if none follows.
    func next() -> BlobDecoding? {
        let next = state.wait { (state: inout State) -> BlobDecoding?? in
            if let next = state.next {
                state.next = nil
                return .some(next)
            }
            return state.isClosed ? .some(nil) : nil
        }
        return next
    }

    /// Waits for a block; nil if none follows. Throws: `.cancelled` if the blob is given up.
    func takeFilled() throws(SourceFault) -> FilledBlock? {
        let (block, isDiscarded) = state.wait { (state: inout State) -> (FilledBlock?, Bool)? in
            if state.isDiscarded { return (nil, true) }
            if !state.filled.isEmpty { return (state.filled.removeFirst(), false) }
            return state.isAtEnd ? (nil, false) : nil
        }
        if isDiscarded { throw .cancelled }
        return block
    }

    /// Gives a block back.
    func release(_ block: BlockIndex) {
        state.withLock { $0.free.append(block) }
        state.wakeAll()
    }

    /// Whether the blob is given up.
    var isDiscarded: Bool { state.withLock { $0.isDiscarded } }

    /// Ends the blob, whose bytes are not all taken if the rest of them changes nothing.
    func finish() {
        state.withLock { state in
            for block in state.filled { state.free.append(block.index) }
            state.filled = []
            state.isOpen = false
        }
        state.wakeAll()
    }
}
