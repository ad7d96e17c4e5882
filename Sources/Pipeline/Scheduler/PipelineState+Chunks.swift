// layerverify: blobs that are read in several chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The search for boundaries at which blobs may be cut.
struct SplitState {
    /// The last chunks of open blobs in which further ones may be found, and some in which none will be.
    var candidates: [ScheduledChunk] = []
    /// The number of chunks that workers are looking for.
    var wantedCount = 0
    /// The number of further chunks that were found, and of blobs in which one between members was dropped.
    var foundCount = 0
    var misleadingCount = 0
    /// Those of the chunks that begin inside a member.
    var cuts = CutCounts()
    /// The blobs whose head has stopped where the next chunk begins.
    var joinable: [Blob] = []
    /// The blobs of which a chunk inside a member was dropped in this transition, for the trace.
    var dropped: [BlobIndex] = []

    /// The number of blocks per job that chunks may fill before they are the head of their blob: how far decoding may
    /// be ahead of the digests.
    static let keptBlockCountPerJob = 14

    /// The same if members are cut, in all and for each job: what two followers for each worker decode 1 or 2 MiB to.
    static let cutKeptBlockCount = 64
    static let cutKeptBlockCountPerJob = 48

    /// The number of jobs beyond which no more blocks are kept and no more chunks are made: the digest of one blob is
    /// computed in order, and a few decoders keep it busy.
    static let helpfulJobCount = 8

    /// The number of streams that a worker decodes in lockstep, if some are in two planes: four of them take more cache than
    /// there is. And the number of chunks open for each worker, so that two are ready while another waits for memory or is
    /// joined: with 2 instead of 3, one layer takes 1.04 times the CPU time with two workers.
    static let laneCountPerJob = 2
    static let cutCountPerJob = 3
    /// One blob is never cut into more chunks than keep its digest busy.
    static let maximumCutCount = 8

    /// The kept bytes per compressed byte of a chunk: the byte itself and what most layers decode it to.
    static let keptByteCountPerByte: UInt64 = 4

    mutating func add(_ entry: ScheduledChunk) {
        if !candidates.contains(where: { $0 === entry }) { candidates.append(entry) }
    }

    mutating func remove(_ entry: ScheduledChunk) { candidates.removeAll { $0 === entry } }
}

