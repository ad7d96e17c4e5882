// layerverify: finding parts of a blob that can be read at the same time.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

extension PipelineWorker {
    /// What lies between what was read of a part and the beginning of the next, at least.
    ///
    /// A block: with two, parts are longer than what may be kept of them, and end one after another. BGZF, one layer, over
    /// the time without parts: 0.87 with two, 0.73 with one (docs/performance.md).
    static let leastPartByteCount = UInt64(BlockPool.blockByteCount)

    /// Looks for members that begin in what is left of a blob, and makes `newParts` of them.
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

    /// Cuts the end of `work` off; nil where no member is found, or too little is left.
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

    /// What is looked through at a time: bytes that are looked at are read again by the part that they belong to, and BGZF's
    /// members have some 20 KiB.
    static let searchByteCount = 16 << 10

    /// Looks for a member from `start` on, through a small part of what is left: of most blobs there is only one member.
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
            // The next look begins so far back that it finds one that lies across.
            let step = byteCount - (search.signature.count - 1)
            guard step > 0, byteCount == room else { return nil }
            offset += UInt64(step)
        }
        return nil
    }
}
