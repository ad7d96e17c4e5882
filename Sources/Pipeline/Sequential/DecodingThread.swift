// layerverify: a thread that decodes the blobs of a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// Decodes blobs on a thread of its own, one after another, while the caller reads what follows and hashes it as stored.
///
/// The caller fills `room` and passes it on. It waits if the thread is some blocks behind. The thread ends when the object is
/// released.
///
/// Memory: that of `BlockQueue`, and `StreamPartResources` from the first gzip stream on.
///
/// ## Concurrency
/// One thread at a time calls the methods. It never waits for anything but the thread, which waits for blocks of the
/// caller and for the workers that decode parts. `end` and `discard` return when the thread does not use the decoding any
/// more.
final class DecodingThread {
    private let queue: BlockQueue
    /// The block that the caller fills.
    private var filling: BlockIndex = 0
    /// A blob was begun and has not ended.
    private(set) var isBusy = false

    /// Starts the thread.
    ///
    /// - Parameter inParts: whether gzip streams may be decoded in parts.
    ///
    /// Returns nil if there is no memory, or if the thread cannot be started.
    init?(_ options: PipelineOptions, inParts: Bool) {
        guard let queue = BlockQueue() else { return nil }
        self.queue = queue
        let isStarted = SystemThread.start {
            if options.isNice { BackgroundPriority.adopt() }
            Self.run(queue, options, inParts: inParts)
        }
        guard isStarted else { return nil }
    }

    deinit {
        discard()
        queue.close()
    }

    /// The block to fill next.
    var room: UnsafeMutableRawBufferPointer { unsafe queue.pool[filling] }

    /// Begins a blob, whose first block is elsewhere. The caller must not use `decoding` until `end` or `discard` has returned.
    func begin(_ decoding: BlobDecoding, _ first: UnsafeRawBufferPointer) {
        isBusy = true
        queue.begin(decoding)
        // SAFETY: both are blocks, and the room is the caller's.
        unsafe room.copyMemory(from: first)
        passOn(first.count)
    }

    /// Passes the first bytes of `room` on; waits until another block is free.
    func passOn(_ byteCount: Int) { filling = queue.exchange(filling, byteCount) }

    /// Ends the blob; waits until all of it is decoded.
    func end() {
        guard isBusy else { return }
        queue.end(discarding: false)
        isBusy = false
    }

    /// Gives the blob up; waits until the thread has stopped.
    func discard() {
        guard isBusy else { return }
        queue.end(discarding: true)
        isBusy = false
    }

    private static func run(_ queue: BlockQueue, _ options: PipelineOptions, inParts: Bool) {
        var resources: StreamPartResources?
        var mayMakeResources = inParts
        let (input, output) = unsafe (queue.pool[BlockQueue.inputBlock], queue.pool[BlockQueue.outputBlock])
        while let decoding = queue.next() {
            if mayMakeResources, decoding.compression == .gzip {
                mayMakeResources = false
                resources = StreamPartResources(.gzip, options)
            }
            let source = QueuedBytes(queue)
            do throws(SourceFault) {
                try unsafe decoding.decode(
                    source, resources, input: input, output: output, isCancelled: { queue.isDiscarded })
            } catch {
                // The caller has given the blob up: a queue has no other fault.
            }
            source.release()
            queue.finish()
        }
    }
}

/// The blocks that have been passed on, as a source.
private final class QueuedBytes: SequentialSource {
    private let queue: BlockQueue
    private var current: BlockQueue.FilledBlock?
    private var usedByteCount = 0

    init(_ queue: BlockQueue) { self.queue = queue }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        var count = 0
        while count < buffer.count, let block = try block() {
            let size = min(buffer.count - count, block.byteCount - usedByteCount)
            // SAFETY: the caller owns the buffer during the call, and this source the block; `size` is within both.
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: queue.pool[block.index][usedByteCount..<usedByteCount + size]))
            usedByteCount += size
            count += size
            if usedByteCount == block.byteCount { release() }
        }
        return count
    }

    /// The block that is not used up; nil at the end.
    private func block() throws(SourceFault) -> BlockQueue.FilledBlock? {
        if current == nil { current = try queue.takeFilled() }
        return current
    }

    /// Gives the current block back.
    func release() {
        if let current { queue.release(current.index) }
        current = nil
        usedByteCount = 0
    }
}
