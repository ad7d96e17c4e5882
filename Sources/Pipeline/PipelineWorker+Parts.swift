// layerverify: the search for parts of a blob that can be read at the same time.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

extension PipelineWorker {
    /// The minimum distance in bytes from what was read of a part to the beginning of the next.
    ///
    /// One block: with two, parts are longer than what may be kept of them, and end one after another. Time for one
    /// layer of BGZF, divided by the time without parts: 0.87 with two, 0.73 with one (docs/performance.md).
    static let leastPartByteCount = UInt64(BlockPool.blockByteCount)

    /// Looks for members that begin in the unread rest of a blob, and makes `newParts` of them.
    func split(_ work: BlobWork, _ pipeline: Pipeline) {
        newParts.removeAll(keepingCapacity: true)
        let block = spareBlocks.popLast() ?? pipeline.takeBlock()
        defer { spareBlocks.append(block) }
        var last = work
        while newParts.count < wantedPartCount, last.offsetBytes - work.offsetBytes < wantedByteCount {
            guard let part = part(after: last, buffer: block, pipeline) else { break }
            newParts.append(part)
            last = part
        }
        work.mayBeSplit = false
        last.mayBeSplit = !newParts.isEmpty
    }

    /// Splits the end of `work` off; nil if no member is found, or too little is left.
    private func part(after work: BlobWork, buffer: BlockIndex, _ pipeline: Pipeline) -> BlobWork? {
        let start = work.offsetBytes + Self.leastPartByteCount
        guard work.stage == .decoding, work.cursor.ending == nil, start + Self.leastPartByteCount < work.endOffset,
            let compression = work.facts.compression, let codec = pipeline.options.fastCodec(compression),
            let offset = member(of: work, from: start, buffer: buffer, pipeline)
        else { return nil }
        let part = BlobWork(
            continuing: work, at: offset, codec: codec, decoder: codec.begin(pipeline.options.codecOptions))
        work.endOffset = offset
        return part
    }

    /// The number of bytes that are searched at a time. They are read again by the part that they belong to, and BGZF's
    /// members have about 20 KiB.
    static let searchByteCount = 16 << 10

    /// Looks for a member from `start` on, in a small part of what is left, because most blobs have only one member.
    private func member(
        of work: BlobWork, from start: UInt64, buffer: BlockIndex, _ pipeline: Pipeline
    ) -> UInt64? {
        guard let reader = work.reader, let search = work.memberSearch else { return nil }
        let limit = min(start + max(256 << 10, min(work.partByteCount / 32, 8 << 20)), work.endOffset)
        var offset = start
        while offset < limit {
            let memory = unsafe pipeline.pool[buffer]
            let room = ByteMath.clamp(limit - offset, to: Self.searchByteCount)
            guard
                let byteCount = unsafe try? reader.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: memory[..<room]), at: offset)
            else { return nil }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory[..<byteCount])
            if let place = unsafe search.firstMember(in: bytes) { return offset + UInt64(place) }
            // The next range overlaps this one, so that a signature across the border is found.
            let step = byteCount - (search.signature.count - 1)
            guard step > 0, byteCount == room else { return nil }
            offset += UInt64(step)
        }
        return nil
    }
}
