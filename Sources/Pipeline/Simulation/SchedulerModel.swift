// layerverify: a simulation of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// Simulates the scheduler with any number of workers. The state, the workers' code and the order of actions are the
/// real ones, but reading, decoding and hashing compute nothing and take the times that were measured elsewhere.
///
/// Each action is performed at the simulated time when it begins, and given back when it ends. One worker at a time has
/// the lock, in the order in which they ask for it; a wait costs the time of waking up.
///
/// Not modelled: memory and caches that cores share, storage, and everything before and after the scheduler (documents,
/// verdicts, the report).
package struct SchedulerModel: Sendable {
    package let shape: ImageShape
    package let costs: BlockCosts

    /// Makes a model of runs over an image of this shape on a machine with these costs.
    package init(_ shape: ImageShape, _ costs: BlockCosts) {
        // The largest blobs come first, as in a real run.
        let blobs = shape.blobs.enumerated().sorted { first, second in
            let (a, b) = (first.element.compressedByteCount, second.element.compressedByteCount)
            return a != b ? a > b : first.offset < second.offset
        }
        self.shape = ImageShape(shape.name, blobs.map(\.element))
        self.costs = costs
    }

    /// Simulates a run. The same arguments give the same result.
    package func run(workers workerCount: Int, teamSize: Int, transitions: TransitionCosts) -> SimulatedRun {
        run(workerCount, teamSize, transitions, stopwatch: nil)
    }

    /// Simulates a run to measure the scheduler's own code.
    ///
    /// Returns: the average times of its transitions on this machine, with this number of workers.
    package func measureTransitions(workers workerCount: Int, teamSize: Int) -> TransitionCosts {
        let stopwatch = TransitionStopwatch()
        _ = run(workerCount, teamSize, TransitionCosts(each: 0), stopwatch: stopwatch)
        return stopwatch.average
    }

    private func run(
        _ workerCount: Int, _ teamSize: Int, _ transitions: TransitionCosts, stopwatch: TransitionStopwatch?
    ) -> SimulatedRun {
        var result = SimulatedRun(workerCount: workerCount)
        for blob in shape.blobs {
            result.idealNanoseconds += costs.ideal(blob, teamSize: teamSize)
            result.chainNanoseconds = max(result.chainNanoseconds, costs.chain(blob))
        }
        let batchBlobCount = Pipeline.batchBlobCount(jobCount: workerCount)
        for start in stride(from: 0, to: shape.blobs.count, by: batchBlobCount) {
            let blobs = shape.blobs[start..<min(start + batchBlobCount, shape.blobs.count)]
            var batch = BatchSimulation(
                ImageShape(shape.name, Array(blobs)), costs, workerCount, teamSize, transitions, stopwatch)
            batch.run(&result)
        }
        return result
    }
}

/// Measures the real times of the scheduler's transitions, in one thread.
final class TransitionStopwatch {
    private var total = TransitionCosts(each: 0)
    private var counts = Array(repeating: 0, count: TransitionCosts.Kind.allCases.count)

    func measure<Result>(_ kind: TransitionCosts.Kind, _ body: () -> Result) -> Result {
        let start = ContinuousClock.now
        let result = body()
        total[kind] += (ContinuousClock.now - start) / .nanoseconds(1)
        counts[kind.rawValue] += 1
        return result
    }

    /// The average time of each transition, without the time that reading the clock takes.
    var average: TransitionCosts {
        let clock = TransitionStopwatch.clockNanoseconds
        var result = TransitionCosts(each: 0)
        for kind in TransitionCosts.Kind.allCases where counts[kind.rawValue] > 0 {
            result[kind] = max(0, total[kind] / Double(counts[kind.rawValue]) - clock)
        }
        return result
    }

    private static let clockNanoseconds: Double = {
        let start = ContinuousClock.now
        for _ in 0..<10_000 { _ = ContinuousClock.now }
        return (ContinuousClock.now - start) / .nanoseconds(1) / 10_000
    }()
}

/// The simulation of one pipeline.
private struct BatchSimulation {
    private let costs: BlockCosts
    private let transitions: TransitionCosts
    private let stopwatch: TransitionStopwatch?
    private let clock = ModelClock()
    private let pipeline: Pipeline
    private let batchCost: Double
    private var hands: [Hand]
    private var events = EventQueue()
    private var result = SimulatedRun(workerCount: 0)

    private var lockFreeTime = 0.0
    private var lastHolder: Int?
    /// The time when the last blob was begun; nil before.
    private var begunTime: Double?
    private var endTime = 0.0

