// layerverify: decoding of one stream in one thread.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// Decodes one compressed stream, block by block, in one thread.
struct SequentialStream {
    private let decoder: any StreamDecoder
    private var cursor = StreamCursor()
    private var limits: StreamLimits
    /// The strict decoder and its progress; nil unless a stream of zstd is read in one pass.
    private var strict: (decoder: any StreamDecoder, cursor: StreamCursor)?
    private let limit: ExpansionLimit

    /// How the stream ended; nil while more may follow.
    var ending: StreamEnding? { cursor.ending }
    /// The offset up to which the decoder consumed bytes.
    var consumedByteCount: UInt64 { cursor.consumedByteCount }
    /// How the stream ended for the strict decoder.
    var strictEnding: StreamEnding? { strict?.cursor.ending }

    /// - Returns: nil if no codec decodes the compression.
    init?(_ compression: Compression, _ path: DecodingPath, options: PipelineOptions) {
        guard let codec = path.codec(compression, options) else { return nil }
        var codecOptions = options.codecOptions
        // Both decoders of one stream must not wait for each other's window.
        if path == .onePass { codecOptions.windowBudget = nil }
        decoder = codec.begin(codecOptions)
        limit = options.expansionLimit
        limits = StreamLimits(options, compressedByteCount: 0)
        if path == .onePass, compression == .zstd, let fast = options.fastCodec(compression), fast.name != codec.name {
            strict = (fast.begin(codecOptions), StreamCursor())
        }
    }

    /// Continues a stream of gzip that another decoder has begun.
    init(_ handover: StreamHandover, options: PipelineOptions) {
        decoder = handover.decoder
        cursor = handover.cursor
        limit = options.expansionLimit
        limits = StreamLimits(options, compressedByteCount: 0)
    }

    /// Sets the number of compressed bytes, on which the limit of expansion depends: those of the whole blob, or, as long as
    /// that is not known, those that have arrived.
    mutating func setCompressedByteCount(_ byteCount: UInt64) {
        limits.expansionByteCount = limit.limit(forCompressed: byteCount)
    }

    /// Checks a block of input with the strict decoder, before it is decoded. `scratch` is overwritten.
    mutating func check(_ block: UnsafeRawBufferPointer, scratch: UnsafeMutableRawBufferPointer) {
        guard var strict else { return }
        var rest = unsafe block
        while strict.cursor.ending == nil {
            let status = unsafe Self.step(strict.decoder, &strict.cursor, &rest, scratch, limits).status
            if status == .needsInput || status == .needsMemory { break }
        }
        self.strict = strict
    }

    /// Decodes a part of `input`, and removes it. Bytes after the end of the stream are removed as well.
    ///
    /// - Returns: the number of bytes in `output`, and why the decoder stopped.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (byteCount: Int, status: DecodeStatus) {
        let result = unsafe Self.step(decoder, &cursor, &input, output, limits)
        if case .trailingBytes = cursor.ending {
            unsafe cursor.scanTrailing(input)
            unsafe input = UnsafeRawBufferPointer(rebasing: input[input.count...])
        }
        return result
    }

    /// Looks at bytes after the end of the stream.
    mutating func scanTrailing(_ bytes: UnsafeRawBufferPointer) { unsafe cursor.scanTrailing(bytes) }

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
    /// - Returns: how it ended for the decoder, and the number of bytes that were decoded.
    func finish() -> (ending: StreamEnding, byteCount: UInt64) {
        defer {
            decoder.releaseMemory()
            strict?.decoder.releaseMemory()
        }
        return (cursor.finished(decoder: decoder), cursor.producedByteCount)
    }
}

extension StreamEnding {
    /// The ending of a stream of zstd for the reference decoder, if the strict one ended with `strict`.
    ///
    /// The strict decoder refuses more streams than libzstd, by rules of the specification and of other decoders. A stream
    /// that it refuses and libzstd accepts is disputed: neither refuted nor verified. The same holds for a stream that
    /// only some versions of libzstd accept.
    func disputed(by strict: StreamEnding?) -> StreamEnding {
        guard case .corrupt(let atByte, let fault) = strict, fault != .decoder else { return self }
        switch (self, fault) {
        case (.complete, .longZeroCount), (.corrupt, .longZeroCount): return .disputed(atByte: atByte, .zstdZeroCount)
        case (.complete, _): return .disputed(atByte: atByte, .zstdRule)
        default: return self
        }
    }
}
