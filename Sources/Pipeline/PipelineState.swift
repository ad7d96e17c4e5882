// layerverify: the state of the block scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel

/// The state of the scheduler and its transitions. Each transition runs under the lock, computes, and returns what must
/// be done.
///
/// Memory: a blob that is being read holds at most `maximumPendingBlockCount` blocks that wait, as many again from the
/// current action, and one each of input and output that are not used up. The blocks that parts fill before they lead
/// are counted separately (`heldPartBlockCount`), from when they are kept until their last digest has used them,
/// whichever part leads by then. The pool has room for the sum of both, so taking a block never fails and never waits.
struct PipelineState {
    private(set) var requests: [BlobRequest]
    var facts: [BlobFacts?]
    /// The original indexes of `requests`, the largest first. Requests from index `small` on are read in one action.
    private let order: [Int]
    private let small: Int
    private var nextLarge = 0
    private var nextSmall: Int
    var recordedCount = 0

    /// The open blobs and their parts, by their keys. They are retained here as long as they have a block or a chain in
    /// use.
    var open: [Int: BlobWork] = [:]
    /// The last parts of open blobs in which further ones may be found, and some in which none will be.
    var splittable: [BlobWork] = []
    /// The indexes in `requests` of blobs in which a part was dropped.
    var misleadingSlots: Set<Int> = []
    /// The number of parts that were made so far.
    var partCount = 0
    /// The number of parts that workers are looking for.
    var wantedPartCount = 0
    /// The number of blocks that parts filled before they led, until their last digest has used them.
    var heldPartBlockCount = 0
    /// The blocks that `heldPartBlockCount` counts.
    private var isHeldForPart: [Bool]
    /// The open blobs that a worker may continue to read.
    var ready = ReadyBlobs()
    /// The next blob to be opened when another one is done. Nothing of it is read yet, but a worker announces it to the
    /// storage.
    var waiting: BlobWork?
    /// Streams whose decoders found no memory for a window, until another decoder releases some.
    private var memoryWaiters: [BlobWork] = []
    /// The indexes in `requests` of blobs that were expected to be small and are not.
    private var deferred: [Int] = []
    /// The chains with a block waiting, in one queue per algorithm, the longest waiting first.
    var digestQueues: [DigestQueue] = []
    var freeBlocks: [BlockIndex]
    var blockUsers: [Int]
    private var idleWorkers: [PipelineWorker]
    var progress = PipelineProgress()
    private var isCancelled = false

    let jobCount: Int
    private let windowBudget: WindowBudget?
    var maximumOpenCount: Int { Self.openCountPerJob * jobCount }

    /// The number of blobs open at once, per job: enough for every worker to find a full team, of streams to decode or
    /// of uncompressed blobs to hash.
    ///
    /// Wall time divided by that of the bare C++ program (docs/performance.md), 2 cores of Zen 3, 2026-11-24, medians
    /// of 3:
    ///
    ///     for each job        2      3      4      6
    ///     8 layers plain    1.54   1.29   1.05   1.04
    ///     8 layers gzip     1.37   1.03   0.95   0.95
    ///     8 layers zstd     0.99   1.04   1.02   1.04
    ///     200 layers gzip   1.35      -   0.84   0.83
    static let openCountPerJob = 4

    struct DigestQueue {
        let algorithm: DigestAlgorithm
        /// The number of chains that one call hashes best.
        let teamSize: Int
        /// Whether they may be hashed in the gaps of decoding.
        let hasPairs: Bool
        var chains = Queue<HashChain>()
    }

    /// Blobs up to this size in bytes are read from beginning to end by one worker, because scheduling would cost more
    /// than the work.
    static let smallByteCount: UInt64 = 64 << 10
    /// The number of small blobs that a worker takes at once.
    static let smallBatchCount = 16

