// layerverify: the block scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
package import LayerModel
package import LayerSystem

/// Reads every blob once and collects its facts, with at most `jobCount` work items of a crew at a time.
///
/// Blobs may be submitted at any time, and the facts of each are delivered as soon as they are complete.
///
/// Workers never wait, so one thread is enough for all of them: each asks for the next action and ends when there is
/// none, and a transition that makes more work ready starts another worker. `SchedulingPolicy` has the rules by which
/// actions are chosen.
///
/// ## Concurrency
/// `state` is guarded by its lock. What a worker touches is in its `Lease`. All other fields never change.
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
        let state = PipelineState(
            jobCount: options.jobCount, coreCount: options.coreCount, windowBudget: options.codecOptions.windowBudget,
            rules: options.rules)
        pool = BlockPool(blockCount: state.blocks.blockCount)
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
                BlobFacts(reading: .unreadable(errno: ENOMEM, atByte: 0), uncompressed: $0.wanted.unread)
            }
            state.withLock { $0.refuse(requests, facts) }
            for (request, facts) in zip(requests, facts) { deliver(request, facts) }
            return 0
        }
        let (workers, waitingCount) = state.withLock { state in
            state.submit(requests)
            return (state.startWorkers(), state.waiting.count)
        }
        for worker in workers { dispatch(worker) }
        return waitingCount
    }

    /// States that no more blobs will be submitted.
    package func finishSubmitting() { state.withLock { $0.status.isSubmittingFinished = true } }

    /// Has the calling thread work, until at most `count` of the submitted blobs wait. If it is not one of the crew's
    /// threads, it only blocks until then. One thread at a time may call this, instead of `WorkCrew.runAll`.
    package func work(untilWaiting count: Int) {
        let thread = pthread_self()
        let isHeldBack = state.withLock { state in
            guard state.waiting.count > count else { return false }
            state.workers.holdBack(thread, untilWaiting: count)
            return true
        }
        if isHeldBack { crew.run { state.withLock { $0.workers.heldBackThread != nil } } }
    }

    /// Adds blobs and returns the workers to start, for a model that runs them.
    package func submitWithoutStarting(_ requests: [BlobRequest]) -> [PipelineWorker] {
        state.withLock { state in
            state.submit(requests)
            return state.startWorkers()
        }
    }

    /// The number of submitted blobs that no worker has begun.
    package var waitingBlobCount: Int { state.withLock { $0.waiting.count } }

    /// The progress of the run.
    package var progress: PipelineProgress { state.withLock { $0.progress } }

    /// The blobs that are being read, the largest first.
    package var openBlobs: [OpenBlob] { state.withLock { $0.openBlobs } }

    /// The number of blocks in use; 0 after a run that was not cancelled, unless the scheduler has lost some.
    package var heldBlockCount: Int { state.withLock { $0.blocks.heldCount } }

    /// The number of further chunks in which blobs were read, and of blobs in which one did not begin at a member.
    package var chunkCounts: (further: Int, misleading: Int) {
        state.withLock { ($0.splitting.foundCount, $0.splitting.misleadingCount) }
    }

    /// The number of places inside members at which chunks were begun, and how many of them were confirmed and dropped.
    package var cutCounts: CutCounts { state.withLock { $0.splitting.cuts } }

    private func dispatch(_ worker: PipelineWorker) {
        crew.add { self.run(worker) }
    }

    private func run(_ worker: PipelineWorker) {
        let thread = pthread_self()
        let isHeldBack = state.withLock { $0.workers.heldBackThread.map { pthread_equal($0, thread) != 0 } ?? false }
        var action = nextAction(for: worker)
        while true {
            if case .end(let unread) = action {
                for request in unread { deliver(request, request.cancelledFacts) }
                return crew.wakeCaller()
            }
            perform(worker)
            let transition = complete(worker, isHeldBack: isHeldBack)
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

    /// Performs the action of a worker, under no lock.
    package func perform(_ worker: PipelineWorker) {
        let start = traceStart
        guard let kind = worker.perform(self), let start, kind != .readSmall else { return }
        let parts = worker.traceParts
        options.tracer?(
            TraceRecord(worker.traceKind, worker: worker.number, since: start, parts: parts))
    }

    /// Completes the action of a worker.
    ///
    /// Returns: the blobs that are finished by it, a worker to start if more is ready than the calling one will do, and
    /// the next action of the calling worker.
    package func complete(_ worker: PipelineWorker, isHeldBack: Bool = false) -> Transition {
        let isCancelled = self.isCancelled()
        let transition = state.withLock { $0.complete(worker, isHeldBack: isHeldBack, isCancelled: isCancelled) }
        if let start = traceStart, !transition.dropped.isEmpty {
            let parts = transition.dropped.map { TraceRecord.Part($0, byteCount: 0, chunks: .init(dropped: 1)) }
            options.tracer?(TraceRecord(.read, worker: worker.number, since: start, parts: parts))
        }
        return transition
    }

    /// Computes and records the facts of a blob of which everything is read and consumed.
    package func finish(_ blob: FinishedBlob) -> BlobFacts {
        switch blob {
        case .small(_, let facts): return facts
        case .large(let large):
            let facts = large.facts()
            state.withLock { $0.record(facts, for: large.blob) }
            return facts
        }
    }

    /// Takes one of the blocks that were promised to a lease.
    func takePromisedBlock() -> BlockIndex { state.withLock { $0.blocks.takePromised() } }

    /// The current time; nil without a tracer.
    var traceStart: ContinuousClock.Instant? { options.tracer == nil ? nil : .now }
}