    /// The state of one worker in the simulation.
    private struct Hand {
        let worker: PipelineWorker?
        /// The next steps in reverse order.
        var steps: [Step] = []
        var idleSince: Double? = 0
    }

    /// A step of a worker between two simulated times.
    private enum Step {
        case compute(Double)
        /// A short transition whose effect has already taken place in the model.
        case note
        case next
        case takeBack(PipelineState.Done)
        case record(BlobWork)
        case beginSmall(Range<Int>)
        case readSmall([BlobRequest], firstSlot: Int)
        case recordSmall([BlobFacts], firstSlot: Int)
    }

    init(
        _ shape: ImageShape, _ costs: BlockCosts, _ workerCount: Int, _ teamSize: Int, _ transitions: TransitionCosts,
        _ stopwatch: TransitionStopwatch?
    ) {
        self.costs = costs
        self.transitions = transitions
        self.stopwatch = stopwatch
        let kernels = ModelledKernels(costs: costs, clock: clock)
        let codecs: [Compression: Codec] = [
            .gzip: kernels.codec(.gzip, teamSize: teamSize), .zstd: kernels.codec(.zstd, teamSize: 1),
        ]
        let digest = kernels.digest(.sha256)
        var options = PipelineOptions(
            jobCount: workerCount,
            fastCodec: { codecs[$0] })
        options.fastDigest = { _ in digest }
        // Modelled blobs have no content that could be searched.
        options.readsInParts = false
        let requests = ModelledStore.requests(shape)
        let store = ModelledStore(shape: shape, costs: costs, clock: clock)
        let made = {
            Pipeline(requests, opener: store, options: options, crew: WorkCrew(size: 1), completion: { _ in })
        }
        pipeline = if let stopwatch { stopwatch.measure(.batch, made) } else { made() }
        batchCost = transitions[.batch]
        hands = (0..<workerCount).map { _ in Hand(worker: nil) }
    }

    /// Simulates the pipeline and adds the results to `total`.
    mutating func run(_ total: inout SimulatedRun) {
        let workers = pipeline.state.withLock { $0.startWorkers() }
        for worker in workers { start(worker, at: batchCost + costs.startNanoseconds) }
        while let event = events.takeFirst() { advance(event.worker, at: event.time) }
        precondition(pipeline.heldBlockCount == 0, "a run that lost blocks")
        for number in hands.indices { endIdleness(of: number, at: endTime) }
        let progress = pipeline.progress
        total.blobCount += progress.doneBlobCount
        total.compressedByteCount += progress.doneByteCount
        total.uncompressedByteCount += progress.uncompressedByteCount
        total.wallNanoseconds += endTime
        total.busyNanoseconds += result.busyNanoseconds
        total.lockHeldNanoseconds += result.lockHeldNanoseconds
        total.lockWaitNanoseconds += result.lockWaitNanoseconds
        total.earlyIdleNanoseconds += result.earlyIdleNanoseconds
        total.lateIdleNanoseconds += result.lateIdleNanoseconds
        total.transitionCount += result.transitionCount
    }

    private mutating func start(_ worker: PipelineWorker, at time: Double) {
        if hands[worker.number].worker == nil { hands[worker.number] = Hand(worker: worker) }
        hands[worker.number].steps = [.next]
        events.add(worker.number, at: time)
    }

    private mutating func endIdleness(of number: Int, at time: Double) {
        guard let since = hands[number].idleSince else { return }
        hands[number].idleSince = nil
        let early = max(0, min(begunTime ?? time, time) - since)
        result.earlyIdleNanoseconds += early
        result.lateIdleNanoseconds += max(0, time - since - early)
    }

    // MARK: Time

