// layerverify: a consumer and the blocks that wait for it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel

/// A consumer of a blob in the scheduler, and the slices that wait for it.
///
/// ## Concurrency
/// Guarded by the scheduler's lock, but for `consumer`: it belongs to the lease that has one of its jobs.
final class ConsumerTask: @unchecked Sendable {
    // SAFETY: every field is guarded as described above.
    let consumer: any BlockConsumer
    /// The method and the digest if it computes one.
    let digest: DigestConsumer?
    /// The scheduler retains the blob as long as a slice waits.
    unowned let blob: Blob
    /// A lease has one of its jobs.
    var isBusy = false
    var isQueued = false
    private var waiting = Queue<BlockSlice>(capacity: 2 * Blob.maximumWaitingCount)

    init(_ consumer: any BlockConsumer, of blob: Blob) {
        self.consumer = consumer
        digest = consumer as? DigestConsumer
        self.blob = blob
    }

    /// The number of slices that wait.
    var count: Int { waiting.count }

    /// No slice waits, and no lease has one.
    var isIdle: Bool { waiting.count == 0 && !isBusy }

    func add(_ slice: BlockSlice) { waiting.add(slice) }

    /// Takes the slice that has waited longest.
    func takeJob() -> ConsumerJob { ConsumerJob(task: self, slice: waiting.takeFirst()) }
}

/// One slice for one consumer.
struct ConsumerJob {
    let task: ConsumerTask
    let slice: BlockSlice
}

/// The jobs of a lease: `teamSize` consumers of the same kind, with one slice of each in turn.
struct ConsumerJobs {
    var jobs: [ConsumerJob] = []
    var teamSize = 0
}

/// The tasks of one kind that have a slice waiting and no lease, the one that has waited longest first.
struct ConsumerQueue {
    /// The algorithm; nil for consumers that are not digests.
    let algorithm: DigestAlgorithm?
    /// The number of consumers that one call serves best.
    let teamSize: Int
    /// Whether they may be interleaved with decoding.
    let mayInterleave: Bool
    var tasks = Queue<ConsumerTask>()

    /// The team size of consumers that are not digests: more of them would wait longer, and keep their blobs from being read.
    static let otherTeamSize = 1
}

/// All tasks that have a slice waiting and no lease.
struct ConsumerQueues {
    private(set) var queues: [ConsumerQueue] = []

    /// Adds a task if it has a slice waiting and no lease.
    mutating func add(_ task: ConsumerTask) {
        guard !task.isBusy, !task.isQueued, task.count > 0 else { return }
        task.isQueued = true
        let method = task.digest?.method
        if let index = queues.firstIndex(where: { $0.algorithm == method?.algorithm }) {
            queues[index].tasks.add(task)
        } else {
            var queue = ConsumerQueue(
                algorithm: method?.algorithm, teamSize: method?.teamSize ?? ConsumerQueue.otherTeamSize,
                mayInterleave: method?.interleaved != nil)
            queue.tasks.add(task)
            queues.append(queue)
        }
    }

    /// Takes a slice of each of the first `count` tasks of a queue, and further slices of the same tasks while all have
    /// one, up to `roundCount` of each.
    mutating func takeJobs(_ count: Int, from index: Int, rounds roundCount: Int) -> ConsumerJobs {
        var taken = ConsumerJobs(teamSize: count)
        var roundCount = roundCount
        for _ in 0..<count {
            let task = queues[index].tasks.takeFirst()
            task.isQueued = false
            task.isBusy = true
            roundCount = min(roundCount, task.count)
            taken.jobs.append(task.takeJob())
        }
        for index in count..<max(count, roundCount * count) {
            taken.jobs.append(taken.jobs[index - count].task.takeJob())
        }
        return taken
    }

    mutating func removeAll() { queues.removeAll() }
}
