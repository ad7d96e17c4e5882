// layerverify: the workers of a run, and what waits for memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec

/// The idle workers of a run, and the thread that works instead of submitting blobs.
struct WorkerRoster {
    let jobCount: Int
    /// The number of cores for them, at most one for each.
    let coreCount: Int
    private var idle: [PipelineWorker]
    /// The thread that works until fewer blobs wait.
    private var heldBack: (thread: pthread_t, waitingCount: Int)?

    init(jobCount: Int, coreCount: Int) {
        self.jobCount = jobCount
        self.coreCount = min(coreCount, jobCount)
        idle = (0..<jobCount).map { PipelineWorker(number: $0) }
    }

    var idleCount: Int { idle.count }
    var runningCount: Int { jobCount - idle.count }

    mutating func addIdle(_ worker: PipelineWorker) { idle.append(worker) }

    /// Takes up to `count` idle workers.
    mutating func takeIdle(_ count: Int) -> [PipelineWorker] {
        let taken = Array(idle.suffix(count))
        idle.removeLast(taken.count)
        return taken
    }

    // MARK: Holding back

    var heldBackThread: pthread_t? { heldBack?.thread }

    /// Notes that a thread works until at most `count` blobs wait.
    mutating func holdBack(_ thread: pthread_t, untilWaiting count: Int) { heldBack = (thread, count) }

    /// Releases the thread that is held back if few enough blobs wait.
    ///
    /// Returns: whether there was one to release.
    @discardableResult
    mutating func endHoldingBack(waitingCount: Int) -> Bool {
        guard let heldBack, waitingCount <= heldBack.waitingCount else { return false }
        self.heldBack = nil
        return true
    }
}

/// Streams whose decoders found no memory for a window, until another decoder releases some.
struct MemoryWaiters {
    private var entries: [ScheduledChunk] = []
    private let windowBudget: WindowBudget?

    init(_ windowBudget: WindowBudget?) { self.windowBudget = windowBudget }

    mutating func add(_ entry: ScheduledChunk) { entries.append(entry) }

    /// Takes the streams that may ask again, because memory was released since they asked.
    mutating func takeWoken() -> [ScheduledChunk] {
        guard !entries.isEmpty, let windowBudget else { return [] }
        let releaseCount = windowBudget.releaseCount
        let woken = entries.filter { $0.memoryTicket != releaseCount }
        entries.removeAll { $0.memoryTicket != releaseCount }
        return woken
    }

    mutating func removeAll() { entries.removeAll() }
}