    private mutating func advance(_ number: Int, at time: Double) {
        endIdleness(of: number, at: time)
        guard let step = hands[number].steps.popLast(), let worker = hands[number].worker else { return }
        switch step {
        case .compute(let cost):
            result.busyNanoseconds += cost
            events.add(number, at: time + cost)
        case .note:
            events.add(number, at: lock(.note, number, time))
        case .next:
            let action = timed(.nextAction) {
                pipeline.state.withLock { $0.nextAction(for: worker, isCancelled: false) }
            }
            perform(action, worker, at: lock(.nextAction, number, time))
        case .takeBack(let done):
            let kind: TransitionCosts.Kind = done == .read ? .takeBackRead : .takeBackHash
            let consequence = timed(kind) {
                pipeline.state.withLock { $0.takeBack(done, of: worker, isCancelled: false) }
            }
            publish(consequence, worker, at: lock(kind, number, time))
        case .record(let work):
            let facts = work.finishedFacts()
            timed(.note) { pipeline.state.withLock { $0.record(facts, for: work) } }
            events.add(number, at: lock(.note, number, time))
        case .beginSmall(let slots):
            let requests = timed(.note) { pipeline.state.withLock { Array($0.requests[slots]) } }
            hands[number].steps.append(.readSmall(requests, firstSlot: slots.lowerBound))
            events.add(number, at: lock(.note, number, time))
        case .readSmall(let requests, let slot):
            let reader = worker.sequentialReader(pipeline.options)
            let facts = requests.map { reader.facts(of: $0, from: pipeline.opener) }
            hands[number].steps += [.recordSmall(facts, firstSlot: slot), .compute(clock.take().nanoseconds)]
            events.add(number, at: time)
        case .recordSmall(let facts, let slot):
            timed(.note) {
                pipeline.state.withLock { state in
                    for (place, facts) in facts.enumerated() { state.record(facts, forSmall: slot + place) }
                }
            }
            events.add(number, at: lock(.note, number, time))
        }
    }

    private func timed<Result>(_ kind: TransitionCosts.Kind, _ body: () -> Result) -> Result {
        if let stopwatch { stopwatch.measure(kind, body) } else { body() }
    }

    /// Takes the lock for a transition. Events are processed in the order of time, so the first worker gets it first.
    ///
    /// Returns: the time when the worker continues.
    private mutating func lock(_ kind: TransitionCosts.Kind, _ number: Int, _ time: Double) -> Double {
        let held = transitions[kind] + (lastHolder == number ? 0 : costs.handoverNanoseconds)
        lastHolder = number
        let isWaiting = lockFreeTime > time
        let begin = max(time, lockFreeTime)
        lockFreeTime = begin + held
        let end = lockFreeTime + (isWaiting ? costs.wakeNanoseconds : 0)
        result.lockHeldNanoseconds += held
        result.lockWaitNanoseconds += end - held - time
        result.transitionCount += 1
        return end
    }

    private mutating func noteBegun(at time: Double) {
        guard begunTime == nil, pipeline.state.withLock({ !$0.hasBlobsToBegin }) else { return }
        begunTime = time
    }

    // MARK: Actions

    private mutating func perform(_ action: PipelineState.Action, _ worker: PipelineWorker, at time: Double) {
        let number = worker.number
        noteBegun(at: time)
        switch action {
        case .hash:
            worker.hash()
            hands[number].steps = [.takeBack(.hash), .compute(clock.take().nanoseconds)]
        case .read, .readAndHash:
            let heldBefore = pipeline.heldBlockCount
            if case .read = action { worker.readTeam(pipeline) } else { worker.readAndHashTeam(pipeline) }
            // Each block that was not spare took the lock, and so did each note.
            let spent = clock.take()
            let noteCount = pipeline.heldBlockCount - heldBefore + spent.noteCount
            let part = spent.nanoseconds / Double(noteCount + 1)
            hands[number].steps = [.takeBack(.read), .compute(part)]
            for _ in 0..<noteCount { hands[number].steps += [.note, .compute(part)] }
        case .readSmall(let slots):
            hands[number].steps = [.next, .beginSmall(slots)]
        case .end:
            hands[number].idleSince = time
            endTime = max(endTime, time)
            return
        }
        events.add(number, at: time)
    }

    private mutating func publish(
        _ consequence: PipelineState.Consequence, _ worker: PipelineWorker, at time: Double
    ) {
        if let another = consequence.startedWorker { start(another, at: time + costs.startNanoseconds) }
        if let next = consequence.next { return perform(next, worker, at: time) }
        hands[worker.number].steps = [.next] + consequence.finished.reversed().map { .record($0) }
        events.add(worker.number, at: time)
    }
}

/// The times when workers continue. Of events at the same time the one that was added first comes first.
private struct EventQueue {
    struct Event: Comparable {
        let time: Double
        let number: Int
        let worker: Int

        static func < (one: Event, other: Event) -> Bool {
            one.time != other.time ? one.time < other.time : one.number < other.number
        }
    }

    private var events = Heap<Event>()
    private var count = 0

    mutating func add(_ worker: Int, at time: Double) {
        events.add(Event(time: time, number: count, worker: worker))
        count += 1
    }

    mutating func takeFirst() -> Event? { events.takeFirst() }
}
