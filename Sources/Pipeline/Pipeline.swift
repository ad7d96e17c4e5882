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
/// scheduler's lock. All other fields never change. Completion is called by a work item after the last worker has
/// ended.
package final class Pipeline: Sendable {
    let opener: any BlobOpener
    let options: PipelineOptions
    let isCancelled: @Sendable () -> Bool
    let pool: BlockPool
    private let crew: WorkCrew
    let state: Locked<PipelineState>
    private let completion: @Sendable ([BlobFacts]) -> Void

    /// The number of blobs to give to one pipeline: it keeps much more memory for a blob than remains of it afterwards.
    ///
    /// Not measured: 4096 blobs take at least a tenth of a second, and some MiB. With many workers that would be so
    /// little time that starting and ending a pipeline would take as long.
    package static func batchBlobCount(jobCount: Int) -> Int { max(4096, 512 * jobCount) }

    /// Makes a pipeline for one run.
    ///
    /// `completion` gets the facts in the order of `requests`. Blobs that a cancelled run did not finish are
    /// `.cancelled`; if there is no memory for the blocks, all are `.unreadable` with ENOMEM.
    ///
    /// - Parameter crew: runs the workers; after `start` the caller must have it run its work items.
    package init(
        _ requests: [BlobRequest], opener: any BlobOpener, options: PipelineOptions,
        crew: WorkCrew, isCancelled: @escaping @Sendable () -> Bool = { false },
        completion: @escaping @Sendable ([BlobFacts]) -> Void
    ) {
        self.opener = opener
        self.options = options
        self.crew = crew
        self.isCancelled = isCancelled
        self.completion = completion
        let state = PipelineState(
            requests, jobCount: options.jobCount, windowBudget: options.codecOptions.windowBudget)
        pool = BlockPool(blockCount: state.blockCount)
        self.state = Locked(state)
    }

    /// Starts the run. Must be called once.
    package func start() {
        guard pool.isAllocated else {
            let facts = state.withLock { $0.facts(unreadable: ENOMEM) }
            return crew.add { self.completion(facts) }
        }
        let workers = state.withLock { $0.startWorkers() }
        guard !workers.isEmpty else {
            let facts = state.withLock { $0.allFacts }
            return crew.add { self.completion(facts) }
        }
        for worker in workers { dispatch(worker) }
    }

    /// The progress of the run.
    package var progress: PipelineProgress { state.withLock { $0.progress } }

    /// The blobs that are being read, the largest first.
    package var openBlobs: [OpenBlob] { state.withLock { $0.openBlobs } }

    /// The number of blocks in use; 0 after a run that was not cancelled, unless the scheduler has lost some.
    package var heldBlockCount: Int { state.withLock { $0.heldBlockCount } }

    /// The number of further parts in which blobs were read, and of blobs in which a part did not begin at a member.
    package var partCounts: (parts: Int, misleading: Int) {
        state.withLock { ($0.partCount, $0.misleadingSlots.count) }
    }

    private func dispatch(_ worker: PipelineWorker) {
        crew.add { self.run(worker) }
    }

    private func run(_ worker: PipelineWorker) {
        var action = nextAction(for: worker)
        while true {
            switch action {
            case .hash:
                let start = traceStart
                worker.hash()
                if let start { trace(.hash, worker, since: start, worker.hashJobs.map { $0.tracePart() }) }
                action = giveBack(.hash, worker)
            case .read:
                let start = traceStart
                worker.readTeam(self)
                if let start {
                    let beside = worker.hashJobs.map { $0.tracePart(isBeside: true) }
                    trace(.read, worker, since: start, worker.team.map(\.tracePart) + beside)
                }
                action = giveBack(.read, worker)
            case .readAndHash:
                let start = traceStart
                worker.readAndHashTeam(self)
                if let start { trace(.read, worker, since: start, worker.team.map(\.tracePart)) }
                action = giveBack(.read, worker)
            case .readSmall(let slots):
                readSmall(slots, worker)
                action = nextAction(for: worker)
            case .end(let facts):
                if let facts { completion(facts) }
                return
            }
        }
    }

    private func nextAction(for worker: PipelineWorker) -> PipelineState.Action {
        let isCancelled = self.isCancelled()
        return state.withLock { $0.nextAction(for: worker, isCancelled: isCancelled) }
    }

    /// Gives back what a worker did, finishes what can be finished, and starts a worker if more is ready than the
    /// calling one will do.
    ///
    /// Returns: the next action of the calling worker.
    private func giveBack(_ done: PipelineState.Done, _ worker: PipelineWorker) -> PipelineState.Action {
        let isCancelled = self.isCancelled()
        let consequence = state.withLock { $0.takeBack(done, of: worker, isCancelled: isCancelled) }
        if let another = consequence.startedWorker { dispatch(another) }
        for work in consequence.finished {
            let facts = work.finishedFacts()
            state.withLock { $0.record(facts, for: work) }
        }
        return consequence.next ?? nextAction(for: worker)
    }

    private func readSmall(_ slots: Range<Int>, _ worker: PipelineWorker) {
        let reader = worker.sequentialReader(options)
        let requests = state.withLock { Array($0.requests[slots]) }
        var found: [(slot: Int, facts: BlobFacts)] = []
        found.reserveCapacity(requests.count)
        var tooLarge: [Int] = []
        // The next blob is opened before one is read, so that the storage fetches it in the meantime.
        var next = openAhead(requests.first)
        for (place, request) in requests.enumerated() {
            let opening = next
            next = openAhead(place + 1 < requests.count ? requests[place + 1] : nil)
            guard let opening else { preconditionFailure("every request is opened") }
            let start = traceStart
            let slot = slots.lowerBound + place
            guard opening.isSmall,
                let facts = reader.factsIfMemoryAllows(of: request, opening, isCancelled: isCancelled)
            else {
                tooLarge.append(slot)
                continue
            }
            if let start { trace(.whole, worker, since: start, [facts.tracePart(request.blob)]) }
            found.append((slot, facts))
        }
        state.withLock { state in
            for (slot, facts) in found { state.record(facts, forSmall: slot) }
            for slot in tooLarge { state.readAsLarge(slot) }
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