    init(_ requests: [BlobRequest], jobCount: Int, windowBudget: WindowBudget? = nil) {
        // Small requests are moved to the end of the list, so that a batch of them is a range.
        order = requests.indices.sorted { first, second in
            let (a, b) = (requests[first].expectedByteCount, requests[second].expectedByteCount)
            return a != b ? a > b : first < second
        }
        self.requests = order.map { requests[$0] }
        facts = Array(repeating: nil, count: requests.count)
        small = self.requests.firstIndex { $0.expectedByteCount <= Self.smallByteCount } ?? requests.count
        nextSmall = small
        self.jobCount = jobCount
        self.windowBudget = windowBudget
        // One blob alone may be read in as many parts as there could be blobs, and its size is known only when it is
        // open. Unused memory is never touched.
        let blockCount = Self.blockCount(openCount: Self.openCountPerJob * jobCount, jobCount: jobCount)
        freeBlocks = Array((0..<blockCount).reversed())
        blockUsers = Array(repeating: 0, count: blockCount)
        isHeldForPart = Array(repeating: false, count: blockCount)
        idleWorkers = (0..<jobCount).map { PipelineWorker(number: $0) }
        progress.totalBlobCount = requests.count
        for request in requests { progress.totalByteCount &+= request.expectedByteCount }
    }

    var blockCount: Int { blockUsers.count }

    var leftByteCount: UInt64 { progress.totalByteCount - min(progress.doneByteCount, progress.totalByteCount) }

    /// True while there are blobs that no worker has begun.
    var hasBlobsToBegin: Bool { largeToBeginCount > 0 || nextSmall < requests.count }

    /// True while there are blobs, other than small ones, that could be opened.
    var hasBlobsToOpen: Bool { largeToBeginCount > 0 || waiting != nil }

    private var largeToBeginCount: Int { small - nextLarge + deferred.count }

    /// The number of blocks in use; 0 after a run that was not cancelled.
    var heldBlockCount: Int { blockUsers.count - freeBlocks.count }

    private static func blockCount(openCount: Int, jobCount: Int) -> Int {
        openCount * (2 * BlobWork.maximumPendingBlockCount + 2)
            + jobCount * (PipelineWorker.spareBlockCount + 1 + heldPartBlockCountPerJob)
    }

    /// The facts in the order in which the requests were given.
    var allFacts: [BlobFacts] {
        var result = Array(repeating: BlobFacts(reading: .cancelled), count: facts.count)
        for (place, original) in order.enumerated() {
            result[original] =
                facts[place] ?? BlobFacts(reading: .cancelled, uncompressed: requests[place].unread)
        }
        return result
    }

    // MARK: Taking work

    mutating func startWorkers() -> [PipelineWorker] {
        let count = min(jobCount, requests.count)
        let started = Array(idleWorkers.suffix(count))
        idleWorkers.removeLast(count)
        return started
    }

    mutating func nextAction(for worker: PipelineWorker, isCancelled: Bool) -> Action {
        self.isCancelled = self.isCancelled || isCancelled
        guard !self.isCancelled else { return end(worker) }
        readMemoryWaitersOn()
        admit()
        if takeHashingTeam(worker) { return .read }
        if takeHashTeam(worker, .full) { return .hash }
        if takeDirectTeam(worker) { return .readAndHash }
        if shouldHashFirst(), takeHashTeam(worker, .any) { return .hash }
        if !isShortOfParts, takeReadTeam(worker) { return .read }
        if takeHashTeam(worker, .any) { return .hash }
        if takeReadTeam(worker) { return .read }
        if nextSmall < requests.count {
            // Fewer when few are left, so that no worker has many left while others have none.
            let left = requests.count - nextSmall
            let batch = nextSmall..<(nextSmall + max(1, min(Self.smallBatchCount, left / jobCount)))
            nextSmall = batch.upperBound
            return .readSmall(batch)
        }
        return end(worker)
    }

    private mutating func end(_ worker: PipelineWorker) -> Action {
        for block in worker.spareBlocks { freeBlocks.append(block) }
        worker.spareBlocks.removeAll(keepingCapacity: true)
        idleWorkers.append(worker)
        guard idleWorkers.count == jobCount else { return .end(nil) }
        precondition(isCancelled || recordedCount == requests.count, "the last worker ends when all is done")
        ready = ReadyBlobs()
        open.removeAll()
        splittable.removeAll()
        memoryWaiters.removeAll()
        waiting = nil
        digestQueues.removeAll()
        return .end(allFacts)
    }

