// layerverify: a reader of one blob from beginning to end.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
import LayerDigest
package import LayerModel
package import LayerSystem
import SystemPackage

/// Reads one blob from beginning to end in the calling thread: it reads a block, hashes it, decodes it, and hashes the
/// output.
///
/// It has two uses: with the fast codecs for blobs that are too small for the scheduler, and with the reference codecs
/// to confirm the facts of the fast path before anything is refuted. It shares only the decoders' interface with the
/// scheduler.
///
/// ## Concurrency
/// One thread at a time. It keeps two blocks of memory between calls.
package final class SequentialReader {
    /// The codecs to use.
    package enum Path: Sendable {
        case fast
        /// zlib and libzstd's streaming interface.
        case reference
    }

    private let path: Path
    private let options: PipelineOptions
    /// A block of input and one of output.
    private let blocks = BlockPool(blockCount: 2)

    /// Makes a reader without a limit for the memory of windows, other than `maximumWindowByteCount`.
    package convenience init(_ path: Path, options: PipelineOptions) {
        var options = options
        options.codecOptions.windowBudget = nil
        self.init(path, options)
    }

    /// Makes a reader for the fast path that shares the memory for windows with other decoders.
    convenience init(sharingMemoryOf options: PipelineOptions) { self.init(.fast, options) }

    private init(_ path: Path, _ options: PipelineOptions) {
        self.path = path
        self.options = options
    }

    /// Reads the blob that `request` describes.
    ///
    /// Returns: its facts, which include all faults of the blob. `isCancelled` is called once per block.
    package func facts(
        of request: BlobRequest, from opener: any BlobOpener, isCancelled: () -> Bool = { false }
    ) -> BlobFacts {
        let opening = BlobOpening(request, from: opener)
        guard let facts = factsIfMemoryAllows(of: request, opening, isCancelled: isCancelled) else {
            preconditionFailure("memory is short only where it is shared")
        }
        return facts
    }

    /// Reads a blob that is already open; nil if other decoders hold the memory that it needs.
    func factsIfMemoryAllows(
        of request: BlobRequest, _ opening: BlobOpening, isCancelled: () -> Bool
    ) -> BlobFacts? {
        guard let reader = opening.reader else {
            return BlobFacts(reading: opening.ending, uncompressed: request.unread)
        }
        guard blocks.isAllocated else {
            return BlobFacts(reading: .unreadable(errno: ENOMEM, atByte: 0), uncompressed: request.unread)
        }
        let (input, output) = unsafe (blocks[0], blocks[1])
        var facts = BlobFacts(reading: opening.ending)
        var stream: StreamProgress?
        var consumers: BlobConsumers?
        while facts.byteCount < reader.byteCount {
            guard !isCancelled() else { return interrupted(facts, .cancelled, request) }
            let readByteCount: Int
            do throws(Errno) {
                readByteCount = unsafe try reader.read(into: input, at: facts.byteCount)
            } catch {
                let ending = ReadEnding.unreadable(errno: error.rawValue, atByte: facts.byteCount)
                return interrupted(facts, ending, request)
            }
            guard readByteCount > 0 else { return interrupted(facts, .changed, request) }
            let block = unsafe UnsafeRawBufferPointer(rebasing: input[..<readByteCount])
            if facts.compression == nil {
                let compression = unsafe Compression.detect(prefix: block.prefix(Compression.prefixByteCount))
                facts.compression = compression
                stream = begin(request, compression, compressedByteCount: reader.byteCount)
                let made = makeConsumers(request, compression, isDecoded: stream != nil)
                stream?.consumers = made.uncompressed
                consumers = made
            }
            for consumer in consumers?.compressed ?? [] { unsafe consumer.consume(block.bytes) }
            let end = unsafe stream?.take(block, output: output, isCancelled: isCancelled) ?? .blockUsed
            facts.byteCount += UInt64(byteCount: readByteCount)
            switch end {
            case .blockUsed: break
            case .memoryShort: return nil
            // A stream whose last block was not decoded completely is not truncated.
            case .cancelled: return interrupted(facts, .cancelled, request)
            }
        }
        guard !reader.hasChanged else { return interrupted(facts, .changed, request) }
        let all = consumers ?? makeConsumers(request, .none, isDecoded: false)
        if facts.compression == nil { facts.compression = Compression.none }
        facts.finish(all.compressed, all.uncompressed, request: request, stream: stream?.finished)
        return facts
    }

    private func begin(
        _ request: BlobRequest, _ compression: Compression, compressedByteCount: UInt64
    ) -> StreamProgress? {
        guard request.diffIDAlgorithms != nil, compression != .none else { return nil }
        let codec =
            switch path {
            case .fast: options.fastCodec(compression)
            case .reference: Codecs.reference(for: compression)
            }
        guard let codec else { return nil }
        return StreamProgress(
            decoder: codec.begin(options.codecOptions),
            limits: StreamLimits(options, compressedByteCount: compressedByteCount))
    }

    /// The reference path computes only digests.
    private func makeConsumers(
        _ request: BlobRequest, _ compression: Compression, isDecoded: Bool
    ) -> BlobConsumers {
        switch path {
        case .fast:
            BlobConsumers(
                request, compression, isDecoded: isDecoded, digest: options.fastDigest, others: options.consumers)
        case .reference:
            BlobConsumers(
                request, compression, isDecoded: isDecoded, digest: { referenceDigestMethod(for: $0) },
                others: { _, _ in [] })
        }
    }

    private func interrupted(_ facts: BlobFacts, _ ending: ReadEnding, _ request: BlobRequest) -> BlobFacts {
        var result = facts
        result.reading = ending
        result.uncompressed = request.unread
        return result
    }
}

/// A stream that is decoded block by block in one thread.
private struct StreamProgress {
    let decoder: any StreamDecoder
    let limits: StreamLimits
    var consumers: [any BlockConsumer] = []
    var cursor = StreamCursor()

    init(decoder: any StreamDecoder, limits: StreamLimits) {
        self.decoder = decoder
        self.limits = limits
    }

    enum BlockEnd {
        case blockUsed
        /// The run was cancelled before the block was used up.
        case cancelled
        case memoryShort
    }

    /// Decodes all of an input block, with as many output blocks as needed.
    mutating func take(
        _ block: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
    ) -> BlockEnd {
        var rest = unsafe block
        while cursor.ending == nil {
            guard !isCancelled() else { return .cancelled }
            var lane = unsafe DecodeLane(decoder: decoder, input: rest, output: output)
            lane.decodeAlone()
            let producedByteCount = unsafe output.count - lane.output.count
            let produced = unsafe UnsafeRawBufferPointer(rebasing: output[..<producedByteCount])
            for consumer in consumers { unsafe consumer.consume(produced.bytes) }
            unsafe cursor.advance(
                lane.status, consumedByteCount: rest.count - lane.input.count, producedByteCount: producedByteCount,
                decoder: decoder, limits: limits)
            unsafe rest = lane.input
            if lane.status == .needsMemory { return .memoryShort }
            if lane.status == .needsInput { return .blockUsed }
        }
        unsafe cursor.scanTrailing(rest)
        return .blockUsed
    }

    /// How decoding ended, and the number of bytes that were decoded.
    var finished: (ending: StreamEnding, byteCount: UInt64) {
        (cursor.finished(decoder: decoder), cursor.producedByteCount)
    }
}
