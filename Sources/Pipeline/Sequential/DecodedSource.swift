// layerverify: a compressed stream as a source of bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
package import LayerModel
package import LayerSystem
import SystemPackage

/// The bytes that a compressed source decodes to.
///
/// A damaged stream ends where decoding stopped; `ending` says why. A stream that reaches a limit of the options throws
/// `.stopped`.
///
/// With more than one job a gzip stream is decoded in several places at once (`StreamParts`), which only finds out that it is
/// intact. The reference decoder decides in all other cases.
package final class DecodedSource: DecodedStream {
    private var base: any SequentialSource
    private var stream: SequentialStream
    private let options: PipelineOptions
    /// A block of input, and one for output that is not passed on.
    private let blocks = BlockPool(blockCount: 2)
    private var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// False while the decoder may have more output without more input.
    private var needsInput = true
    /// Nil if the stream is not decoded in parts, or not any more.
    private var parts: StreamParts?
    /// What `stream` decodes again, since the parts have passed it on.
    private var repeated = RunningChecksum()
    package private(set) var ending: StreamEnding?
    package private(set) var compressedByteCount: UInt64 = 0
    /// How many parts were guessed, confirmed and dropped.
    package private(set) var partCounts = CutCounts()

    /// - Returns: nil if no codec decodes the compression.
    package init?(_ base: any SequentialSource, _ compression: Compression, options: PipelineOptions) {
        guard let stream = SequentialStream(compression, .onePass, options: options) else { return nil }
        self.base = base
        self.stream = stream
        self.options = options
        parts = StreamParts(base, compression, options)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        guard blocks.isAllocated else { throw .failed(.noMemory) }
        var count = 0
        if let parts { count = try unsafe read(parts, into: buffer) }
        while count < buffer.count, ending == nil {
            // SAFETY: the caller owns the buffer during the call; `count` is less than its size.
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            count += unsafe try decode(into: room)
        }
        guard !(ending?.leavesOpen ?? false) else { throw .stopped }
        return count
    }

    /// Decodes some of the stream. Returns: the number of bytes in `room`.
    private func decode(into room: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        if needsInput, try !readInput() {
            finish()
            return 0
        }
        let step = unsafe stream.decode(&input, into: room)
        needsInput = step.status == .needsInput
        if stream.ending != nil { try end() }
        return step.byteCount
    }

    /// Ends before the input does.
    private func end() throws(SourceFault) {
        if case .trailingBytes = stream.ending {
            while try readInput() { unsafe stream.scanTrailing(input) }
        }
        finish()
    }

    private func finish() { ending = stream.finish().ending.disputed(by: stream.strictEnding) }

    /// Returns: false at the end of the compressed bytes.
    private func readInput() throws(SourceFault) -> Bool {
        let block = unsafe blocks[0]
        // Blocks begin at multiples of their size, wherever decoding began.
        let room = block.count - Int(compressedByteCount % UInt64(byteCount: block.count))
        let count = unsafe try base.read(into: UnsafeMutableRawBufferPointer(rebasing: block[..<room]))
        unsafe input = UnsafeRawBufferPointer(rebasing: block[..<count])
        compressedByteCount += UInt64(byteCount: count)
        stream.setCompressedByteCount(compressedByteCount)
        if stream.ending == nil { unsafe stream.check(input, scratch: blocks[1]) }
        return count > 0
    }

    // MARK: Parts

    private func read(_ parts: StreamParts, into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let progress = try unsafe parts.read(into: buffer)
        partCounts = parts.counts
        switch progress {
        case .decoded(let byteCount):
            if parts.isComplete {
                ending = .complete
                compressedByteCount = parts.compressedByteCount
                self.parts = nil
            }
            return byteCount
        case .handsOver(let byteCount, let handover):
            self.parts = nil
            stream = SequentialStream(handover, options: options)
            base = handover.source
            compressedByteCount = handover.startOffset
            try skip(handover.passedOn)
            return byteCount
        }
    }

    /// Decodes what was passed on. If it is not the same, the decoder of the parts is wrong, and nothing is known.
    private func skip(_ passedOn: RunningChecksum) throws(SourceFault) {
        let scratch = unsafe blocks[1]
        while repeated.byteCount < passedOn.byteCount, ending == nil {
            let roomByteCount = ByteMath.clamp(passedOn.byteCount - repeated.byteCount, to: scratch.count)
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[..<roomByteCount])
            let count = unsafe try decode(into: room)
            unsafe repeated.add(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count]))
        }
        if repeated != passedOn { ending = .corrupt(atByte: compressedByteCount, .decoder) }
    }
}

extension StreamEnding {
    /// True if it is unknown whether the stream is intact, and the rest of it was not decoded.
    fileprivate var leavesOpen: Bool {
        switch self {
        case .windowTooLarge, .expansionLimit, .unsupported, .unread, .corrupt(_, .decoder): true
        case .complete, .truncated, .corrupt, .trailingBytes, .disputed: false
        }
    }
}