    private mutating func admit() {
        while open.count < maximumOpenCount, let next = waiting ?? takeNextLarge() {
            open[next.slot] = next
            ready.add(next)
            waiting = nil
        }
        waiting = waiting ?? takeNextLarge()
    }

    private mutating func takeNextLarge() -> BlobWork? {
        if let slot = deferred.popLast() { return BlobWork(requests[slot], slot: slot) }
        guard nextLarge < small else { return nil }
        defer { nextLarge += 1 }
        return BlobWork(requests[nextLarge], slot: nextLarge)
    }

    /// Reads a blob block by block that was expected to be small.
    mutating func readAsLarge(_ slot: Int) { deferred.append(slot) }

    /// Makes streams ask for memory again if any was released since they asked.
    private mutating func readMemoryWaitersOn() {
        guard !memoryWaiters.isEmpty, let windowBudget else { return }
        let releaseCount = windowBudget.releaseCount
        let woken = memoryWaiters.filter { $0.memoryTicket != releaseCount }
        memoryWaiters.removeAll { $0.memoryTicket != releaseCount }
        for work in woken {
            work.memoryTicket = nil
            readOn(work)
        }
    }

    mutating func takeBlock() -> BlockIndex {
        guard let block = freeBlocks.popLast() else { preconditionFailure("block pool exhausted") }
        return block
    }

    // MARK: Giving back

    /// Takes back what a worker did, and returns its next action; in one transition, because all workers share the
    /// lock.
    mutating func takeBack(_ done: Done, of worker: PipelineWorker, isCancelled: Bool) -> Consequence {
        var consequence =
            switch done {
            case .hash: takeBack(worker.hashJobs)
            case .read: takeBack(teamOf: worker)
            }
        worker.hashJobs.removeAll(keepingCapacity: true)
        // Finished blobs are recorded first: only then may the last worker end.
        if consequence.finished.isEmpty { consequence.next = nextAction(for: worker, isCancelled: isCancelled) }
        return consequence
    }

    /// Takes back what a worker has read.
    mutating func takeBack(teamOf worker: PipelineWorker) -> Consequence {
        var consequence = Consequence()
        takeBack(worker.hashJobs, &consequence)
        if let ahead = worker.ahead {
            worker.ahead = nil
            ahead.isBusy = false
            if ahead === waiting, ahead.isFinished {
                // There is nothing to read.
                waiting = nil
                consequence.finished.append(ahead)
            }
            if open[ahead.slot] != nil { readOnOrRetire(ahead, &consequence) }
        }
        takeNewParts(worker, &consequence)
        for work in worker.team {
            for block in work.released { release(block) }
            work.released.removeAll(keepingCapacity: true)
            if work.role == .follows {
                hold(work)
            } else {
                handOn(work.newInputs, work.newOutputs, of: work)
            }
            progress.doneByteCount &+= work.directByteCount
            work.directByteCount = 0
            work.newInputs.removeAll(keepingCapacity: true)
            work.newOutputs.removeAll(keepingCapacity: true)
            work.isBusy = false
            work.settledOffsetBytes = work.offsetBytes
            if work.memoryTicket != nil { memoryWaiters.append(work) }
            if work.mayBeSplit, !work.isListedAsSplittable {
                work.isListedAsSplittable = true
                splittable.append(work)
            }
            readOnOrRetire(work, &consequence)
        }
        // A stream that ends may leave its block with the worker; other workers need the surplus.
        while worker.spareBlocks.count > PipelineWorker.spareBlockCount, let block = worker.spareBlocks.popLast() {
            freeBlocks.append(block)
        }
        consequence.startedWorker = startWorkerIfWorthwhile()
        return consequence
    }

    mutating func takeBack(_ jobs: [HashJob]) -> Consequence {
        var consequence = Consequence()
        takeBack(jobs, &consequence)
        consequence.startedWorker = startWorkerIfWorthwhile()
        return consequence
    }

