// layerverify: one blob whose bytes arrive in order.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
package import LayerModel

/// Computes the facts of one blob: it passes each block to the consumers, decodes it, and passes on the output.
///
/// All happens in one thread, unless the caller gives what `takeStored` returns to another one. It shares only the consumers
/// and the decoders' interface with the scheduler.
struct SequentialBlob {
    private let wanted: WantedFacts
    /// The size of the blob; nil if it is not known.
    private let byteCount: UInt64?
    private let path: DecodingPath
    private let options: PipelineOptions
    private var facts = BlobFacts(reading: .complete)
    private var consumers = BlobConsumers()
    /// Nil if the blob is not decoded.
    private var decoding: BlobDecoding?

    init(_ wanted: WantedFacts, byteCount: UInt64?, _ path: DecodingPath, options: PipelineOptions) {
        self.wanted = wanted
        self.byteCount = byteCount
        self.path = path
        self.options = options
    }

    /// How a block was used.
    enum BlockEnd {
        case blockUsed
        /// The run was cancelled before the block was used up.
        case cancelled
        /// Other decoders hold the memory that the stream needs.
        case memoryShort
    }

    /// The number of bytes that it has taken.
    var takenByteCount: UInt64 { facts.byteCount }

    /// How many parts of it were guessed, confirmed and dropped.
    var partCounts: CutCounts { decoding?.partCounts ?? CutCounts() }

    /// Takes the next block; the first one is the beginning of the blob, and decides how it is read.
    ///
    /// - Parameters:
    ///   - output: is overwritten.
    ///   - isCancelled: called once for each block of output.
    mutating func take(
        _ block: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool = { false }
    ) -> BlockEnd {
        guard let decoding = unsafe takeStored(block) else { return .blockUsed }
        return unsafe decoding.take(
            block, arrivedByteCount: takenByteCount, output: output, isCancelled: isCancelled)
    }

    /// Takes the next block, but for what it decodes to.
    ///
    /// - Returns: what must take the block as well, in the same order; nil if the blob is not decoded.
    mutating func takeStored(_ block: UnsafeRawBufferPointer) -> BlobDecoding? {
        if facts.compression == nil { unsafe begin(block) }
        for consumer in consumers.compressed { unsafe consumer.consume(block.bytes) }
        facts.byteCount += UInt64(byteCount: block.count)
        return decoding
    }

    private mutating func begin(_ block: UnsafeRawBufferPointer) {
        let compression = unsafe Compression.detect(prefix: block.prefix(Compression.prefixByteCount))
        facts.compression = compression
        var stream: SequentialStream?
        if wanted.diffIDAlgorithms != nil, compression != .none {
            stream = SequentialStream(compression, path, options: options)
        }
        consumers = BlobConsumers(wanted, compression, isDecoded: stream != nil, path: path, options: options)
        decoding = stream.map { BlobDecoding(compression, $0, consumers.uncompressed, byteCount: byteCount) }
    }

    /// Ends the blob.
    ///
    /// - Parameter reading: how reading ended.
    /// - Returns: its facts, which include all faults of the blob.
    mutating func finish(_ reading: ReadEnding) -> BlobFacts {
        facts.reading = reading
        guard !reading.isAbandoned else {
            // A stream whose last block was not decoded completely is not truncated.
            facts.uncompressed = wanted.unread
            return facts
        }
        if facts.compression == nil { unsafe begin(UnsafeRawBufferPointer(start: nil, count: 0)) }
        facts.finish(consumers.compressed, consumers.uncompressed, wanted: wanted, stream: decoding?.finish())
        return facts.disputed(by: decoding?.strictEnding)
    }
}

extension BlobFacts {
    /// The facts of the reference path about a stream whose ending differs for the strict decoder.
    package func disputed(by strict: StreamEnding?) -> BlobFacts {
        guard compression == .zstd, let ending = uncompressed?.ending else { return self }
        var result = self
        result.uncompressed?.ending = ending.disputed(by: strict)
        return result
    }
}
