// layerverify: the state of the block scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// The state of the scheduler and its transitions. Each transition runs under the lock, computes, and returns what must
/// be done.
///
/// What a worker may touch is moved out of the state into its `Lease`, and moved back when the lease is completed. The
/// rules by which the next lease is chosen are in `SchedulingPolicy`.
///
/// Memory: a blob has at most `Blob.maximumWaitingCount` slices that wait for consumers when its head is leased, and a
/// lease takes at most `Chunk.blockCountPerLease` blocks for a chunk, twice as many for one in two planes, and one of which
/// may not be full. What chunks fill before they are the head is limited for all blobs together (`BlockLedger.keptCount`).
/// The pool has room for all of that, and `BlockLedger.promise` refuses a lease if it had not.
struct PipelineState {
    var waiting = WaitingBlobs()
    /// The chunks of the blobs that are being read, by their ids.
    var open: [Int: ScheduledChunk] = [:]
    /// The open chunks that a worker may continue to read.
    var ready = ReadyChunks()
    /// The next blob to be opened when another one is done. Nothing of it is read yet, but a worker announces it to the
    /// storage.
    var next: ScheduledChunk?
    var consumers = ConsumerQueues()
    var blocks: BlockLedger
    var splitting = SplitState()
    var memory: MemoryWaiters
    var workers: WorkerRoster
    var progress = PipelineProgress()
    var status = RunStatus()
    /// In order: see `SchedulingPolicy.rules`.
    let rules: [SchedulingPolicy]

    /// The blobs of a run, and whether it ends.
    struct RunStatus {
        var submittedCount = 0
        /// The number of blobs whose facts were recorded.
        var recordedCount = 0
        /// The number of ids that were given to chunks.
        var idCount = 0
        /// The number of transitions, in debug builds.
        var transitionCount = 0
        var isSubmittingFinished = false
        var isCancelled = false
    }

    var jobCount: Int { workers.jobCount }
    var maximumOpenCount: Int { Self.openCountPerJob * jobCount }

    /// The number of chunks open at once, per job: enough for every worker to find a full team, of streams to decode or
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

    init(
        jobCount: Int, coreCount: Int? = nil, windowBudget: WindowBudget? = nil,
        rules: [SchedulingPolicy] = SchedulingPolicy.rules
    ) {
        self.rules = rules
        memory = MemoryWaiters(windowBudget)
        workers = WorkerRoster(jobCount: jobCount, coreCount: coreCount ?? jobCount)
        // One blob alone may be read in as many chunks as there could be blobs, and its size is known only when it is
        // open. Unused memory is never touched.
        blocks = BlockLedger(blockCount: Self.blockCount(jobCount: jobCount))
    }

    /// For each open chunk what waits and what a lease adds, and one block each of input and output that are not used
    /// up, which are a block of input and two of output for a chunk in two planes, whose lease adds twice as much; and the
    /// blocks that chunks keep. Unused memory is never touched.
    private static func blockCount(jobCount: Int) -> Int {
        jobCount * (openCountPerJob * (2 * Blob.maximumWaitingCount + 5) + SplitState.cutKeptBlockCountPerJob)
            + SplitState.cutKeptBlockCount
    }

    var leftByteCount: UInt64 { progress.totalByteCount - min(progress.doneByteCount, progress.totalByteCount) }

    /// True while there are blobs, other than small ones, that could be opened.
    var hasBlobsToOpen: Bool { waiting.largeCount > 0 || next != nil }

    // MARK: Submitting

    mutating func submit(_ requests: [BlobRequest]) {
        count(submitted: requests)
        waiting.add(requests)
    }

    /// Counts blobs that are not read, for a run that lacks resources of its own.
    mutating func refuse(_ requests: [BlobRequest], _ facts: [BlobFacts]) {
        count(submitted: requests)
        for (request, facts) in zip(requests, facts) { record(facts, of: request) }
    }

