// layerverify: blobs that are read in several chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The search for boundaries at which blobs may be cut.
struct SplitState {
    /// The last chunks of open blobs in which further ones may be found, and some in which none will be.
    var candidates: [ScheduledChunk] = []
    /// The number of chunks that workers are looking for.
    var wantedCount = 0
    /// The number of further chunks that were found, and of blobs in which one was dropped.
    var foundCount = 0
    var misleadingCount = 0

    /// The number of blocks per job that chunks may fill before they are the head of their blob: how far decoding may
    /// be ahead of the digests.
    static let keptBlockCountPerJob = 14

    /// The number of jobs beyond which no more blocks are kept and no more chunks are made: the digest of one blob is
    /// computed in order, and a few decoders keep it busy.
    static let helpfulJobCount = 8

    /// The kept bytes per compressed byte of a chunk: the byte itself and what most layers decode it to.
    static let keptByteCountPerByte: UInt64 = 4

    mutating func add(_ entry: ScheduledChunk) {
        if !candidates.contains(where: { $0 === entry }) { candidates.append(entry) }
    }

    mutating func remove(_ entry: ScheduledChunk) { candidates.removeAll { $0 === entry } }
}

/// The transitions of blobs with several chunks.
extension PipelineState {
    private var maximumKeptBlockCount: Int {
        SplitState.keptBlockCountPerJob * min(jobCount, SplitState.helpfulJobCount)
    }

    /// True while blobs are read in chunks, and fewer streams are ready than make a team.
    var isShortOfChunks: Bool { blocks.keptCount > 0 && ready.count < Self.openCountPerJob }

    /// Makes a chunk available for reading, unless it is ahead and too much is kept already. The last chunk, which may
    /// be long, leaves half of the room to those before it.
    mutating func makeReady(_ entry: ScheduledChunk) {
        if entry.isAhead {
            let isLast = entry.blob.chunks.last === entry
            guard blocks.keptCount < (isLast ? maximumKeptBlockCount / 2 : maximumKeptBlockCount) else { return }
        }
        ready.add(entry)
    }

    /// Makes the chunks that are ahead available for reading if blocks that they keep became free.
    mutating func makeReadyAhead(keptBefore: Int) {
        guard blocks.keptCount < keptBefore, keptBefore >= maximumKeptBlockCount / 2 else { return }
        for entry in open.values where entry.isAhead && !entry.isLeased { makeReady(entry) }
    }

    /// Chooses a chunk in which the worker must look for further ones, if fewer are open than could be, and there is
    /// room to keep their output. A blob that keeps as much as it may gets no further chunk.
    mutating func takeSplitTask(_ team: [Chunk]) -> SplitTask? {
        let room =
            min(maximumOpenCount, Self.openCountPerJob * SplitState.helpfulJobCount) - open.count
            - splitting.wantedCount
        guard room > 0, !splitting.candidates.isEmpty, !hasBlobsToOpen else { return nil }
        splitting.candidates.removeAll { entry in
            entry.chunk.map { !$0.mayBeSplit || entry.blob.hasMisleadingChunk } ?? false
        }
        for entry in splitting.candidates {
            let own = team.first { $0.id == entry.id }
            guard let chunk = own ?? entry.chunk, chunk.mayBeSplit else { continue }
            let byteCount = keepableByteCount(before: chunk, of: entry.blob)
            guard byteCount > 0 else { continue }
            if own == nil { _ = entry.takeChunk() }
            splitting.wantedCount += room
            return SplitTask(chunk: chunk, wantedCount: room, wantedByteCount: byteCount)
        }
        return nil
    }

    /// The number of compressed bytes of a blob that further chunks before its last one, `last`, may cover.
    private func keepableByteCount(before last: Chunk, of blob: Blob) -> UInt64 {
        let limit = UInt64(maximumKeptBlockCount * BlockPool.blockByteCount) / SplitState.keptByteCountPerByte
        let offsetBytes = last.input.offsetBytes
        let byteCount = offsetBytes - min(blob.head?.offsetBytes ?? offsetBytes, offsetBytes)
        return limit - min(limit, byteCount)
    }

    /// Adds the chunks that a worker has found.
    mutating func complete(_ split: SplitTask, isInTeam: Bool, _ transition: inout Transition) {
        splitting.wantedCount -= split.wantedCount
        guard let entry = open[split.chunk.id] else { preconditionFailure("a leased chunk is open") }
        let blob = entry.blob
        for chunk in split.found {
            splitting.foundCount += 1
            let added = ScheduledChunk(chunk, id: makeID(), of: blob, isAhead: true)
            blob.chunks.append(added)
            open[added.id] = added
            if chunk.mayBeSplit { splitting.add(added) }
        }
        for added in blob.chunks.suffix(split.found.count) { makeReady(added) }
        guard !isInTeam else { return }
        entry.end(split.chunk)
        continueOrFinish(entry, &transition)
    }

    /// Keeps what a chunk that is ahead has read and decoded.
    mutating func keep(_ chunk: Chunk, _ entry: ScheduledChunk) {
        for input in chunk.output.inputs {
            let count = chunk.stream?.isDecoding(input) == true ? 2 : 1
            blocks.use(input.block, of: entry.blob, count: count, isKept: true)
        }
        for output in chunk.output.outputs { blocks.use(output.block, of: entry.blob, count: 1, isKept: true) }
        entry.keptInputs += chunk.output.inputs
        entry.keptOutputs += chunk.output.outputs
    }

    /// If the head of a blob was read to its end, either the next chunk becomes the head, or it is dropped and the head
    /// continues. Nothing changes while a worker has one of them.
    mutating func settleChunks(of blob: Blob) {
        while blob.chunks.count > 1, let head = blob.chunks[0].chunk, head.isReadDone,
            let next = blob.chunks[1].chunk
        {
            if head.isContinued(by: next) {
                promote(blob.chunks[1], next, after: head)
            } else {
                drop(blob.chunks[1], next, after: head)
            }
        }
    }

    private mutating func promote(_ entry: ScheduledChunk, _ chunk: Chunk, after head: Chunk) {
        let blob = entry.blob
        remove(blob.chunks[0])
        entry.isAhead = false
        if let earlier = head.stream?.cursor { chunk.stream?.cursor.add(earlier) }
        let (inputs, outputs) = (entry.keptInputs, entry.keptOutputs)
        (entry.keptInputs, entry.keptOutputs) = ([], [])
        let keptBefore = blocks.keptCount
        pass(inputs, outputs, of: chunk, to: blob)
        makeReadyAhead(keptBefore: keptBefore)
    }

    /// Removes a chunk that did not begin where the one before it ended. That one continues over its range, unless its
    /// blob cannot be read.
    private mutating func drop(_ entry: ScheduledChunk, _ chunk: Chunk, after head: Chunk) {
        if !entry.blob.hasMisleadingChunk { splitting.misleadingCount += 1 }
        entry.blob.hasMisleadingChunk = true
        let keptBefore = blocks.keptCount
        for slice in entry.keptInputs + entry.keptOutputs { blocks.release(slice.block) }
        if let input = chunk.stream?.input { blocks.release(input.slice.block) }
        if let output = chunk.stream?.output { blocks.release(output.block) }
        chunk.isReadDone = true
        remove(entry)
        makeReadyAhead(keptBefore: keptBefore)
        guard !head.isAbandoned else { return }
        head.input.extend(over: chunk.input)
        head.isReadDone = false
    }

    private mutating func remove(_ entry: ScheduledChunk) {
        open.removeValue(forKey: entry.id)
        splitting.remove(entry)
        entry.blob.chunks.removeAll { $0 === entry }
    }
}
