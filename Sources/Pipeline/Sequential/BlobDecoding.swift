// layerverify: decoding of one blob whose bytes arrive in order.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// Decodes one blob, and passes the content on to the consumers of its uncompressed side.
///
/// ## Concurrency
/// One thread at a time. A `DecodingThread` has it from `DecodingThread.begin` until `end` or `discard` has returned.
final class BlobDecoding: @unchecked Sendable {
    // SAFETY: see above. The lock of the thread's queue is taken each time that it changes hands.

    let compression: Compression
    private var stream: SequentialStream
    let consumers: [any BlockConsumer]
    /// The size of the blob; nil if it is not known.
    let byteCount: UInt64?
    /// The content that parts have passed on and the reference decoder decodes again, and how much of it that has decoded.
    private var passedOn = RunningChecksum()
    private var repeated = RunningChecksum()
    /// The number of bytes of content of a stream that parts have found intact.
    private var intactByteCount: UInt64?
    /// How many parts were guessed, confirmed and dropped.
    var partCounts = CutCounts()

    init(_ compression: Compression, _ stream: SequentialStream, _ consumers: [any BlockConsumer], byteCount: UInt64?) {
        self.compression = compression
        self.stream = stream
        self.consumers = consumers
        self.byteCount = byteCount
    }

    /// Decodes all of a block, with as many blocks of output as needed.
    ///
    /// - Parameters:
    ///   - arrivedByteCount: the number of bytes of the blob up to the end of the block.
    ///   - output: is overwritten.
    ///   - isCancelled: called once for each block of output.
    func take(
        _ block: UnsafeRawBufferPointer, arrivedByteCount: UInt64, output: UnsafeMutableRawBufferPointer,
        isCancelled: () -> Bool
    ) -> SequentialBlob.BlockEnd {
        stream.setCompressedByteCount(byteCount ?? arrivedByteCount)
        if stream.ending == nil { unsafe stream.check(block, scratch: output) }
        unsafe stream.scanTrailing(block)
        var rest = unsafe block
        while stream.ending == nil {
            guard !isCancelled() else { return .cancelled }
            let (count, status) = unsafe stream.decode(&rest, into: output)
            unsafe passOn(UnsafeRawBufferPointer(rebasing: output[..<count]))
            if status == .needsMemory { return .memoryShort }
            if status == .needsInput { break }
        }
        return .blockUsed
    }

    /// Passes content on, unless it was passed on before.
    func passOn(_ content: UnsafeRawBufferPointer) {
        let repeatedCount = ByteMath.clamp(passedOn.byteCount - repeated.byteCount, to: content.count)
        if repeatedCount > 0 { unsafe repeated.add(UnsafeRawBufferPointer(rebasing: content[..<repeatedCount])) }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: content[repeatedCount...])
        for consumer in consumers { unsafe consumer.consume(rest.bytes) }
    }

    /// The parts have found the stream intact, with this number of bytes of content.
    func setIntact(_ byteCount: UInt64) { intactByteCount = byteCount }

    /// The reference decoder continues what parts have begun.
    func `continue`(_ handover: StreamHandover, options: PipelineOptions) {
        stream = SequentialStream(handover, options: options)
        passedOn = handover.passedOn
    }

    /// Whether further bytes of the blob can change anything.
    var needsMore: Bool {
        switch stream.ending {
        case nil, .trailingBytes: true
        case .complete, .truncated, .corrupt, .windowTooLarge, .expansionLimit, .unsupported, .unread, .disputed: false
        }
    }

    /// Ends the blob after its last byte.
    ///
    /// - Returns: how the stream ended for the decoder, and the number of bytes that were decoded.
    func finish() -> (ending: StreamEnding, byteCount: UInt64) {
        let (ending, byteCount) = stream.finish()
        if let intactByteCount { return (.complete, intactByteCount) }
        // If the reference decoder decodes something else, that of the parts is wrong, and nothing is known.
        return (repeated == passedOn ? ending : .corrupt(atByte: stream.consumedByteCount, .decoder), byteCount)
    }

    /// How the stream ended for the strict decoder.
    var strictEnding: StreamEnding? { stream.strictEnding }
}