    private mutating func count(submitted requests: [BlobRequest]) {
        precondition(!status.isSubmittingFinished, "no blob is submitted after the end")
        status.submittedCount += requests.count
        progress.totalBlobCount += requests.count
        for request in requests { progress.totalByteCount &+= request.expectedByteCount }
    }

    /// The workers to start after blobs were added, at most one for each blob that waits.
    mutating func startWorkers() -> [PipelineWorker] { workers.takeIdle(waiting.count) }

    // MARK: Leases

    /// Chooses the next action of a worker, and gives it the lease.
    mutating func nextAction(for worker: PipelineWorker, isCancelled: Bool) -> WorkerAction {
        status.isCancelled = status.isCancelled || isCancelled
        guard !status.isCancelled else { return end(worker) }
        wakeMemoryWaiters()
        admit()
        guard workers.runningCount <= usefulWorkerCount, let lease = SchedulingPolicy.nextLease(&self) else {
            return end(worker)
        }
        let kind = lease.kind
        worker.lease = consume lease
        checkInvariants()
        return .perform(kind)
    }

    private mutating func end(_ worker: PipelineWorker) -> WorkerAction {
        workers.addIdle(worker)
        workers.endHoldingBack(waitingCount: waiting.count)
        checkInvariants()
        guard workers.idleCount == jobCount else { return .end(unread: []) }
        precondition(
            status.isCancelled || status.recordedCount == status.submittedCount,
            "the last worker ends when all is done")
        return .end(unread: status.isCancelled ? takeUnread() : [])
    }

    /// Takes all blobs that were not finished, after all workers of a cancelled run have ended.
    private mutating func takeUnread() -> [BlobRequest] {
        var unread = open.values.filter { !$0.isAhead }.map(\.blob.request)
        for entry in open.values { entry.blob.chunks.removeAll() }
        if let next { unread.append(next.blob.request) }
        next?.blob.chunks.removeAll()
        unread += waiting.takeAll()
        workers.endHoldingBack(waitingCount: 0)
        ready = ReadyChunks()
        open.removeAll()
        splitting.candidates.removeAll()
        splitting.joinable.removeAll()
        memory.removeAll()
        next = nil
        consumers.removeAll()
        status.recordedCount += unread.count
        return unread
    }

    private mutating func admit() {
        while roomForBlobs > 0, let entry = next ?? takeNextLarge() {
            open[entry.id] = entry
            ready.add(entry)
            next = nil
        }
        next = next ?? takeNextLarge()
    }

    /// The number of blobs that may be opened in addition to the open chunks and those that workers are looking for.
    private var roomForBlobs: Int { maximumOpenCount - open.count - splitting.wantedCount }

    private mutating func takeNextLarge() -> ScheduledChunk? {
        waiting.takeLarge().map { request in
            let id = makeID()
            let blob = Blob(request, index: id)
            let entry = ScheduledChunk(Chunk(request), id: id, of: blob)
            blob.chunks = [entry]
            return entry
        }
    }

    mutating func makeID() -> Int {
        defer { status.idCount += 1 }
        return status.idCount
    }

    /// Makes streams ask for memory again if any was released since they asked.
    private mutating func wakeMemoryWaiters() {
        for entry in memory.takeWoken() {
            entry.memoryTicket = nil
            makeReady(entry)
        }
    }

    /// The caller takes one piece of work itself; another worker is started only if there is a second one.
    mutating func takeWorkerIfWorthwhile() -> PipelineWorker? {
        guard !status.isCancelled, workers.idleCount > 0, workers.runningCount < usefulWorkerCount else { return nil }
        var readyCount = ready.count + splitting.joinable.count
        for queue in consumers.queues { readyCount += (queue.tasks.count + queue.teamSize - 1) / queue.teamSize }
        if waiting.smallCount > 0 { readyCount += 1 }
        readyCount += max(0, min(roomForBlobs, waiting.largeCount + (next == nil ? 0 : 1)))
        return readyCount >= 2 ? workers.takeIdle(1).first : nil
    }
}