    private mutating func takeBack(_ jobs: [HashJob], _ consequence: inout Consequence) {
        let heldBefore = heldPartBlockCount
        defer { readFollowersOn(heldBefore: heldBefore) }
        for job in jobs {
            release(job.segment.block)
            // `job.work` is unowned, and its last job may be the last reference to it.
            let work = job.work
            work.pendingSegmentCount -= 1
            job.chain.isBusy = false
            queueUp(job.chain)
            readOnOrRetire(work, &consequence)
        }
    }

    /// Passes what a leading part has read and decoded to the chains.
    mutating func handOn(_ inputs: [Segment], _ outputs: [Segment], of work: BlobWork) {
        for input in inputs {
            progress.doneByteCount &+= UInt64(input.byteCount)
            hand(input, to: work.compressedChains, of: work, extraUsers: work.isDecoding(input) ? 1 : 0)
        }
        for output in outputs {
            progress.uncompressedByteCount &+= UInt64(output.byteCount)
            hand(output, to: work.uncompressedChains, of: work, extraUsers: 0)
        }
    }

    private mutating func hand(_ segment: Segment, to chains: [HashChain], of work: BlobWork, extraUsers: Int) {
        use(segment, count: chains.count + extraUsers)
        for chain in chains {
            chain.append(segment, of: work)
            work.pendingSegmentCount += 1
            queueUp(chain)
        }
    }

    private mutating func queueUp(_ chain: HashChain) {
        guard !chain.isBusy, !chain.isQueued, !chain.isEmpty else { return }
        chain.isQueued = true
        let algorithm = chain.method.algorithm
        if let place = digestQueues.firstIndex(where: { $0.algorithm == algorithm }) {
            digestQueues[place].chains.add(chain)
        } else {
            var queue = DigestQueue(
                algorithm: algorithm, teamSize: chain.method.teamSize, hasPairs: chain.method.pairing != nil)
            queue.chains.add(chain)
            digestQueues.append(queue)
        }
    }

    /// Sets the number of users of a segment's block; a block without users is free.
    mutating func use(_ segment: Segment, count: Int) {
        blockUsers[segment.block] = count
        if count == 0 { free(segment.block) }
    }

    mutating func release(_ block: BlockIndex) {
        blockUsers[block] -= 1
        if blockUsers[block] <= 0 { free(block) }
    }

    private mutating func free(_ block: BlockIndex) {
        freeBlocks.append(block)
        guard isHeldForPart[block] else { return }
        isHeldForPart[block] = false
        heldPartBlockCount -= 1
    }

    /// Counts a block that a part keeps until it leads; `free` ends that.
    mutating func countForPart(_ block: BlockIndex) {
        isHeldForPart[block] = true
        heldPartBlockCount += 1
    }

    mutating func readOnOrRetire(_ work: BlobWork, _ consequence: inout Consequence) {
        settleParts(around: work, &consequence)
        guard work.isFinished else { return readOn(work) }
        guard open.removeValue(forKey: work.key) != nil else { return }
        splittable.removeAll { $0 === work }
        guard work.role == .passedOn else { return consequence.finished.append(work) }
        // The part that leads now may only have waited for the digests of this one.
        guard let next = work.next else { return }
        work.next = nil
        next.previous = nil
        readOnOrRetire(next, &consequence)
    }

    /// The caller takes one piece of work itself; another worker is started only if there is a second one.
    private mutating func startWorkerIfWorthwhile() -> PipelineWorker? {
        guard !isCancelled, !idleWorkers.isEmpty else { return nil }
        var readyCount = ready.count
        for queue in digestQueues { readyCount += (queue.chains.count + queue.teamSize - 1) / queue.teamSize }
        if nextSmall < requests.count { readyCount += 1 }
        if open.count < maximumOpenCount {
            readyCount += min(maximumOpenCount - open.count, largeToBeginCount + (waiting == nil ? 0 : 1))
        }
        return readyCount >= 2 ? idleWorkers.popLast() : nil
    }
}
