// layerverify: how a worker finds further chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

extension PipelineWorker {
    /// The minimum distance in bytes from what was read of a chunk to the beginning of the next member.
    ///
    /// One block: with two, chunks are longer than what may be kept of them, and end one after another. Time for one
    /// layer of BGZF, divided by the time without chunks: 0.87 with two, 0.73 with one (docs/performance.md).
    private static let leastChunkByteCount = UInt64(BlockPool.blockByteCount)

    /// Looks for boundaries at which the unread rest of a chunk may be cut, and makes chunks of what is between them.
    func split(_ lease: inout Lease, _ pipeline: Pipeline) {
        guard var task = lease.split else { return }
        var last = task.chunk
        let offsetBytes = last.input.offsetBytes
        while task.found.count < task.wantedCount, last.input.offsetBytes - offsetBytes < task.wantedByteCount,
            let chunk = chunk(after: last, &task, pipeline)
        {
            task.found.append(chunk)
            last = chunk
        }
        if !task.found.isEmpty {
            task.chunk.mayBeSplit = false
            last.mayBeSplit = last.finder != nil
        } else if !(task.chunk.finder is GzipBlockFinder) {
            // A blob of one member may be cut at its blocks.
            task.chunk.finder = task.chunk.otherFinder
            task.chunk.mayBeSplit = task.chunk.finder != nil
        }
        lease.split = task
    }

    /// Cuts the end of a chunk off; nil if no boundary is found, or too little is left.
    private func chunk(after chunk: Chunk, _ task: inout SplitTask, _ pipeline: Pipeline) -> Chunk? {
        guard let stream = chunk.stream, let finder = chunk.finder, chunk.stage == .decoding,
            stream.cursor.ending == nil, !chunk.isReadDone
        else { return nil }
        let input = chunk.input
        var start = input.offsetBytes + Self.leastChunkByteCount
        var limit = start + max(256 << 10, min(input.bytesLeft / 32, 8 << 20))
        var end = start + Self.leastChunkByteCount
        if let cutting = (finder as? GzipBlockFinder)?.cutting {
            start = max(
                input.beginBit / 8 + task.chunkByteCount, input.offsetBytes + task.chunkByteCount / 2, task.startOffset)
            limit = start + task.searchByteCount
            // What is shorter is not cut, however near the first chunks are.
            end = max(start, input.beginBit / 8 + cutting.chunkByteCount) + cutting.chunkByteCount / 2
        }
        guard end < input.endOffset else {
            if finder is GzipBlockFinder {
                chunk.finder = nil
                chunk.mayBeSplit = false
            }
            return nil
        }
        guard let bit = boundary(in: chunk, start..<min(limit, input.endOffset), finder, &task),
            let next = finder.begin(stream, pipeline.options.codecOptions, atBit: bit)
        else { return nil }
        return Chunk(continuing: chunk, atBit: bit, stream: next)
    }

    /// Looks for a boundary in a small part of what is left, because most blobs have only one member, and some only one
    /// block.
    ///
    /// Returns: its offset in the blob, in bits.
    private func boundary(
        in chunk: Chunk, _ range: Range<UInt64>, _ finder: any ChunkFinder, _ task: inout SplitTask
    ) -> UInt64? {
        guard let reader = chunk.input.reader else { return nil }
        let context = finder.contextByteCounts
        let byteCount = context.before + finder.searchByteCount + context.after
        let buffer = searchBuffer(byteCount)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let start = offset - min(UInt64(byteCount: context.before), offset)
            let room = ByteMath.clamp(chunk.input.endOffset - start, to: byteCount)
            guard
                let count = unsafe try? reader.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: start), count == room
            else { return nil }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            let first = Int(offset - start)
            let end = min(first + finder.searchByteCount, first + Int(clamping: range.upperBound - offset), count)
            if let bit = unsafe finder.firstBoundary(in: bytes, first..<end) { return start * 8 + bit }
            task.searchedByteCount += UInt64(byteCount: end - first)
            offset += UInt64(byteCount: finder.searchByteCount)
        }
        task.startOffset = range.upperBound
        return nil
    }
}
