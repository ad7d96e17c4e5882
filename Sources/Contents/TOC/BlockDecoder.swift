// layerverify: decoding a part of a layer block by block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// Decodes stored bytes, given in order, by the reference decoder.
final class BlockDecoder {
    private let decoder: any StreamDecoder
    private var room: [UInt8]
    /// The stream is damaged, needs too large a window, or is followed by other bytes: nothing more is decoded.
    private(set) var isOver = false
    /// The stream needs more memory than it may have.
    private(set) var isBeyondLimits = false
    private(set) var producedByteCount: UInt64 = 0
    private var consumedByteCount: UInt64 = 0

    /// Nil if no codec decodes the compression.
    init?(_ compression: Compression, _ options: CodecOptions) {
        guard let codec = Codecs.reference(for: compression) else { return nil }
        decoder = codec.begin(options)
        room = Array(repeating: 0, count: 128 << 10)
    }

    /// Whether a gzip member or zstd frame may begin with the next byte.
    var isAtBoundary: Bool { !isOver && (consumedByteCount == 0 || decoder.isAtBoundary) }

    /// Decodes the next bytes, and hands what they decode to over in blocks.
    func decode(_ bytes: RawSpan, to receive: (RawSpan) -> Void) {
        unsafe bytes.withUnsafeBytes { input in
            unsafe room.withUnsafeMutableBytes { output in
                var rest = unsafe input
                while !isOver {
                    // SAFETY: both buffers outlive the lane, which does not leave the closure.
                    var lane = unsafe DecodeLane(decoder: decoder, input: rest, output: output)
                    lane.decodeAlone()
                    let count = unsafe output.count - lane.output.count
                    producedByteCount += UInt64(byteCount: count)
                    consumedByteCount += unsafe UInt64(byteCount: rest.count - lane.input.count)
                    if count > 0 { unsafe receive(UnsafeRawBufferPointer(rebasing: output[..<count]).bytes) }
                    unsafe rest = lane.input
                    switch lane.status {
                    case .needsInput: return
                    case .outputFull: break
                    case .trailing, .failed: isOver = true
                    case .windowTooLarge, .needsMemory, .paused: (isOver, isBeyondLimits) = (true, true)
                    }
                }
            }
        }
    }
}
