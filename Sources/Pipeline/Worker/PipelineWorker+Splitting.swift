// layerverify: how a worker finds further chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

extension PipelineWorker {
    /// The minimum distance in bytes from what was read of a chunk to the beginning of the next.
    ///
    /// One block: with two, chunks are longer than what may be kept of them, and end one after another. Time for one
    /// layer of BGZF, divided by the time without chunks: 0.87 with two, 0.73 with one (docs/performance.md).
    private static let leastChunkByteCount = UInt64(BlockPool.blockByteCount)

    /// The number of bytes that are searched at a time. They are read again by the chunk that they belong to, and BGZF's
    /// members have about 20 KiB.
    private static let searchByteCount = 16 << 10

    /// Looks for boundaries at which the unread rest of a chunk may be cut, and makes chunks of what is between them.
    func split(_ lease: inout Lease, _ pipeline: Pipeline) {
        guard var task = lease.split else { return }
        let block = lease.takeBlock(pipeline)
        var last = task.chunk
        let offsetBytes = last.input.offsetBytes
        while task.found.count < task.wantedCount, last.input.offsetBytes - offsetBytes < task.wantedByteCount,
            let chunk = chunk(after: last, buffer: pipeline.pool[block], pipeline)
        {
            task.found.append(chunk)
            last = chunk
        }
        task.chunk.mayBeSplit = false
        last.mayBeSplit = !task.found.isEmpty
        lease.blocks.giveBack(block)
        lease.split = task
    }

    /// Cuts the end of a chunk off; nil if no boundary is found, or too little is left.
    private func chunk(
        after chunk: Chunk, buffer: UnsafeMutableRawBufferPointer, _ pipeline: Pipeline
    ) -> Chunk? {
        let start = chunk.input.offsetBytes + Self.leastChunkByteCount
        guard let stream = chunk.stream, chunk.stage == .decoding, stream.cursor.ending == nil,
            start + Self.leastChunkByteCount < chunk.input.endOffset,
            let bit = unsafe boundary(in: chunk, from: start, buffer: buffer)
        else { return nil }
        return Chunk(
            continuing: chunk, atBit: bit,
            stream: ChunkStream(
                stream.codec, pipeline.options.codecOptions, limits: stream.limits, atByte: bit / 8))
    }

    /// Looks for a boundary from `start` on, in a small part of what is left, because most blobs have only one member.
    ///
    /// Returns: its offset in the blob, in bits.
    private func boundary(in chunk: Chunk, from start: UInt64, buffer: UnsafeMutableRawBufferPointer) -> UInt64? {
        guard let reader = chunk.input.reader, let finder = chunk.finder else { return nil }
        let limit = min(
            start + max(256 << 10, min(chunk.input.bytesLeft / 32, 8 << 20)), chunk.input.endOffset)
        var offset = start
        while offset < limit {
            let room = ByteMath.clamp(limit - offset, to: Self.searchByteCount)
            guard
                let byteCount = unsafe try? reader.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: offset)
            else { return nil }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<byteCount])
            if let bit = unsafe finder.firstBoundary(in: bytes) { return offset * 8 + bit }
            // The next range overlaps this one, so that a boundary across both is found.
            let step = byteCount - finder.overlapByteCount
            guard step > 0, byteCount == room else { return nil }
            offset += UInt64(step)
        }
        return nil
    }
}
