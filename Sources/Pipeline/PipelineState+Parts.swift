// layerverify: blobs that are read in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The transitions of `BlobWork`'s parts.
extension PipelineState {
    /// The number of blocks per job that parts may fill before they lead: how far decoding may be ahead of the digests.
    static let heldPartBlockCountPerJob = 14

    /// The number of jobs beyond which no more blocks are kept and no more parts are made: the digest of one blob is
    /// one chain, which a few decoders keep busy.
    private static let helpfulJobCount = 8

    private var maximumHeldPartBlockCount: Int { Self.heldPartBlockCountPerJob * min(jobCount, Self.helpfulJobCount) }

    /// The kept bytes per compressed byte of a part: the byte itself and what most layers decode it to.
    private static let heldByteCountPerByte: UInt64 = 4

    /// True while blobs are read in parts, and fewer streams are ready than make a team. Hashing comes first then: it
    /// makes room for further parts, and few streams in lockstep are hardly faster than one.
    var isShortOfParts: Bool { heldPartBlockCount > 0 && ready.count < Self.openCountPerJob }

    /// Makes a blob or part available for reading, unless it is a part that follows and too much is kept already. The
    /// last part, which may be long, leaves half of the room to the parts that will lead before it.
    mutating func readOn(_ work: BlobWork) {
        if work.role == .follows {
            let limit = work.next == nil ? maximumHeldPartBlockCount / 2 : maximumHeldPartBlockCount
            guard heldPartBlockCount < limit else { return }
        }
        ready.add(work)
    }

    /// Chooses a blob in which the worker must look for parts, if fewer streams are open than could be, and there is
    /// room to keep their output.
    mutating func takeBlobToSplit(_ worker: PipelineWorker) {
        let room =
            min(maximumOpenCount, Self.openCountPerJob * Self.helpfulJobCount) - open.count - wantedPartCount
        guard room > 0, !splittable.isEmpty, !hasBlobsToOpen else { return }
        splittable.removeAll { !$0.isBusy && !($0.mayBeSplit && !misleadingSlots.contains($0.slot)) }
        let work = splittable.first { work in
            (!work.isBusy || worker.team.contains { $0 === work && work.mayBeSplit })
                && keepableByteCount(before: work) > 0
        }
        guard let work else { return }
        work.isBusy = true
        worker.splitting = work
        worker.wantedPartCount = room
        worker.wantedByteCount = keepableByteCount(before: work)
        wantedPartCount += room
    }

    /// The number of compressed bytes of a blob that further parts before its last one, `work`, may cover.
    private func keepableByteCount(before work: BlobWork) -> UInt64 {
        var first = work
        while first.role == .follows, let previous = first.previous { first = previous }
        let limit = UInt64(maximumHeldPartBlockCount * BlockPool.blockByteCount) / Self.heldByteCountPerByte
        // A worker may own the first part and change its offset; the lock guards its previous value.
        let byteCount = work.offsetBytes - min(first.settledOffsetBytes, work.offsetBytes)
        return limit - min(limit, byteCount)
    }

    /// Adds the parts that a worker has found.
    mutating func takeNewParts(_ worker: PipelineWorker, _ transition: inout Transition) {
        guard let work = worker.splitting else { return }
        worker.splitting = nil
        wantedPartCount -= worker.wantedPartCount
        var last = work
        for part in worker.newParts {
            partCount += 1
            part.key = makeKey()
            part.previous = last
            last.next = part
            open[part.key] = part
            last = part
        }
        for part in worker.newParts { readOn(part) }
        worker.newParts.removeAll(keepingCapacity: true)
        if last.mayBeSplit, !last.isListedAsSplittable {
            last.isListedAsSplittable = true
            splittable.append(last)
        }
        if !worker.team.contains(where: { $0 === work }) {
            work.isBusy = false
            readOnOrRetire(work, &transition)
        }
    }

    /// Keeps what a part that follows has read and decoded.
    mutating func hold(_ work: BlobWork) {
        for input in work.newInputs { use(input, count: work.isDecoding(input) ? 2 : 1) }
        for output in work.newOutputs { use(output, count: 1) }
        for segment in work.newInputs + work.newOutputs { countForPart(segment.block) }
        work.heldInputs += work.newInputs
        work.heldOutputs += work.newOutputs
        work.pendingSegmentCount += work.newInputs.count + work.newOutputs.count
    }

    /// If the leading part was read to its end, either the next part leads, or the next part is dropped and this one
    /// continues. Nothing changes while a worker owns one of them.
    mutating func settleParts(around work: BlobWork, _ transition: inout Transition) {
        var leader = work.role == .follows ? work.previous ?? work : work
        while leader.role == .leads, !leader.isBusy, leader.isReadDone, let next = leader.next, !next.isBusy {
            guard leader.isContinued(by: next) else {
                drop(next, after: leader)
                continue
            }
            passOn(from: leader, to: next)
            if leader !== work { readOnOrRetire(leader, &transition) }
            leader = next
        }
        // If another part leads now, its blocks are available to the digests, or it is finished.
        if leader !== work { readOnOrRetire(leader, &transition) }
    }

    private mutating func passOn(from work: BlobWork, to next: BlobWork) {
        work.role = .passedOn
        next.role = .leads
        (next.compressedChains, next.uncompressedChains) = (work.compressedChains, work.uncompressedChains)
        (work.compressedChains, work.uncompressedChains) = ([], [])
        next.countedByteCount = work.countedByteCount
        next.cursor.goOn(after: work.cursor)
        let (inputs, outputs) = (next.heldInputs, next.heldOutputs)
        (next.heldInputs, next.heldOutputs) = ([], [])
        next.pendingSegmentCount -= inputs.count + outputs.count
        let heldBefore = heldPartBlockCount
        handOn(inputs, outputs, of: next)
        readFollowersOn(heldBefore: heldBefore)
    }

    /// Makes the parts that follow available for reading if blocks that parts had filled became free.
    mutating func readFollowersOn(heldBefore: Int) {
        guard heldPartBlockCount < heldBefore, heldBefore >= maximumHeldPartBlockCount / 2 else { return }
        for work in open.values where work.role == .follows && !work.isBusy { readOn(work) }
    }

    /// Removes a part that did not begin where the part before it ended. That part continues over its range, unless its
    /// blob cannot be read.
    private mutating func drop(_ next: BlobWork, after work: BlobWork) {
        if misleadingSlots.insert(work.slot).inserted { misleadingCount += 1 }
        let heldBefore = heldPartBlockCount
        for held in next.heldInputs + next.heldOutputs { release(held.block) }
        readFollowersOn(heldBefore: heldBefore)
        if let input = next.input { release(input.segment.block) }
        if let output = next.output { freeBlocks.append(output.block) }
        (next.heldInputs, next.heldOutputs, next.input, next.output) = ([], [], nil, nil)
        next.isReadDone = true
        next.role = .passedOn
        open.removeValue(forKey: next.key)
        splittable.removeAll { $0 === next }
        work.next = next.next
        work.next?.previous = work
        next.next = nil
        guard !work.isAbandoned else { return }
        work.endOffset = next.endOffset
        work.isReadDone = false
    }
}
