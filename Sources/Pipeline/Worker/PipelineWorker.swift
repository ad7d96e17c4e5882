// layerverify: the actions of a worker of the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
package import LayerModel
import LayerSystem

/// Performs the actions of one worker: its lease says which one, and what it may touch.
///
/// ## Concurrency
/// An idle worker is guarded by the scheduler's lock; a running one belongs to its thread.
package final class PipelineWorker: @unchecked Sendable {
    // SAFETY: owned by one thread at a time, as described above.
    /// The number of the worker, beginning with 0, for traces.
    package let number: Int
    /// What the worker may touch; nil while it has no action.
    var lease: Lease?
    /// Memory that is kept from one action to the next.
    var active: [Chunk] = []
    var lanes: [DecodeLane] = []
    private var digestLanes: [DigestLane] = []
    /// The partner of a digest that is interleaved alone: hashing two messages takes as long as one. Its result is not used.
    private var partner: (any StreamDigest)?
    private var directBlocks: [BlockIndex] = []
    /// The pairs of digests that are interleaved with decoding.
    var pairs: [HashPair] = []
    private var reader: SequentialReader?
    /// Memory for the search for boundaries, allocated when it is first needed.
    private var searchMemory: UnsafeMutableRawBufferPointer?

    init(number: Int) { self.number = number }

    deinit { unsafe searchMemory?.deallocate() }

    /// Memory of `byteCount` bytes, whose content is that of the last use.
    func searchBuffer(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        if let memory = unsafe searchMemory, memory.count >= byteCount {
            return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount])
        }
        unsafe searchMemory?.deallocate()
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
        unsafe searchMemory = memory
        return unsafe memory
    }

    /// Performs the action of the lease.
    ///
    /// Returns: what was done; nil if the worker has no lease.
    func perform(_ pipeline: Pipeline) -> LeaseKind? {
        // Nothing else can reach the lease while it is out of the worker.
        guard var lease = lease.take() else { return nil }
        switch lease.kind {
        case .consume: consume(lease.consuming)
        case .read: read(&lease, pipeline)
        case .readAndHash: readAndHash(&lease, pipeline)
        case .readSmall: readSmall(&lease, pipeline)
        case .join: join(&lease, pipeline)
        }
        let kind = lease.kind
        self.lease = consume lease
        return kind
    }

    // MARK: Consuming

    /// Passes slices to their consumers; all are of the same kind, and there is one slice of each in turn.
    private func consume(_ consuming: ConsumerJobs) {
        guard let method = consuming.jobs.first?.task.digest?.method else {
            // SAFETY: the bytes do not change until the job is completed, because its block is in use until then.
            for job in consuming.jobs { unsafe job.task.consumer.consume(job.slice.bytes.bytes) }
            return
        }
        for start in stride(from: 0, to: consuming.jobs.count, by: consuming.teamSize) {
            fillDigestLanes(consuming.jobs[start..<start + consuming.teamSize])
            unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe method.update($0) }
        }
    }

    private func fillDigestLanes(_ jobs: ArraySlice<ConsumerJob>) {
        digestLanes.removeAll(keepingCapacity: true)
        for job in jobs {
            guard let digest = job.task.digest?.digest else { preconditionFailure("a team of digests") }
            // SAFETY: as in `consume`.
            unsafe digestLanes.append(DigestLane(digest: digest, bytes: job.slice.bytes))
        }
    }

    /// Makes the pairs of digests that decoding advances. `endInterleaving` must follow.
    func beginInterleaving(_ consuming: ConsumerJobs) {
        pairs.removeAll(keepingCapacity: true)
        guard let interleaved = consuming.jobs.first?.task.digest?.method.interleaved else { return }
        fillDigestLanes(consuming.jobs[...])
        if let alone = digestLanes.first, digestLanes.count == 1 {
            let partner = self.partner ?? consuming.jobs[0].task.digest?.method.begin() ?? alone.digest
            self.partner = partner
            unsafe digestLanes.append(DigestLane(digest: partner, bytes: alone.bytes))
        }
        unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe interleaved.begin($0, &pairs) }
        digestLanes.removeSubrange(consuming.jobs.count...)
    }

    /// Hashes what decoding has left of the pairs.
    func endInterleaving(_ consuming: ConsumerJobs) {
        guard let interleaved = consuming.jobs.first?.task.digest?.method.interleaved else { return }
        unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe interleaved.end($0, pairs) }
        pairs.removeAll(keepingCapacity: true)
    }

    /// The number of blocks of each blob that are read in one action of `readAndHash`.
    private static let directRoundCount = 4

    /// Reads uncompressed blobs and passes the bytes to their consumers, one block of each at a time.
    private func readAndHash(_ lease: inout Lease, _ pipeline: Pipeline) {
        open(prefetch: lease.prefetch, pipeline)
        guard let method = lease.direct.first?.method else { return }
        for _ in 0..<Self.directRoundCount {
            digestLanes.removeAll(keepingCapacity: true)
            directBlocks.removeAll(keepingCapacity: true)
            for (chunk, consumer) in zip(lease.team, lease.direct) where !chunk.isReadDone {
                guard let slice = readBlock(chunk, &lease, pipeline) else { continue }
                // SAFETY: the block belongs to this lease until it is given back below.
                for other in chunk.others?.compressed ?? [] { unsafe other.consume(slice.toConsume.bytes.bytes) }
                unsafe digestLanes.append(DigestLane(digest: consumer.digest, bytes: slice.toConsume.bytes))
                directBlocks.append(slice.toConsume.block)
                chunk.output.directByteCount += UInt64(slice.toConsume.byteCount)
                chunk.isReadDone = chunk.input.isAtEnd
            }
            unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe method.update($0) }
            for block in directBlocks { lease.blocks.giveBack(block) }
        }
    }

    // MARK: Small blobs

    private func readSmall(_ lease: inout Lease, _ pipeline: Pipeline) {
        let reader = self.reader ?? SequentialReader(sharingMemoryOf: pipeline.options)
        self.reader = reader
        // The next blob is opened before one is read, so that the storage fetches it in the meantime.
        var next = openAhead(lease.small.first, pipeline)
        for (index, request) in lease.small.enumerated() {
            let opening = next
            next = openAhead(index + 1 < lease.small.count ? lease.small[index + 1] : nil, pipeline)
            guard let opening else { preconditionFailure("every request is opened") }
            let start = pipeline.traceStart
            guard opening.isSmall,
                let facts = reader.factsIfMemoryAllows(of: request, opening, isCancelled: pipeline.isCancelled)
            else {
                lease.smallResults.append(.tooLarge(byteCount: opening.reader?.byteCount ?? 0))
                continue
            }
            if let start {
                pipeline.options.tracer?(
                    TraceRecord(.whole, worker: number, since: start, parts: [facts.tracePart(request.blob)]))
            }
            lease.smallResults.append(.read(facts))
        }
    }

    private func openAhead(_ request: BlobRequest?, _ pipeline: Pipeline) -> BlobOpening? {
        guard let request else { return nil }
        let opening = BlobOpening(request, from: pipeline.opener)
        opening.reader?.announce(byteCount: BlockPool.blockByteCount, at: 0)
        return opening
    }

    // MARK: Tracing

    /// What the current lease did.
    var traceParts: [TraceRecord.Part] {
        guard let lease = lease.take() else { return [] }
        let isRead = if case .read = lease.kind { true } else { false }
        var parts =
            lease.team.map(\.tracePart)
            + lease.consuming.jobs.map { job in
                TraceRecord.Part(
                    job.task.blob.request.blob, byteCount: UInt64(job.slice.byteCount), isInterleaved: isRead)
            }
        if let split = lease.split, split.found.contains(where: \.isUnconfirmed) {
            parts.append(
                TraceRecord.Part(split.chunk.request.blob, byteCount: 0, chunks: .init(guessed: split.found.count)))
        }
        if let joint = lease.joint {
            parts.append(TraceRecord.Part(joint.next.request.blob, byteCount: 0, chunks: .init(confirmed: 1)))
        }
        self.lease = consume lease
        return parts
    }
}

extension Chunk {
    /// What the current lease did.
    fileprivate var tracePart: TraceRecord.Part {
        TraceRecord.Part(
            request.blob,
            byteCount: output.inputs.reduce(output.directByteCount) { $0 + UInt64($1.byteCount) },
            producedByteCount: output.outputs.reduce(0) { $0 + UInt64($1.byteCount) })
    }
}

extension BlobFacts {
    /// What reading a blob from beginning to end did.
    package func tracePart(_ blob: BlobIndex) -> TraceRecord.Part {
        let produced = compression == Compression.none ? 0 : uncompressed?.byteCount ?? 0
        return TraceRecord.Part(blob, byteCount: byteCount, producedByteCount: produced)
    }
}