/// The transitions of blobs with several chunks.
extension PipelineState {
    private func maximumKeptBlockCount(isCut: Bool) -> Int {
        let jobs = min(jobCount, SplitState.helpfulJobCount)
        return isCut
            ? SplitState.cutKeptBlockCount + SplitState.cutKeptBlockCountPerJob * jobs
            : SplitState.keptBlockCountPerJob * jobs
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
        return jobCount <= 2 || 2 * open.values.count(where: { !$0.isAhead }) >= jobCount
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
        let perJob = isCut ? SplitState.cutCountPerJob : Self.openCountPerJob
        var room =
            min(perJob * jobCount, Self.openCountPerJob * SplitState.helpfulJobCount, maximumOpenCount) - open.count
            - splitting.wantedCount
        if isCut {
            // Streams of other blobs need no second plane, so they come first.
            let blobCount = open.values.count { !$0.isAhead }
            guard blobCount < SplitState.laneCountPerJob * jobCount else { return nil }
            room = min(room, SplitState.maximumCutCount - blob.chunks.count)
        }
        guard room > 0, isCut || !blob.hasMisleadingChunk else { return nil }
        var task = SplitTask(chunk: chunk, wantedCount: room)
        if let cutting {
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

    // MARK: Joining

    /// Keeps what a chunk that is ahead has read and decoded.
    mutating func keep(_ chunk: Chunk, _ entry: ScheduledChunk) {
        for input in chunk.output.inputs {
            let count = chunk.stream?.isDecoding(input) == true ? 2 : 1
            blocks.use(input.block, of: entry.blob, count: count, isKept: true)
        }
        for output in chunk.output.outputs {
            for block in output.blocks { blocks.use(block, of: entry.blob, count: 1, isKept: true) }
        }
        entry.keptInputs += chunk.output.inputs
        entry.keptOutputs += chunk.output.outputs
    }

    /// If the head of a blob was read to its end, either the next chunk becomes the head, or it is dropped and the head
    /// continues. Nothing changes while a worker has one of them. A chunk that begins inside a member must be joined to
    /// the head first, which a worker does.
    mutating func settleChunks(of blob: Blob) {
        dropRefutedChunks(of: blob)
        while blob.chunks.count > 1, let head = blob.chunks[0].chunk, head.isReadDone,
            let next = blob.chunks[1].chunk
        {
            if !head.isContinued(by: next) {
                drop(blob.chunks[1], next, after: blob.chunks[0], head)
            } else if next.isUnconfirmed {
                if !splitting.joinable.contains(where: { $0 === blob }) { splitting.joinable.append(blob) }
                return
            } else {
                promote(blob.chunks[1], next, after: head)
            }
        }
    }

    /// Drops the chunks that did not begin at a block, before those before them come to their beginning.
    private mutating func dropRefutedChunks(of blob: Blob) {
        var index = 1
        while index < blob.chunks.count {
            if let chunk = blob.chunks[index].chunk, chunk.isRefuted || chunk.endsTooEarly,
                let previous = blob.chunks[index - 1].chunk, !previous.isRefuted, !previous.endsTooEarly
            {
                drop(blob.chunks[index], chunk, after: blob.chunks[index - 1], previous)
            } else {
                index += 1
            }
        }
    }

    /// The head of a blob and the next chunk, which begins inside a member where the head has stopped.
    mutating func leaseJoint() -> Lease? {
        while let blob = splitting.joinable.popLast() {
            guard blob.chunks.count > 1, let head = blob.chunks[0].chunk, head.isReadDone,
                let next = blob.chunks[1].chunk, head.isContinued(by: next), next.isUnconfirmed
            else { continue }
            guard let allowance = blocks.promise(0) else { preconditionFailure("nothing can be promised") }
            var lease = Lease(.join, allowance)
            lease.joint = Joint(
                head: blob.chunks[0].takeChunk(), next: blob.chunks[1].takeChunk(), kept: blob.chunks[1].keptOutputs)
            return lease
        }
        return nil
    }

    /// Completes the joint of two chunks: the second becomes the head.
    mutating func complete(_ joint: Joint, _ transition: inout Transition) {
        guard let head = open[joint.head.id], let next = open[joint.next.id] else {
            preconditionFailure("a leased chunk is open")
        }
        splitting.cuts.confirmedCount += 1
        let keptBefore = blocks.keptCount
        for index in next.keptOutputs.indices {
            guard let second = next.keptOutputs[index].secondPlane else { continue }
            blocks.release(second)
            next.keptOutputs[index].secondPlane = nil
        }
        for block in joint.next.output.released { blocks.release(block) }
        joint.next.output.removeAll()
        head.end(joint.head)
        next.end(joint.next)
        promote(next, joint.next, after: joint.head)
        makeReadyAhead(keptBefore: keptBefore)
        continueOrFinish(next, &transition)
    }

    private mutating func promote(_ entry: ScheduledChunk, _ chunk: Chunk, after head: Chunk) {
        let blob = entry.blob
        releaseBlocks(of: head)
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
    private mutating func drop(
        _ entry: ScheduledChunk, _ chunk: Chunk, after previousEntry: ScheduledChunk, _ previous: Chunk
    ) {
        let blob = entry.blob
        if chunk.isUnconfirmed {
            splitting.cuts.droppedCount += 1
            splitting.dropped.append(blob.request.blob)
            blob.cuts.noteDropped(chunk)
        } else {
            if !blob.hasMisleadingChunk { splitting.misleadingCount += 1 }
            blob.hasMisleadingChunk = true
        }
        let keptBefore = blocks.keptCount
        for slice in entry.keptInputs { blocks.release(slice.block) }
        for slice in entry.keptOutputs { for block in slice.blocks { blocks.release(block) } }
        releaseBlocks(of: chunk)
        chunk.isReadDone = true
        let wasLast = blob.chunks.last === entry
        remove(entry)
        makeReadyAhead(keptBefore: keptBefore)
        guard !previous.isAbandoned else { return }
        previous.input.extend(over: chunk.input)
        previous.isReadDone = false
        if wasLast, !chunk.isUnconfirmed, let other = previous.otherFinder {
            // What looks like a member may be in a stored block; members may still be cut.
            (previous.finder, previous.otherFinder) = (other, nil)
        }
        if wasLast, previous.finder is GzipBlockFinder {
            previous.mayBeSplit = true
            splitting.add(previousEntry)
        }
        if previousEntry.isAhead { makeReady(previousEntry) }
    }

    /// Releases the blocks that a chunk has not used up.
    private mutating func releaseBlocks(of chunk: Chunk) {
        if let input = chunk.stream?.input { blocks.release(input.slice.block) }
        if let output = chunk.stream?.output {
            blocks.release(output.block)
            if let second = output.second { blocks.release(second.block) }
        }
        chunk.stream?.input = nil
        chunk.stream?.output = nil
    }

    private mutating func remove(_ entry: ScheduledChunk) {
        open.removeValue(forKey: entry.id)
        splitting.remove(entry)
        entry.blob.chunks.removeAll { $0 === entry }
    }
}
