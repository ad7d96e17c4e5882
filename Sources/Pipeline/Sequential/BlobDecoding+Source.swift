// layerverify: decoding of a blob that a source gives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

extension BlobDecoding {
    /// The most content that a block of a gzip stream decodes to, and more than is passed on at a time. A match has at most 258
    /// bytes of content and at least two bits.
    private static let marginByteCount = UInt64(byteCount: BlockPool.blockByteCount) * 1032 + 1 << 20

    /// Decodes a blob until its end, or until no further byte changes anything.
    ///
    /// What is known then is what is known after a call of `take` for each block of the blob.
    ///
    /// - Parameters:
    ///   - resources: with them a gzip stream is decoded in parts; nil if it is not.
    ///   - input: a block; is overwritten.
    ///   - output: a block; is overwritten.
    ///   - isCancelled: called once for each block.
    ///
    /// Throws: `.cancelled` if `isCancelled` returns true, and what the source throws. Nothing is known then.
    func decode(
        _ source: any SequentialSource, _ resources: StreamPartResources?, input: UnsafeMutableRawBufferPointer,
        output: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
    ) throws(SourceFault) {
        var (source, startOffset) = (source, UInt64(0))
        if let resources, compression == .gzip, mayBeInParts(resources.options),
            let parts = StreamParts(
                source, resources, compressedByteCount: byteCount, limitMarginByteCount: Self.marginByteCount)
        {
            guard let handover = try unsafe decode(parts, output, isCancelled) else { return }
            `continue`(handover, options: resources.options)
            (source, startOffset) = (handover.source, handover.startOffset)
        }
        try unsafe decode(source, from: startOffset, input, output, isCancelled)
    }

    /// False if the limit of expansion is so low that the reference decoder must continue at once.
    private func mayBeInParts(_ options: PipelineOptions) -> Bool {
        options.expansionLimit.limit(forCompressed: byteCount ?? 0) > Self.marginByteCount
    }

    /// Decodes alone, from an offset of the blob on.
    private func decode(
        _ source: any SequentialSource, from startOffset: UInt64, _ input: UnsafeMutableRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer, _ isCancelled: () -> Bool
    ) throws(SourceFault) {
        var arrivedByteCount = startOffset
        while needsMore {
            // Blocks begin at multiples of their size, wherever decoding began: the limit of expansion is checked for each.
            let room = input.count - Int(arrivedByteCount % UInt64(byteCount: input.count))
            let count = try unsafe source.read(into: UnsafeMutableRawBufferPointer(rebasing: input[..<room]))
            guard count > 0 else { return }
            arrivedByteCount += UInt64(byteCount: count)
            let block = unsafe UnsafeRawBufferPointer(rebasing: input[..<count])
            switch unsafe take(block, arrivedByteCount: arrivedByteCount, output: output, isCancelled: isCancelled) {
            case .blockUsed: break
            case .cancelled: throw .cancelled
            case .memoryShort: preconditionFailure("memory is short only where it is shared")
            }
        }
    }

    /// Decodes in parts. Returns: where the reference decoder continues; nil if the stream is intact.
    private func decode(
        _ parts: StreamParts, _ output: UnsafeMutableRawBufferPointer, _ isCancelled: () -> Bool
    ) throws(SourceFault) -> StreamHandover? {
        defer { partCounts = parts.counts }
        while !parts.isComplete {
            guard !isCancelled() else { throw .cancelled }
            switch try unsafe parts.read(into: output) {
            case .decoded(let count):
                unsafe passOn(UnsafeRawBufferPointer(rebasing: output[..<count]))
            case .handsOver(let count, let handover):
                unsafe passOn(UnsafeRawBufferPointer(rebasing: output[..<count]))
                return handover
            }
        }
        setIntact(parts.contentByteCount)
        return nil
    }
}
