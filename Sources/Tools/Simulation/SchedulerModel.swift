// layerverify: a simulation of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
package import LayerPipeline
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
    package func run(
        workers workerCount: Int, teamSize: Int, transitions: TransitionCosts,
        rules: [SchedulingPolicy] = SchedulingPolicy.rules
    ) -> SimulatedRun {
        run(workerCount, teamSize, transitions, rules, stopwatch: nil)
    }

    /// Simulates a run to measure the scheduler's own code.
    ///
    /// Returns: the average times of its transitions on this machine, with this number of workers.
    package func measureTransitions(workers workerCount: Int, teamSize: Int) -> TransitionCosts {
        let stopwatch = TransitionStopwatch()
        _ = run(workerCount, teamSize, TransitionCosts(each: 0), SchedulingPolicy.rules, stopwatch: stopwatch)
        return stopwatch.average
    }

    private func run(
        _ workerCount: Int, _ teamSize: Int, _ transitions: TransitionCosts, _ rules: [SchedulingPolicy],
        stopwatch: TransitionStopwatch?
    ) -> SimulatedRun {
        var result = SimulatedRun(workerCount: workerCount)
        for blob in shape.blobs {
            result.idealNanoseconds += costs.ideal(blob, teamSize: teamSize)
            let isCut = cutting(workerCount).map { $0.mayCut(blob.compression, blob.compressedByteCount) } ?? false
            result.chainNanoseconds = max(result.chainNanoseconds, costs.chain(blob, isCut: isCut))
        }
        var simulation = PipelineSimulation(
            shape, costs, cutting(workerCount), workerCount, teamSize, transitions, rules, stopwatch)
        simulation.run(&result)
        return result
    }

    /// How gzip members are cut; nil if they are not.
    private func cutting(_ workerCount: Int) -> BlockCutting? {
        guard let cuts = costs.cuts else { return nil }
        var cutting = BlockCutting(jobCount: workerCount)
        cutting.falsifiedDivisor = cuts.wrongGuessDivisor
        return cutting
    }
}

/// Measures the real times of the scheduler's transitions, in one thread.
final class TransitionStopwatch {
    private var total = TransitionCosts(each: 0)
    private var counts = Array(repeating: 0, count: TransitionCosts.Kind.allCases.count)

    /// A transition takes microseconds. In a longer time another program had the core.
    private static let longest = Duration.milliseconds(1)

    func measure<Result>(_ kind: TransitionCosts.Kind, _ body: () -> Result) -> Result {
        let start = ContinuousClock.now
        let result = body()
        let duration = ContinuousClock.now - start
        guard duration < Self.longest || kind == .submit else { return result }
        total[kind] += duration / .nanoseconds(1)
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
private struct PipelineSimulation {
    private let costs: BlockCosts
    private let transitions: TransitionCosts
    private let stopwatch: TransitionStopwatch?
    private let clock = ModelClock()
    private let pipeline: Pipeline
    private let startedWorkers: [PipelineWorker]
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
        case complete(LeaseKind)
        case finish(FinishedBlob)
    }

    init(
        _ shape: ImageShape, _ costs: BlockCosts, _ cutting: BlockCutting?, _ workerCount: Int, _ teamSize: Int,
        _ transitions: TransitionCosts, _ rules: [SchedulingPolicy], _ stopwatch: TransitionStopwatch?
    ) {
        self.costs = costs
        self.transitions = transitions
        self.stopwatch = stopwatch
        let kernels = ModelledKernels(costs: costs, clock: clock)
        let codecs: [Compression: Codec] = [
            .gzip: kernels.codec(.gzip, teamSize: teamSize), .zstd: kernels.codec(.zstd, teamSize: 1),
        ]
        let digest = kernels.digest(.sha256)
        var options = PipelineOptions(jobCount: workerCount, fastCodec: { codecs[$0] })
        options.rules = rules
        options.fastDigest = { _ in digest }
        // Modelled blobs have one member each.
        options.readsInChunks = false
        options.blockCutting = cutting
        let requests = ModelledStore.requests(shape)
        let store = ModelledStore(shape: shape, costs: costs, clock: clock)
        let pipeline = Pipeline(opener: store, options: options, crew: WorkCrew(size: 1), deliver: { _, _ in })
        let submit = { pipeline.submitWithoutStarting(requests) }
        startedWorkers = stopwatch?.measure(.submit, submit) ?? submit()
        self.pipeline = pipeline
        hands = (0..<workerCount).map { _ in Hand(worker: nil) }
    }

    /// Simulates the pipeline and adds the results to `total`.
    mutating func run(_ total: inout SimulatedRun) {
        for worker in startedWorkers { start(worker, at: transitions[.submit] + costs.startNanoseconds) }
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
        total.cuts = pipeline.cutCounts
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
            let action = timed(.nextAction) { pipeline.nextAction(for: worker) }
            perform(action, worker, at: lock(.nextAction, number, time))
        case .complete(let done):
            let kind: TransitionCosts.Kind =
                switch done {
                case .consume: .completeHash
                case .join: .completeJoin
                case .read, .readAndHash, .readSmall: .completeRead
                }
            let transition = timed(kind) { pipeline.complete(worker) }
            publish(transition, worker, at: lock(kind, number, time))
        case .finish(let blob):
            timed(.note) { _ = pipeline.finish(blob) }
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
        guard begunTime == nil, pipeline.waitingBlobCount == 0 else { return }
        begunTime = time
    }

    // MARK: Actions

    private mutating func perform(_ action: WorkerAction, _ worker: PipelineWorker, at time: Double) {
        let number = worker.number
        noteBegun(at: time)
        guard case .perform(let kind) = action else {
            hands[number].idleSince = time
            endTime = max(endTime, time)
            return
        }
        let heldBefore = pipeline.heldBlockCount
        pipeline.perform(worker)
        // Each block that the lease did not have took the lock.
        let noteCount = pipeline.heldBlockCount - heldBefore
        let part = clock.take() / Double(noteCount + 1)
        hands[number].steps = [.complete(kind), .compute(part)]
        for _ in 0..<noteCount { hands[number].steps += [.note, .compute(part)] }
        events.add(number, at: time)
    }

    private mutating func publish(_ transition: Transition, _ worker: PipelineWorker, at time: Double) {
        if let another = transition.startedWorker { start(another, at: time + costs.startNanoseconds) }
        let finish = transition.finished.reversed().map { Step.finish($0) }
        if let next = transition.next {
            perform(next, worker, at: time)
        } else {
            hands[worker.number].steps = [.next] + finish
            events.add(worker.number, at: time)
        }
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
