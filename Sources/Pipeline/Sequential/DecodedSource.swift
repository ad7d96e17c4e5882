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
package final class DecodedSource: DecodedStream {
    private let base: any SequentialSource
    private var stream: SequentialStream
    /// A block of input, and one for the output of the strict decoder.
    private let blocks = BlockPool(blockCount: 2)
    private var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// False while the decoder may have more output without more input.
    private var needsInput = true
    package private(set) var ending: StreamEnding?
    package private(set) var compressedByteCount: UInt64 = 0

    /// - Returns: nil if no codec decodes the compression.
    package init?(_ base: any SequentialSource, _ compression: Compression, options: PipelineOptions) {
        guard let stream = SequentialStream(compression, .onePass, options: options) else { return nil }
        self.base = base
        self.stream = stream
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        guard blocks.isAllocated else { throw .failed(.noMemory) }
        var count = 0
        while count < buffer.count, ending == nil {
            if needsInput, try !readInput() {
                finish()
                break
            }
            // SAFETY: the caller owns the buffer during the call; `count` is less than its size.
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let step = unsafe stream.decode(&input, into: room)
            count += step.byteCount
            needsInput = step.status == .needsInput
            if stream.ending != nil { try end() }
        }
        guard !(ending?.leavesOpen ?? false) else { throw .stopped }
        return count
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
        let count = unsafe try base.read(into: block)
        unsafe input = UnsafeRawBufferPointer(rebasing: block[..<count])
        compressedByteCount += UInt64(byteCount: count)
        stream.setCompressedByteCount(compressedByteCount)
        if stream.ending == nil { unsafe stream.check(input, scratch: blocks[1]) }
        return count > 0
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
