// layerverify: the choice of chunks and consumers for a lease.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest

/// The leases that the rules of `SchedulingPolicy` give.
extension PipelineState {
    /// The number of small blobs that a worker takes at once.
    static let smallBatchCount = 16
    /// The number of slices of each digest that are hashed in one action, if as many wait: it halves the number of
    /// transitions. 8 uncompressed layers, time divided by that of the bare program, with 1, 2 and 4 slices: 1.03, 1.01,
    /// 1.03 (docs/performance.md).
    static let hashRoundCount = 2
    /// The number of blocks that a lease takes at once: one of input and one of output for each of four streams.
    private static let takenBlockCount = 8

    // MARK: Consumers

    /// As many consumers of one kind as one call serves best; nil if fewer wait.
    mutating func leaseFullTeam() -> Lease? {
        guard let index = consumers.queues.firstIndex(where: { $0.tasks.count >= $0.teamSize }) else { return nil }
        return leaseConsumers(consumers.queues[index].teamSize, from: index)
    }

    /// A consumer that is not a digest, with all its slices, if half of those wait that keep its blob from being read: they
    /// were read ahead, since those of a head are passed on by the lease that reads them.
    mutating func leaseWaitingConsumer() -> Lease? {
        guard let index = consumers.queues.firstIndex(where: { $0.algorithm == nil }),
            let task = consumers.queues[index].tasks.first, task.count >= Blob.maximumWaitingCount / 2,
            let allowance = blocks.promise(0)
        else { return nil }
        var lease = Lease(.consume, allowance)
        lease.consuming = consumers.takeJobs(1, from: index, rounds: .max)
        return lease
    }

    /// As many consumers of one kind as are available. Of three that wait two are taken: two and one cost less than
    /// three at once.
    mutating func leaseAnyConsumers() -> Lease? {
        guard let index = consumers.queues.firstIndex(where: { !$0.tasks.isEmpty }) else { return nil }
        let available = min(consumers.queues[index].teamSize, consumers.queues[index].tasks.count)
        return leaseConsumers(available == 3 ? 2 : available, from: index)
    }

    private mutating func leaseConsumers(_ count: Int, from index: Int) -> Lease? {
        guard let allowance = blocks.promise(0) else { return nil }
        var lease = Lease(.consume, allowance)
        lease.consuming = consumers.takeJobs(count, from: index, rounds: Self.hashRoundCount)
        return lease
    }

    // MARK: Chunks

    /// Streams to decode, and digests to interleave with them; nil if not both are available. The digest of a blob that is
    /// cut has often no partner, and is interleaved alone.
    mutating func leaseInterleaved() -> Lease? {
        guard let first = ready.first(), first.chunk.stage == .decoding,
            first.chunk.stream?.codec.hashingTeamSize != nil
        else { return nil }
        let leastCount = first.entry.blob.cuts.isCut ? 1 : 2
        guard let index = consumers.queues.firstIndex(where: { $0.mayInterleave && $0.tasks.count >= leastCount })
        else {
            return nil
        }
        let available = consumers.queues[index].tasks.count
        guard var lease = leaseChunks(isInterleaved: true) else { return nil }
        let count = available >= 4 ? 4 : min(available, 2)
        lease.consuming = consumers.takeJobs(count, from: index, rounds: 1)
        return lease
    }

    /// As many uncompressed blobs as one call hashes best, to read and hash them together: this takes one transition
    /// instead of five, and reuses the same few blocks, which stay in the cache.
    mutating func leaseDirectTeam() -> Lease? {
        guard let first = ready.first(), let method = first.entry.blob.directDigest?.method, method.teamSize > 1 else {
            return nil
        }
        // Three at once cost more than two and one.
        let teamSize = share(for: first.chunk, most: method.teamSize) & ~1
        guard teamSize > 1, ready.count >= teamSize else { return nil }
        var team: [ScheduledChunk] = []
        while team.count < teamSize, let entry = ready.takeFirst() {
            team.append(entry)
            guard entry.blob.directDigest?.method.name == method.name else { break }
        }
        let digests = team.compactMap { entry in
            entry.blob.directDigest.flatMap { $0.method.name == method.name ? $0 : nil }
        }
        guard digests.count == teamSize else {
            for entry in team { ready.add(entry) }
            return nil
        }
        guard var lease = lease(.readAndHash, team) else { return nil }
        lease.direct = digests
        return lease
    }

