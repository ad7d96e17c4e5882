// layerverify: blobs that are read in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The transitions of `BlobWork`'s parts.
extension PipelineState {
    /// Blocks that parts may fill before their turn, per job: decoding may be that far ahead of the digests.
    static let heldPartBlockCountPerJob = 14

    /// With more jobs than these no more is kept, and there are no more parts: the digest of one blob goes through one chain,
    /// which few decoders keep busy.
    private static let helpfulJobCount = 8

    private var maximumHeldPartBlockCount: Int { Self.heldPartBlockCountPerJob * min(jobCount, Self.helpfulJobCount) }

    /// What a compressed byte of a part takes while it is kept: itself and what becomes of it, of most layers.
    private static let heldByteCountPerByte: UInt64 = 4

    /// True while blobs are read in parts, and fewer streams could be read on than make a team. Then hashing comes first:
    /// it makes room for further parts, and few streams in lockstep are hardly faster than one.
    var isShortOfParts: Bool { heldPartBlockCount > 0 && ready.count < Self.openCountPerJob }

    /// Lets a worker read on, unless it is a part that follows and too much is kept already. The last part, which may be
    /// long, leaves half of the room to those that will lead before it.
    mutating func readOn(_ work: BlobWork) {
        if work.role == .follows {
            let limit = work.next == nil ? maximumHeldPartBlockCount / 2 : maximumHeldPartBlockCount
            guard heldPartBlockCount < limit else { return }
        }
        ready.add(work)
    }

    /// Chooses a blob in which the worker is to look for parts, while fewer streams are open than could be, and there is
    /// room to keep what they make.
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

    /// How many compressed bytes of a blob may lie in further parts before its last one, `work`.
    private func keepableByteCount(before work: BlobWork) -> UInt64 {
        var first = work
        while first.role == .follows, let previous = first.previous { first = previous }
        let limit = UInt64(maximumHeldPartBlockCount * BlockPool.blockByteCount) / Self.heldByteCountPerByte
        // A worker may have the first one, and move its offset on; what the lock guards is where it was before.
        let byteCount = work.offsetBytes - min(first.settledOffsetBytes, work.offsetBytes)
        return limit - min(limit, byteCount)
    }

    /// Takes in the parts that a worker has found.
    mutating func takeNewParts(_ worker: PipelineWorker, _ consequence: inout Consequence) {
        guard let work = worker.splitting else { return }
        worker.splitting = nil
        wantedPartCount -= worker.wantedPartCount
        var last = work
        for part in worker.newParts {
            partCount += 1
            part.key = requests.count + partCount
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
            readOnOrRetire(work, &consequence)
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

    /// Where a part that leads was read to its end, lets the next one lead, or drops that and lets this one read on. Nothing
    /// happens as long as a worker has one of them.
    mutating func settleParts(around work: BlobWork, _ consequence: inout Consequence) {
        var leader = work.role == .follows ? work.previous ?? work : work
        while leader.role == .leads, !leader.isBusy, leader.isReadDone, let next = leader.next, !next.isBusy {
            guard leader.isContinued(by: next) else {
                drop(next, after: leader)
                continue
            }
            passOn(from: leader, to: next)
            if leader !== work { readOnOrRetire(leader, &consequence) }
            leader = next
        }
        // A part that leads now, and is not the one in hand, has its blocks where digests take them, or is done.
        if leader !== work { readOnOrRetire(leader, &consequence) }
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

    /// Lets the parts that follow read on if blocks became free that parts had filled.
    mutating func readFollowersOn(heldBefore: Int) {
        guard heldPartBlockCount < heldBefore, heldBefore >= maximumHeldPartBlockCount / 2 else { return }
        for work in open.values where work.role == .follows && !work.isBusy { readOn(work) }
    }

    /// Takes a part out that did not begin where the one before it ended; that one reads on over its range, unless its blob
    /// cannot be read.
    private mutating func drop(_ next: BlobWork, after work: BlobWork) {
        misleadingSlots.insert(work.slot)
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
