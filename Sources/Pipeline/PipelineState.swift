// layerverify: the state of the block scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
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
    /// The blobs that no worker has begun: those that are expected to be small are read in one action.
    private var waitingLarge = Heap<WaitingBlob>()
    private var waitingSmall = Queue<BlobRequest>()
    /// The number of blobs that were submitted, and of those whose facts were recorded.
    private var submittedCount = 0
    var recordedCount = 0
    private var isSubmittingFinished = false
    /// The thread that works until fewer blobs wait.
    private var heldBack: (thread: pthread_t, waitingCount: Int)?
    private var waitingIndex = 0
    /// The number of keys that were given to blobs and parts.
    private var keyCount = 0

    /// The open blobs and their parts, by their keys. They are retained here as long as they have a block or a chain in
    /// use.
    var open: [Int: BlobWork] = [:]
    /// The last parts of open blobs in which further ones may be found, and some in which none will be.
    var splittable: [BlobWork] = []
    /// The open blobs in which a part was dropped, and the number of all of them.
    var misleadingSlots: Set<Int> = []
    var misleadingCount = 0
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

    /// A blob that no worker has begun. The largest comes first, of two equal ones the one that was submitted first.
    private struct WaitingBlob: Comparable {
        let request: BlobRequest
        /// The size of its file if that is known, otherwise the expected size.
        let byteCount: UInt64
        let index: Int

        static func < (one: WaitingBlob, other: WaitingBlob) -> Bool {
            one.byteCount != other.byteCount ? one.byteCount > other.byteCount : one.index < other.index
        }

        static func == (one: WaitingBlob, other: WaitingBlob) -> Bool { one.index == other.index }
    }

    init(jobCount: Int, windowBudget: WindowBudget? = nil) {
        self.jobCount = jobCount
        self.windowBudget = windowBudget
        // One blob alone may be read in as many parts as there could be blobs, and its size is known only when it is
        // open. Unused memory is never touched.
        let blockCount = Self.blockCount(openCount: Self.openCountPerJob * jobCount, jobCount: jobCount)
        freeBlocks = Array((0..<blockCount).reversed())
        blockUsers = Array(repeating: 0, count: blockCount)
        isHeldForPart = Array(repeating: false, count: blockCount)
        idleWorkers = (0..<jobCount).map { PipelineWorker(number: $0) }
    }

    var blockCount: Int { blockUsers.count }

    var leftByteCount: UInt64 { progress.totalByteCount - min(progress.doneByteCount, progress.totalByteCount) }

    /// The number of blobs that no worker has begun.
    var waitingBlobCount: Int { waitingLarge.count + waitingSmall.count }

    /// True while there are blobs, other than small ones, that could be opened.
    var hasBlobsToOpen: Bool { !waitingLarge.isEmpty || waiting != nil }

    /// The number of blocks in use; 0 after a run that was not cancelled.
    var heldBlockCount: Int { blockUsers.count - freeBlocks.count }

    private static func blockCount(openCount: Int, jobCount: Int) -> Int {
        openCount * (2 * BlobWork.maximumPendingBlockCount + 2)
            + jobCount * (PipelineWorker.spareBlockCount + 1 + heldPartBlockCountPerJob)
    }

    // MARK: Submitting

    /// Adds blobs. Small ones are read in the order in which they were submitted, the largest of those submitted together
    /// first.
    mutating func submit(_ requests: [BlobRequest]) {
        count(submitted: requests)
        var small: [BlobRequest] = []
        for request in requests {
            if request.expectedByteCount <= Self.smallByteCount {
                small.append(request)
            } else {
                wait(request, byteCount: request.expectedByteCount)
            }
        }
        small.sort { $0.expectedByteCount > $1.expectedByteCount }
        for request in small { waitingSmall.add(request) }
    }

    /// The workers to start after blobs were added, at most one for each blob that waits.
    mutating func startWorkers() -> [PipelineWorker] {
        let count = min(idleWorkers.count, waitingBlobCount)
        let started = Array(idleWorkers.suffix(count))
        idleWorkers.removeLast(count)
        return started
    }

    /// Counts blobs that are not read, for a run that lacks resources of its own.
    mutating func refuse(_ requests: [BlobRequest], _ facts: [BlobFacts]) {
        count(submitted: requests)
        for (request, facts) in zip(requests, facts) { recordUnread(request, facts) }
    }

    private mutating func count(submitted requests: [BlobRequest]) {
        precondition(!isSubmittingFinished, "no blob is submitted after the end")
        submittedCount += requests.count
        progress.totalBlobCount += requests.count
        for request in requests { progress.totalByteCount &+= request.expectedByteCount }
    }

    private mutating func wait(_ request: BlobRequest, byteCount: UInt64) {
        waitingLarge.add(WaitingBlob(request: request, byteCount: byteCount, index: waitingIndex))
        waitingIndex += 1
    }

    mutating func finishSubmitting() { isSubmittingFinished = true }

    /// Notes that a thread works until at most `count` blobs wait. Returns false if that is the case already.
    mutating func holdBack(_ thread: pthread_t, untilWaiting count: Int) -> Bool {
        guard waitingBlobCount > count else { return false }
        heldBack = (thread, count)
        return true
    }

    var heldBackThread: pthread_t? { heldBack?.thread }

    // MARK: Taking work

    mutating func nextAction(for worker: PipelineWorker, isCancelled: Bool) -> WorkerAction {
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
        if takeSmall(worker) { return .readSmall }
        return end(worker)
    }

    private mutating func takeSmall(_ worker: PipelineWorker) -> Bool {
        guard !waitingSmall.isEmpty else { return false }
        worker.smallRequests.removeAll(keepingCapacity: true)
        worker.smallResults.removeAll(keepingCapacity: true)
        // Fewer when few are left, so that no worker has many left while others have none.
        for _ in 0..<max(1, min(Self.smallBatchCount, waitingSmall.count / jobCount)) {
            worker.smallRequests.append(waitingSmall.takeFirst())
        }
        return true
    }

    private mutating func end(_ worker: PipelineWorker) -> WorkerAction {
        for block in worker.spareBlocks { freeBlocks.append(block) }
        worker.spareBlocks.removeAll(keepingCapacity: true)
        idleWorkers.append(worker)
        if let heldBack, waitingBlobCount <= heldBack.waitingCount { self.heldBack = nil }
        guard idleWorkers.count == jobCount else { return .end(unread: []) }
        precondition(isCancelled || recordedCount == submittedCount, "the last worker ends when all is done")
        return .end(unread: isCancelled ? takeUnread() : [])
    }

    /// Takes all blobs that were not finished, after all workers of a cancelled run have ended.
    private mutating func takeUnread() -> [BlobRequest] {
        var unread = open.values.filter { $0.key == $0.slot }.map(\.request)
        if let waiting { unread.append(waiting.request) }
        while let next = waitingLarge.takeFirst() { unread.append(next.request) }
        while !waitingSmall.isEmpty { unread.append(waitingSmall.takeFirst()) }
        heldBack = nil
        ready = ReadyBlobs()
        open.removeAll()
        splittable.removeAll()
        memoryWaiters.removeAll()
        waiting = nil
        digestQueues.removeAll()
        recordedCount += unread.count
        return unread
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
        waitingLarge.takeFirst().map { BlobWork($0.request, slot: makeKey()) }
    }

    /// A key for a blob or a part.
    mutating func makeKey() -> Int {
        defer { keyCount += 1 }
        return keyCount
    }

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
    ///
    /// - Parameter isHeldBack: whether the calling thread works only until fewer blobs wait.
    mutating func complete(
        _ action: WorkerAction, of worker: PipelineWorker, isHeldBack: Bool = false, isCancelled: Bool
    ) -> Transition {
        var transition =
            switch action {
            case .hash: takeBack(worker.hashJobs)
            case .read, .readAndHash: takeBack(teamOf: worker)
            case .readSmall: takeBack(smallOf: worker)
            case .end: Transition()
            }
        worker.hashJobs.removeAll(keepingCapacity: true)
        if let heldBack, waitingBlobCount <= heldBack.waitingCount {
            self.heldBack = nil
            transition.releasesHeldBack = true
        }
        transition.isPaused = isHeldBack && heldBack == nil
        // Finished blobs are recorded first: only then may the last worker end.
        let isRecordingLeft = transition.finished.contains { if case .large = $0 { true } else { false } }
        if !isRecordingLeft, !transition.isPaused {
            transition.next = nextAction(for: worker, isCancelled: isCancelled)
        }
        return transition
    }

    /// Takes back the facts of small blobs.
    private mutating func takeBack(smallOf worker: PipelineWorker) -> Transition {
        var transition = Transition()
        for (request, result) in zip(worker.smallRequests, worker.smallResults) {
            switch result {
            case .read(let facts):
                recordUnread(request, facts)
                transition.finished.append(.small(request, facts))
            case .tooLarge(let byteCount): wait(request, byteCount: byteCount)
            }
        }
        worker.smallRequests.removeAll(keepingCapacity: true)
        worker.smallResults.removeAll(keepingCapacity: true)
        transition.startedWorker = startWorkerIfWorthwhile()
        return transition
    }

    /// Takes back what a worker has read.
    mutating func takeBack(teamOf worker: PipelineWorker) -> Transition {
        var transition = Transition()
        takeBack(worker.hashJobs, &transition)
        if let ahead = worker.ahead {
            worker.ahead = nil
            ahead.isBusy = false
            if ahead === waiting, ahead.isFinished {
                // There is nothing to read.
                waiting = nil
                transition.finished.append(.large(ahead))
            }
            if open[ahead.slot] != nil { readOnOrRetire(ahead, &transition) }
        }
        takeNewParts(worker, &transition)
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
            readOnOrRetire(work, &transition)
        }
        // A stream that ends may leave its block with the worker; other workers need the surplus.
        while worker.spareBlocks.count > PipelineWorker.spareBlockCount, let block = worker.spareBlocks.popLast() {
            freeBlocks.append(block)
        }
        transition.startedWorker = startWorkerIfWorthwhile()
        return transition
    }

    mutating func takeBack(_ jobs: [HashJob]) -> Transition {
        var transition = Transition()
        takeBack(jobs, &transition)
        transition.startedWorker = startWorkerIfWorthwhile()
        return transition
    }

    private mutating func takeBack(_ jobs: [HashJob], _ transition: inout Transition) {
        let heldBefore = heldPartBlockCount
        defer { readFollowersOn(heldBefore: heldBefore) }
        for job in jobs {
            release(job.segment.block)
            // `job.work` is unowned, and its last job may be the last reference to it.
            let work = job.work
            work.pendingSegmentCount -= 1
            job.chain.isBusy = false
            queueUp(job.chain)
            readOnOrRetire(work, &transition)
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

    mutating func readOnOrRetire(_ work: BlobWork, _ transition: inout Transition) {
        settleParts(around: work, &transition)
        guard work.isFinished else { return readOn(work) }
        guard open.removeValue(forKey: work.key) != nil else { return }
        splittable.removeAll { $0 === work }
        guard work.role == .passedOn else { return transition.finished.append(.large(work)) }
        // The part that leads now may only have waited for the digests of this one.
        guard let next = work.next else { return }
        work.next = nil
        next.previous = nil
        readOnOrRetire(next, &transition)
    }

    /// The caller takes one piece of work itself; another worker is started only if there is a second one.
    private mutating func startWorkerIfWorthwhile() -> PipelineWorker? {
        guard !isCancelled, !idleWorkers.isEmpty else { return nil }
        var readyCount = ready.count
        for queue in digestQueues { readyCount += (queue.chains.count + queue.teamSize - 1) / queue.teamSize }
        if !waitingSmall.isEmpty { readyCount += 1 }
        if open.count < maximumOpenCount {
            readyCount += min(maximumOpenCount - open.count, waitingLarge.count + (waiting == nil ? 0 : 1))
        }
        return readyCount >= 2 ? idleWorkers.popLast() : nil
    }
}
