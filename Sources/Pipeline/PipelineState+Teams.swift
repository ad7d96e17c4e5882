// layerverify: the choice of streams and chains for an action.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest

/// The choice of chains and blobs for an action.
extension PipelineState {
    enum Team {
        /// As many chains as one call hashes best.
        case full
        /// As many chains as are available. Of three that wait two are taken: two and one cost less than three at once.
        case any
    }

    mutating func takeHashTeam(_ worker: PipelineWorker, _ team: Team) -> Bool {
        let place =
            switch team {
            case .full: digestQueues.firstIndex { $0.chains.count >= $0.teamSize }
            case .any: digestQueues.firstIndex { !$0.chains.isEmpty }
            }
        guard let place else { return false }
        let available = min(digestQueues[place].teamSize, digestQueues[place].chains.count)
        let count = team == .any && available == 3 ? 2 : available
        let roundCount = takeHashJobs(worker, count, from: place)
        for index in count..<roundCount * count {
            worker.hashJobs.append(worker.hashJobs[index - count].chain.removeFirst())
        }
        return true
    }

    /// Takes a block of each of `count` chains.
    ///
    /// Returns: the number of blocks of each chain that the worker may hash in turn.
    private mutating func takeHashJobs(_ worker: PipelineWorker, _ count: Int, from place: Int) -> Int {
        worker.hashJobs.removeAll(keepingCapacity: true)
        worker.hashTeamSize = count
        var roundCount = PipelineWorker.hashRoundCount
        for _ in 0..<count {
            let chain = digestQueues[place].chains.takeFirst()
            chain.isQueued = false
            chain.isBusy = true
            roundCount = min(roundCount, chain.count)
            worker.hashJobs.append(chain.removeFirst())
        }
        return roundCount
    }

    /// Takes streams to decode, and chains to hash in their gaps, if both are available.
    mutating func takeHashingTeam(_ worker: PipelineWorker) -> Bool {
        guard !isShortOfParts, let place = digestQueues.firstIndex(where: { $0.hasPairs && $0.chains.count >= 2 }),
            let first = ready.first(), first.stage == .decoding, first.codec?.hashingTeamSize != nil,
            takeReadTeam(worker, hashing: true)
        else { return false }
        let count = digestQueues[place].chains.count >= 4 ? 4 : 2
        _ = takeHashJobs(worker, count, from: place)
        return true
    }

    /// Takes as many uncompressed blobs as one call hashes best, to read and hash them together: this takes one
    /// transition instead of five, and reuses the same few blocks, which stay in the cache.
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

    /// True if it is better to hash the waiting blocks than to read more, because uncompressed blobs can then be read
    /// and hashed together.
    mutating func shouldHashFirst() -> Bool {
        guard let first = ready.first(), first.isPlain, first.pendingSegmentCount > 0,
            let method = first.compressedChains.first?.method
        else { return false }
        return method.teamSize > 1 && ready.count >= method.teamSize
    }

    /// Takes the blob with the most bytes left, and further streams if it is a stream. With `hashing` chains are hashed
    /// in the gaps, and the codec limits the number of streams accordingly.
    mutating func takeReadTeam(_ worker: PipelineWorker, hashing: Bool = false) -> Bool {
        guard let best = ready.takeFirst() else { return false }
        worker.hashJobs.removeAll(keepingCapacity: true)
        worker.team.removeAll(keepingCapacity: true)
        worker.team.append(best)
        best.isBusy = true
        let teamSize = teamSize(for: best, hashing: hashing)
        while worker.team.count < teamSize, let another = ready.takeStream(with: best) {
            another.isBusy = true
            worker.team.append(another)
        }
        takeBlobToSplit(worker)
        prepare(worker)
        return true
    }

    /// Gives a worker a blob to open and blocks for its action.
    private mutating func prepare(_ worker: PipelineWorker) {
        worker.ahead = takeBlobToAnnounce()
        worker.ahead?.isBusy = true
        // Spare blocks need not be requested one by one during the action.
        let spareBlockCount = min(2 * worker.team.count, PipelineWorker.spareBlockCount)
        while worker.spareBlocks.count < spareBlockCount { worker.spareBlocks.append(takeBlock()) }
    }

    /// The number of streams that a worker should decode at once: as many as the codec decodes best, but no more than
    /// streams of the length of `work` fit into the worker's share of all bytes left. More streams make each of them
    /// slower, so a long stream in a full team would be left over at the end, and if there are few streams, some
    /// workers would have none.
    ///
    /// The size is 1 for a blob that is not being decoded. A stream that ended early still has its codec, but is read
    /// as stored, and would be combined with blobs that begin in the same action, each with its own codec.
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

    /// The blob that a worker should open during its action: one of the open blobs, unless another worker could do
    /// nothing but read it; otherwise the next one.
    private mutating func takeBlobToAnnounce() -> BlobWork? {
        if open.count > jobCount, let work = ready.takeUnopened() { return work }
        return waiting.flatMap { !$0.isBusy && $0.stage == .unopened ? $0 : nil }
    }
}
