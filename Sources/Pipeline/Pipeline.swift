// layerverify: the block scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
package import LayerModel
package import LayerSystem

/// Reads every blob once and collects its facts, with at most `jobCount` work items of a crew at a time.
///
/// Workers never wait, so one thread is enough for all of them: each asks for the next action and ends when there is
/// none, and a transition that makes more work ready starts another worker. The order of actions decodes and hashes
/// together while there are many blobs, and distributes the steps of a single large blob over the cores, without a mode
/// to choose:
///
/// 1. streams can be decoded whose codec hashes in the gaps, and chains wait: decode a block of each of two streams,
///    and hash a block of each of two or four chains in the gaps;
/// 2. as many chains as one call hashes best have a block waiting: hash one block of each in lockstep, and then a
///    second one if all have it;
/// 3. as many uncompressed blobs can be read, and none of their blocks wait: read and hash four blocks of each;
/// 4. a blob can be read: read and decode one block of the blob with the most bytes left. Parts of a blob (`BlobWork`)
///    are read only after 5 while they are too few for a team, and so are uncompressed blobs if hashing first leads to
///    3;
/// 5. any chain has a block waiting: hash it;
/// 6. small blobs are left: read some from beginning to end;
/// 7. nothing is left: the worker ends.
///
/// ## Concurrency
/// `state` is guarded by its lock, and so is everything that `BlobWork` and `HashChain` document as guarded by the
/// scheduler's lock. All other fields never change.
package final class Pipeline: Sendable {
    let opener: any BlobOpener
    let options: PipelineOptions
    let isCancelled: @Sendable () -> Bool
    let pool: BlockPool
    private let crew: WorkCrew
    let state: Locked<PipelineState>
    private let deliver: @Sendable (BlobRequest, BlobFacts) -> Void

    /// Makes a pipeline for one run.
    ///
    /// - Parameters:
    ///   - crew: runs the workers; the submitting thread must have it run its work items in the end (`WorkCrew.runAll`).
    ///   - deliver: receives the facts of each blob once, as soon as they are complete, in any order. It is called by
    ///     several threads at the same time, and under no lock. Blobs that a cancelled run did not finish are
    ///     `.cancelled`; if there is no memory for the blocks, all are `.unreadable` with ENOMEM.
    package init(
        opener: any BlobOpener, options: PipelineOptions, crew: WorkCrew,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        deliver: @escaping @Sendable (BlobRequest, BlobFacts) -> Void
    ) {
        self.opener = opener
        self.options = options
        self.crew = crew
        self.isCancelled = isCancelled
        self.deliver = deliver
        let state = PipelineState(jobCount: options.jobCount, windowBudget: options.codecOptions.windowBudget)
        pool = BlockPool(blockCount: state.blockCount)
        self.state = Locked(state)
    }

    // MARK: Submitting

    /// Adds blobs to the run. May be called from any thread, before `finishSubmitting`.
    ///
    /// Returns: the number of blobs that wait, which no worker has begun. A caller with many blobs should call
    /// `work(untilWaiting:)` from time to time.
    @discardableResult
    package func submit(_ requests: [BlobRequest]) -> Int {
        guard pool.isAllocated else {
            let facts = requests.map {
                BlobFacts(reading: .unreadable(errno: ENOMEM, atByte: 0), uncompressed: $0.unread)
            }
            state.withLock { $0.refuse(requests, facts) }
            for (request, facts) in zip(requests, facts) { deliver(request, facts) }
            return 0
        }
        let (workers, waitingCount) = state.withLock { state in
            state.submit(requests)
            return (state.startWorkers(), state.waitingBlobCount)
        }
        for worker in workers { dispatch(worker) }
        return waitingCount
    }

    /// States that no more blobs will be submitted.
    package func finishSubmitting() { state.withLock { $0.finishSubmitting() } }

    /// Has the calling thread work, until at most `count` of the submitted blobs wait. If it is not one of the crew's
    /// threads, it only blocks until then. One thread at a time may call this, instead of `WorkCrew.runAll`.
    package func work(untilWaiting count: Int) {
        let thread = pthread_self()
        guard state.withLock({ $0.holdBack(thread, untilWaiting: count) }) else { return }
        crew.run { state.withLock { $0.heldBackThread != nil } }
    }

    /// Adds blobs and returns the workers to start, for a model that runs them.
    package func submitWithoutStarting(_ requests: [BlobRequest]) -> [PipelineWorker] {
        state.withLock { state in
            state.submit(requests)
            return state.startWorkers()
        }
    }

    /// The number of submitted blobs that no worker has begun.
    package var waitingBlobCount: Int { state.withLock { $0.waitingBlobCount } }

    /// The progress of the run.
    package var progress: PipelineProgress { state.withLock { $0.progress } }

    /// The blobs that are being read, the largest first.
    package var openBlobs: [OpenBlob] { state.withLock { $0.openBlobs } }

    /// The number of blocks in use; 0 after a run that was not cancelled, unless the scheduler has lost some.
    package var heldBlockCount: Int { state.withLock { $0.heldBlockCount } }

    /// The number of further parts in which blobs were read, and of blobs in which a part did not begin at a member.
    package var partCounts: (parts: Int, misleading: Int) {
        state.withLock { ($0.partCount, $0.misleadingCount) }
    }

    private func dispatch(_ worker: PipelineWorker) {
        crew.add { self.run(worker) }
    }

    private func run(_ worker: PipelineWorker) {
        options.prepareThread()
        let thread = pthread_self()
        let isHeldBack = state.withLock { $0.heldBackThread.map { pthread_equal($0, thread) != 0 } ?? false }
        var action = nextAction(for: worker)
        while true {
            if case .end(let unread) = action {
                for request in unread { deliver(request, request.cancelledFacts) }
                return crew.wakeCaller()
            }
            perform(action, worker)
            let transition = complete(action, worker, isHeldBack: isHeldBack)
            if let another = transition.startedWorker { dispatch(another) }
            for blob in transition.finished { deliver(blob.request, finish(blob)) }
            if transition.releasesHeldBack { crew.wakeCaller() }
            // Another thread, or this one later, continues the work.
            if transition.isPaused { return dispatch(worker) }
            action = transition.next ?? nextAction(for: worker)
        }
    }

    // MARK: The steps of a worker

    package func nextAction(for worker: PipelineWorker) -> WorkerAction {
        let isCancelled = self.isCancelled()
        return state.withLock { $0.nextAction(for: worker, isCancelled: isCancelled) }
    }

    /// Performs an action, under no lock.
    package func perform(_ action: WorkerAction, _ worker: PipelineWorker) {
        let start = traceStart
        switch action {
        case .hash:
            worker.hash()
            if let start { trace(.hash, worker, since: start, worker.hashJobs.map { $0.tracePart() }) }
        case .read:
            worker.readTeam(self)
            if let start {
                let beside = worker.hashJobs.map { $0.tracePart(isBeside: true) }
                trace(.read, worker, since: start, worker.team.map(\.tracePart) + beside)
            }
        case .readAndHash:
            worker.readAndHashTeam(self)
            if let start { trace(.read, worker, since: start, worker.team.map(\.tracePart)) }
        case .readSmall: readSmall(worker)
        case .end: break
        }
    }

    /// Completes an action.
    ///
    /// Returns: the blobs that are finished by it, a worker to start if more is ready than the calling one will do, and
    /// the next action of the calling worker.
    package func complete(_ action: WorkerAction, _ worker: PipelineWorker, isHeldBack: Bool = false) -> Transition {
        let isCancelled = self.isCancelled()
        return state.withLock {
            $0.complete(action, of: worker, isHeldBack: isHeldBack, isCancelled: isCancelled)
        }
    }

    /// Computes and records the facts of a blob of which everything is read and hashed.
    package func finish(_ blob: FinishedBlob) -> BlobFacts {
        switch blob {
        case .small(_, let facts): return facts
        case .large(let work):
            let facts = work.finishedFacts()
            state.withLock { $0.record(facts, for: work) }
            return facts
        }
    }

    private func readSmall(_ worker: PipelineWorker) {
        let reader = worker.sequentialReader(options)
        // The next blob is opened before one is read, so that the storage fetches it in the meantime.
        var next = openAhead(worker.smallRequests.first)
        for (index, request) in worker.smallRequests.enumerated() {
            let opening = next
            next = openAhead(index + 1 < worker.smallRequests.count ? worker.smallRequests[index + 1] : nil)
            guard let opening else { preconditionFailure("every request is opened") }
            let start = traceStart
            guard opening.isSmall,
                let facts = reader.factsIfMemoryAllows(of: request, opening, isCancelled: isCancelled)
            else {
                worker.smallResults.append(.tooLarge(byteCount: opening.reader?.byteCount ?? 0))
                continue
            }
            if let start { trace(.whole, worker, since: start, [facts.tracePart(request.blob)]) }
            worker.smallResults.append(.read(facts))
        }
    }

    private func openAhead(_ request: BlobRequest?) -> BlobOpening? {
        guard let request else { return nil }
        let opening = BlobOpening(request, from: opener)
        opening.reader?.announce(byteCount: BlockPool.blockByteCount, at: 0)
        return opening
    }

    // MARK: Tracing

    /// The current time; nil without a tracer.
    private var traceStart: ContinuousClock.Instant? { options.tracer == nil ? nil : .now }

    private func trace(
        _ kind: TraceRecord.Kind, _ worker: PipelineWorker, since start: ContinuousClock.Instant,
        _ parts: [TraceRecord.Part]
    ) {
        options.tracer?(TraceRecord(kind, worker: worker.number, since: start, parts: parts))
    }

    /// Takes a block from the pool, for a worker without a spare one.
    func takeBlock() -> BlockIndex { state.withLock { $0.takeBlock() } }

    /// Corrects the size of a blob to that of its file.
    func noteOpened(_ work: BlobWork, byteCount: UInt64) {
        state.withLock { $0.noteOpened(work, byteCount: byteCount) }
    }
}

extension BlobWork {
    /// What the current action did. Called by the worker that owns the blob, before it gives the blob back.
    fileprivate var tracePart: TraceRecord.Part {
        TraceRecord.Part(
            request.blob, byteCount: newInputs.reduce(directByteCount) { $0 + UInt64($1.byteCount) },
            producedByteCount: newOutputs.reduce(0) { $0 + UInt64($1.byteCount) })
    }
}

extension HashJob {
    fileprivate func tracePart(isBeside: Bool = false) -> TraceRecord.Part {
        TraceRecord.Part(work.request.blob, byteCount: UInt64(segment.byteCount), isBeside: isBeside)
    }
}

extension BlobFacts {
    /// What reading a blob from beginning to end did.
    package func tracePart(_ blob: BlobIndex) -> TraceRecord.Part {
        let produced = compression == Compression.none ? 0 : uncompressed?.byteCount ?? 0
        return TraceRecord.Part(blob, byteCount: byteCount, producedByteCount: produced)
    }
}
