// layerverify: what a worker is given to do in one go.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest

/// The choice of chains and blobs for an action.
extension PipelineState {
    enum Team {
        /// As many chains as one call hashes to its advantage.
        case full
        /// What there is. Of three that wait two are taken: two and one cost less than three at once.
        case any
    }

    mutating func takeHashTeam(_ worker: PipelineWorker, _ team: Team) -> Bool {
        let place =
            switch team {
            case .full: bays.firstIndex { $0.chains.count >= $0.teamSize }
            case .any: bays.firstIndex { !$0.chains.isEmpty }
            }
        guard let place else { return false }
        let available = min(bays[place].teamSize, bays[place].chains.count)
        let count = team == .any && available == 3 ? 2 : available
        let roundCount = takeHashJobs(worker, count, from: place)
        for index in count..<roundCount * count {
            worker.hashJobs.append(worker.hashJobs[index - count].chain.removeFirst())
        }
        return true
    }

    /// Takes a block of each of `count` chains.
    ///
    /// Returns: of how many blocks of each the worker may take a turn.
    private mutating func takeHashJobs(_ worker: PipelineWorker, _ count: Int, from place: Int) -> Int {
        worker.hashJobs.removeAll(keepingCapacity: true)
        worker.hashTeamSize = count
        var roundCount = PipelineWorker.hashRoundCount
        for _ in 0..<count {
            let chain = bays[place].chains.takeFirst()
            chain.isInBay = false
            chain.isBusy = true
            roundCount = min(roundCount, chain.count)
            worker.hashJobs.append(chain.removeFirst())
        }
        return roundCount
    }

    /// Takes streams to decode, and chains to hash in their gaps, where both are to be had.
    mutating func takeHashingTeam(_ worker: PipelineWorker) -> Bool {
        guard !isShortOfParts, let place = bays.firstIndex(where: { $0.hasPairs && $0.chains.count >= 2 }),
            let first = ready.first(), first.stage == .decoding, first.codec?.hashingTeamSize != nil,
            takeReadTeam(worker, hashing: true)
        else { return false }
        let count = bays[place].chains.count >= 4 ? 4 : 2
        _ = takeHashJobs(worker, count, from: place)
        return true
    }

    /// Takes as many plain blobs as one call hashes to its advantage, to read and hash them in one go: one transition instead of
    /// five, and the same few blocks over and over, which the cache holds.
    mutating func takeDirectTeam(_ worker: PipelineWorker) -> Bool {
        guard let first = ready.first(), let method = first.directMethod, method.teamSize > 1 else { return false }
        // Three at once cost more than two and one.
        let teamSize = share(for: first, most: method.teamSize) & ~1
        guard teamSize > 1, ready.count >= teamSize else { return false }
        worker.hashJobs.removeAll(keepingCapacity: true)
        worker.team.removeAll(keepingCapacity: true)
        while worker.team.count < teamSize, let work = ready.takeFirst() {
            worker.team.append(work)
            guard work.directMethod?.name == method.name else { break }
        }
        guard worker.team.count == teamSize, worker.team.last?.directMethod?.name == method.name else {
            for work in worker.team { ready.add(work) }
            return false
        }
        for work in worker.team { work.isBusy = true }
        prepare(worker)
        return true
    }

    /// True if it is better to hash what waits than to read more: then plain blobs can be read and hashed in one go.
    mutating func isWorthEmptying() -> Bool {
        guard let first = ready.first(), first.isPlain, first.pendingSegmentCount > 0,
            let method = first.compressedChains.first?.method
        else { return false }
        return method.teamSize > 1 && ready.count >= method.teamSize
    }

    /// Takes the blob of which most is left, and further streams if it is one. With `hashing` chains are hashed in the gaps, and
    /// its codec says how many streams that allows.
    mutating func takeReadTeam(_ worker: PipelineWorker, hashing: Bool = false) -> Bool {
        guard let best = ready.takeFirst() else { return false }
        worker.hashJobs.removeAll(keepingCapacity: true)
        worker.team.removeAll(keepingCapacity: true)
        worker.team.append(best)
        best.isBusy = true
        let teamSize = teamSize(for: best, hashing: hashing)
        while worker.team.count < teamSize, let another = ready.takeStream(beside: best) {
            another.isBusy = true
            worker.team.append(another)
        }
        takeBlobToSplit(worker)
        prepare(worker)
        return true
    }

    /// Gives a worker what it needs beside its team.
    private mutating func prepare(_ worker: PipelineWorker) {
        worker.ahead = takeBlobToAnnounce()
        worker.ahead?.isBusy = true
        // Blocks that are at hand need not be asked for, one by one, in the middle of the action.
        let spareBlockCount = min(2 * worker.team.count, PipelineWorker.spareBlockCount)
        while worker.spareBlocks.count < spareBlockCount { worker.spareBlocks.append(takeBlock()) }
    }

    /// How many streams a worker should decode at once: as many as the codec takes to its advantage, but no more than
    /// streams as long as `work` fit into the worker's share of what is left. Company makes each stream slower, so a long one
    /// with much of it would be left over at the end, and of few streams some workers would have none.
    ///
    /// What is not decoded has none. A stream that ended early still has its codec, but is read as it lies, and beside it would
    /// stand blobs that are begun in the same action, each with a codec of its own.
    private func teamSize(for work: BlobWork, hashing: Bool) -> Int {
        guard work.stage == .decoding, let codec = work.codec else { return 1 }
        return share(for: work, most: (hashing ? codec.hashingTeamSize : nil) ?? codec.teamSize)
    }

    private func share(for work: BlobWork, most: Int) -> Int {
        let byteCount = work.partByteCount
        guard most > 1, byteCount > 0 else { return most }
        let share = leftByteCount / UInt64(jobCount)
        return max(1, min(most, Int(clamping: (share + byteCount / 2) / byteCount)))
    }

    /// The blob that a worker should open beside what it reads: one of those in work, unless another worker has nothing
    /// else to do than to read it, or the one that comes next.
    private mutating func takeBlobToAnnounce() -> BlobWork? {
        if open.count > jobCount, let work = ready.takeUnopened() { return work }
        return waiting.flatMap { !$0.isBusy && $0.stage == .unopened ? $0 : nil }
    }
}