    /// True if it is better to hash the waiting slices than to read more, because uncompressed blobs can then be read and
    /// hashed together.
    mutating func shouldHashFirst() -> Bool {
        guard let blob = ready.first()?.entry.blob, blob.waitingCount > 0, let method = blob.onlyDigest?.method else {
            return false
        }
        return method.teamSize > 1 && ready.count >= method.teamSize
    }

    /// The chunk with the most bytes left, and further streams if it is one. If digests are interleaved, the codec limits
    /// the number of streams accordingly.
    mutating func leaseChunks(isInterleaved: Bool = false) -> Lease? {
        guard let best = ready.takeFirst(), let chunk = best.chunk else { return nil }
        var team = [best]
        if chunk.stage == .decoding, let codec = chunk.stream?.codec {
            let teamSize = share(
                for: chunk,
                most: best.blob.cuts.isCut
                    ? SplitState.laneCountPerJob : (isInterleaved ? codec.hashingTeamSize : nil) ?? codec.teamSize)
            while team.count < teamSize, let another = ready.takeStream(ofCodec: codec.name) { team.append(another) }
        }
        guard var lease = lease(.read, team) else { return nil }
        lease.split = takeSplitTask(lease.team)
        return lease
    }

    /// A lease of chunks that were taken from those that are ready, with the blocks that they may take; nil if there are
    /// not enough, and the chunks stay ready then.
    private mutating func lease(_ kind: LeaseKind, _ team: [ScheduledChunk]) -> Lease? {
        let count = team.reduce(0) { $0 + ($1.chunk?.blockCountPerLease ?? 0) }
        guard let allowance = blocks.promise(count, taking: min(2 * team.count, Self.takenBlockCount)) else {
            for entry in team { ready.add(entry) }
            return nil
        }
        var lease = Lease(kind, allowance)
        lease.team = team.map { entry in
            let chunk = entry.takeChunk()
            if !entry.isAhead { chunk.others = entry.blob.idleOthers }
            return chunk
        }
        lease.prefetch = takeChunkToAnnounce()
        return lease
    }

    /// The number of streams of the length of `chunk` that fit into a worker's share of all bytes left, at most `most`.
    /// More streams make each of them slower, so a long stream in a full team would be left over at the end, and if
    /// there are few streams, some workers would have none.
    private func share(for chunk: Chunk, most: Int) -> Int {
        let byteCount = chunk.input.bytesLeft
        guard most > 1, byteCount > 0 else { return most }
        let share = leftByteCount / UInt64(jobCount)
        return max(1, min(most, Int(clamping: (share + byteCount / 2) / byteCount)))
    }

    /// The chunk that a worker should open during its action: that of one of the open blobs, unless another worker could
    /// do nothing but read it; otherwise that of the next one.
    private mutating func takeChunkToAnnounce() -> Chunk? {
        if open.count > jobCount, let entry = ready.takeUnopened() { return entry.takeChunk() }
        guard let next, next.chunk?.stage == .unopened else { return nil }
        return next.takeChunk()
    }

    // MARK: Small blobs

    /// Small blobs to read from beginning to end: fewer when few are left, so that no worker has many left while others
    /// have none.
    mutating func leaseSmallBlobs() -> Lease? {
        guard waiting.smallCount > 0, let allowance = blocks.promise(0) else { return nil }
        var lease = Lease(.readSmall, allowance)
        lease.small = waiting.takeSmall(max(1, min(Self.smallBatchCount, waiting.smallCount / jobCount)))
        return lease
    }
}
