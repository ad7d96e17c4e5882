// layerverify: blobs with several chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The transitions of blobs with several chunks.
extension PipelineState {
    private func maximumKeptBlockCount(isCut: Bool) -> Int {
        isCut
            ? SplitState.cutKeptBlockCount
                + SplitState.cutKeptBlockCountPerJob * min(workers.coreCount, SplitState.helpfulJobCount)
            : SplitState.keptBlockCountPerJob * min(jobCount, SplitState.helpfulJobCount)
    }

    /// True while blobs are read in chunks, and fewer streams are ready than make a team.
    var isShortOfChunks: Bool { blocks.keptCount > 0 && ready.count < Self.openCountPerJob }

    /// True if digests are interleaved with decoding while chunks are short: if the digests of so few blobs are not what
    /// the workers wait for, and until many slices wait for them.
    mutating func mayInterleaveCuts() -> Bool {
        guard let blob = ready.first()?.entry.blob, blob.cuts.isCut, blob.waitingCount < Blob.maximumInterleavedCount
        else {
            return false
        }
        return workers.coreCount <= 2 || 2 * open.values.count(where: { !$0.isAhead }) >= workers.coreCount
    }

    /// The number of workers that are of use. Where blobs are cut there is always work to do ahead, but with more workers
    /// than cores the one that has the head, for which all others wait, is not always running.
    var usefulWorkerCount: Int {
        splitting.cuts.guessedCount > 0 && !hasBlobsToOpen && waiting.smallCount == 0 ? workers.coreCount : jobCount
    }

    /// Makes a chunk available for reading, unless it is ahead and too much is kept already. The last chunk, which may
    /// be long, leaves half of the room to those before it. The head of a blob that is cut is not limited by the slices that
    /// wait, but by what is kept.
    mutating func makeReady(_ entry: ScheduledChunk) {
        if entry.isAhead || entry.blob.waitingCount >= Blob.maximumWaitingCount {
            let maximum = maximumKeptBlockCount(isCut: entry.blob.cuts.isCut)
            let isLast = entry.blob.chunks.last === entry
            guard blocks.keptCount < (isLast && entry.isAhead ? maximum / 2 : maximum) else { return }
        }
        ready.add(entry)
    }

    /// Makes the chunks that are ahead available for reading if blocks that they keep became free.
    mutating func makeReadyAhead(keptBefore: Int) {
        guard blocks.keptCount < keptBefore, keptBefore >= maximumKeptBlockCount(isCut: false) / 2 else { return }
        for entry in open.values where !entry.isLeased && (entry.isAhead || entry.blob.cuts.isCut) { makeReady(entry) }
    }

    // MARK: Searching

    /// Chooses a chunk in which the worker must look for further ones, if fewer are open than could be, and there is
    /// room to keep their output. A blob that keeps as much as it may gets no further chunk. Of several blobs the one with
    /// the longest part for each of its chunks comes first.
    mutating func takeSplitTask(_ team: [Chunk]) -> SplitTask? {
        guard !splitting.candidates.isEmpty, !hasBlobsToOpen else { return nil }
        splitting.candidates.removeAll { entry in entry.chunk.map { !$0.mayBeSplit } ?? false }
        var best: (entry: ScheduledChunk, task: SplitTask, byteCount: UInt64)?
        for entry in splitting.candidates where entry.blob.chunks.last === entry {
            guard let chunk = team.first(where: { $0.id == entry.id }) ?? entry.chunk, chunk.mayBeSplit,
                let task = splitTask(chunk, of: entry.blob)
            else { continue }
            let byteCount = chunk.input.blobBytesLeft / UInt64(entry.blob.chunks.count)
            if let best, best.byteCount >= byteCount { continue }
            best = (entry, task, byteCount)
        }
        guard let best else { return nil }
        if !team.contains(where: { $0 === best.task.chunk }) { _ = best.entry.takeChunk() }
        splitting.wantedCount += best.task.wantedCount
        return best.task
    }

    private func splitTask(_ chunk: Chunk, of blob: Blob) -> SplitTask? {
        let cutting = (chunk.finder as? GzipBlockFinder)?.cutting
        let isCut = cutting != nil
        let most = isCut ? SplitState.cutCountPerJob * workers.coreCount : Self.openCountPerJob * jobCount
        var room =
            min(most, Self.openCountPerJob * SplitState.helpfulJobCount, maximumOpenCount) - open.count
            - splitting.wantedCount
        if isCut {
            // Streams of other blobs need no second plane, so they come first.
            let blobCount = open.values.count { !$0.isAhead }
            guard blobCount < SplitState.laneCountPerJob * workers.coreCount else { return nil }
            room = min(room, SplitState.maximumCutCount - blob.chunks.count)
        }
        if let cutting, !cutting.hasNoBudget { room = min(room, blob.cuts.aheadCount + 1 - blob.chunks.count) }
        guard room > 0, isCut || !blob.hasMisleadingChunk else { return nil }
        var task = SplitTask(chunk: chunk, wantedCount: room)
        if let cutting {
            task.chunkByteCount = blob.cuts.chunkByteCount(most: cutting.chunkByteCount)
            task.startOffset = blob.cuts.searchOffset
            task.searchByteCount = cutting.hasNoBudget ? 256 << 10 : blob.cuts.searchByteCount
            return task.searchByteCount > 0 ? task : nil
        }
        task.wantedByteCount = keepableByteCount(before: chunk, of: blob)
        return task.wantedByteCount > 0 ? task : nil
    }

    /// The number of compressed bytes of a blob that further chunks before its last one, `last`, may cover.
    private func keepableByteCount(before last: Chunk, of blob: Blob) -> UInt64 {
        let limit =
            UInt64(maximumKeptBlockCount(isCut: false) * BlockPool.blockByteCount) / SplitState.keptByteCountPerByte
        let offsetBytes = last.input.offsetBytes
        let byteCount = offsetBytes - min(blob.head?.offsetBytes ?? offsetBytes, offsetBytes)
        return limit - min(limit, byteCount)
    }

    /// Adds the chunks that a worker has found.
    mutating func complete(_ split: SplitTask, isInTeam: Bool, _ transition: inout Transition) {
        splitting.wantedCount -= split.wantedCount
        guard let entry = open[split.chunk.id] else { preconditionFailure("a leased chunk is open") }
        let blob = entry.blob
        if split.searchByteCount > 0 { blob.cuts.noteSearch(split) }
        for chunk in split.found {
            splitting.foundCount += 1
            if chunk.isUnconfirmed { splitting.cuts.guessedCount += 1 }
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
}
