// layerverify: decoding of streams that cannot be read again.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// Decodes one compressed stream whose bytes arrive once, block by block.
///
/// A blob that can be read again is decoded by the fast path, and by the reference path only if something is wrong with it.
/// Here there is no second time, so the reference decoder does the work. For zstd the strict decoder checks the stream
/// at the same time, since it refuses streams that libzstd accepts and other decoders do not.
///
/// ## Concurrency
/// One thread at a time.
final class StreamDecoding {
    private let decoder: any StreamDecoder
    private var cursor = StreamCursor()
    private var limits: StreamLimits
    /// The strict decoder and its progress; nil for gzip.
    private var strict: (decoder: any StreamDecoder, cursor: StreamCursor)?
    private let limit: ExpansionLimit

    /// How the stream ended; nil while more may follow.
    var ending: StreamEnding? { cursor.ending }
    /// The number of bytes that were decoded.
    var producedByteCount: UInt64 { cursor.producedByteCount }

    /// - Returns: nil if no codec decodes the compression.
    init?(_ compression: Compression, options: PipelineOptions) {
        guard let codec = Codecs.reference(for: compression) else { return nil }
        // Both decoders of one stream must not wait for each other's window.
        var codecOptions = options.codecOptions
        codecOptions.windowBudget = nil
        decoder = codec.begin(codecOptions)
        limit = options.expansionLimit
        limits = StreamLimits(options, compressedByteCount: 0)
        if compression == .zstd, let fast = options.fastCodec(compression), fast.name != codec.name {
            strict = (fast.begin(codecOptions), StreamCursor())
        }
    }

    /// Sets the number of compressed bytes, on which the limit of expansion depends: those of the whole blob, or, as long as
    /// that is not known, those that have arrived.
    func setCompressedByteCount(_ byteCount: UInt64) {
        limits.expansionByteCount = limit.limit(forCompressed: byteCount)
    }

    /// Checks a block of input, before it is decoded. `scratch` is overwritten.
    func check(_ block: UnsafeRawBufferPointer, scratch: UnsafeMutableRawBufferPointer) {
        guard var strict else { return }
        var rest = unsafe block
        while strict.cursor.ending == nil {
            let status = unsafe Self.step(strict.decoder, &strict.cursor, &rest, scratch, limits).status
            if status == .needsInput || status == .needsMemory { break }
        }
        self.strict = strict
    }

    /// Decodes a part of `input`, and removes it.
    ///
    /// - Returns: the number of bytes in `output`, and whether the input is used up.
    func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (byteCount: Int, isUsedUp: Bool) {
        let (count, status) = unsafe Self.step(decoder, &cursor, &input, output, limits)
        if case .trailingBytes = cursor.ending {
            unsafe cursor.scanTrailing(input)
            unsafe input = UnsafeRawBufferPointer(rebasing: input[input.count...])
        }
        return (count, status == .needsInput)
    }

    /// Looks at bytes after the end of the stream.
    func scanTrailing(_ bytes: UnsafeRawBufferPointer) { unsafe cursor.scanTrailing(bytes) }

    private static func step(
        _ decoder: any StreamDecoder, _ cursor: inout StreamCursor, _ input: inout UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer, _ limits: StreamLimits
    ) -> (byteCount: Int, status: DecodeStatus) {
        var lane = unsafe DecodeLane(decoder: decoder, input: input, output: output)
        lane.decodeAlone()
        let count = unsafe output.count - lane.output.count
        unsafe cursor.advance(
            lane.status, consumedByteCount: input.count - lane.input.count, producedByteCount: count,
            decoder: decoder, limits: limits)
        unsafe input = lane.input
        return (count, lane.status)
    }

    /// Ends the stream after the last byte.
    ///
    /// - Returns: how it ended, and whether all of its content was decoded.
    func finish() -> (ending: StreamEnding, isWhole: Bool) {
        let ending = cursor.finished(decoder: decoder)
        decoder.releaseMemory()
        strict?.decoder.releaseMemory()
        return (disputed(ending), ending.leavesDigestsValid)
    }

    /// The ending, if only the strict decoder refuses the stream: the same rule as where a blob is read a second time.
    private func disputed(_ ending: StreamEnding) -> StreamEnding {
        guard case .corrupt(let atByte, let fault)? = strict?.cursor.ending, fault != .decoder else { return ending }
        switch (ending, fault) {
        case (.complete, .longZeroCount), (.corrupt, .longZeroCount):
            return .disputed(atByte: atByte, .zstdZeroCount)
        case (.complete, _): return .disputed(atByte: atByte, .zstdRule)
        default: return ending
        }
    }
}
