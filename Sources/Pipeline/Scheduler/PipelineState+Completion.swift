// layerverify: how the scheduler completes leases.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Completing what a worker did.
extension PipelineState {
    /// Completes the lease of a worker, and chooses its next action; in one transition, because all workers share the
    /// lock.
    ///
    /// - Parameter isHeldBack: whether the calling thread works only until fewer blobs wait.
    mutating func complete(
        _ worker: PipelineWorker, isHeldBack: Bool = false, isCancelled: Bool
    ) -> Transition {
        var transition = completeLease(of: worker)
        transition.releasesHeldBack = workers.endHoldingBack(waitingCount: waiting.count)
        transition.isPaused = isHeldBack && workers.heldBackThread == nil
        // Finished blobs are recorded first: only then may the last worker end.
        let isRecordingLeft = transition.finished.contains { if case .large = $0 { true } else { false } }
        if !isRecordingLeft, !transition.isPaused {
            transition.next = nextAction(for: worker, isCancelled: isCancelled)
        }
        return transition
    }

    /// Completes the lease of a worker.
    mutating func completeLease(of worker: PipelineWorker) -> Transition {
        var transition = Transition()
        guard let lease = worker.lease.take() else { return transition }
        complete(lease.consuming.jobs, &transition)
        if let chunk = lease.prefetch { complete(prefetched: chunk, &transition) }
        if let split = lease.split {
            let isInTeam = lease.team.contains { $0 === split.chunk }
            complete(split, isInTeam: isInTeam, &transition)
        }
        if let joint = lease.joint { complete(joint, &transition) }
        for chunk in lease.team { complete(chunk, &transition) }
        for (request, result) in zip(lease.small, lease.smallResults) {
            complete(request, result, &transition)
        }
        blocks.end(lease.blocks)
        if !splitting.dropped.isEmpty { swap(&transition.dropped, &splitting.dropped) }
        transition.startedWorker = takeWorkerIfWorthwhile()
        checkInvariants()
        return transition
    }

    /// Completes the jobs of consumers.
    private mutating func complete(_ jobs: [ConsumerJob], _ transition: inout Transition) {
        let keptBefore = blocks.keptCount
        defer { makeReadyAhead(keptBefore: keptBefore) }
        for job in jobs {
            let blob = job.task.blob
            blocks.release(job.slice.block)
            blob.waitingCount -= 1
            job.task.isBusy = false
            consumers.add(job.task)
            if let head = blob.head { continueOrFinish(head, &transition) }
        }
    }

    /// Completes a chunk that was opened and not read.
    private mutating func complete(prefetched chunk: Chunk, _ transition: inout Transition) {
        let isNext = chunk.id == next?.id
        guard let entry = isNext ? next : open[chunk.id] else { return }
        count(chunk.input.blobByteCount, for: entry.blob)
        entry.end(chunk)
        if !isNext { return continueOrFinish(entry, &transition) }
        guard chunk.isReadDone else { return }
        // There is nothing to read.
        next = nil
        finish(entry, chunk, &transition)
    }

    /// Completes a chunk that was read.
    private mutating func complete(_ chunk: Chunk, _ transition: inout Transition) {
        guard let entry = open[chunk.id] else { preconditionFailure("a leased chunk is open") }
        let blob = entry.blob
        count(chunk.input.blobByteCount, for: blob)
        if let made = chunk.consumers.take() { blob.begin(made) }
        for block in chunk.output.released { blocks.release(block) }
        if entry.isAhead {
            keep(chunk, entry)
        } else {
            let hasServedOthers = chunk.others.take() != nil
            precondition(!hasServedOthers || blob.idleOthers != nil, "a lease of the head has its consumers alone")
            pass(chunk.output.inputs, chunk.output.outputs, of: chunk, to: blob, digestsOnly: hasServedOthers)
        }
        if let output = chunk.stream?.output {
            blocks.use(output.block, of: blob, count: 1, isKept: false)
            if let second = output.second { blocks.use(second.block, of: blob, count: 1, isKept: false) }
        }
        progress.doneByteCount &+= chunk.output.directByteCount
        entry.memoryTicket = chunk.output.memoryTicket
        chunk.output.removeAll()
        entry.end(chunk)
        if entry.memoryTicket != nil { memory.add(entry) }
        if chunk.mayBeSplit { splitting.add(entry) }
        continueOrFinish(entry, &transition)
    }

    private mutating func complete(
        _ request: BlobRequest, _ result: Lease.SmallResult, _ transition: inout Transition
    ) {
        switch result {
        case .read(let facts):
            record(facts, of: request)
            transition.finished.append(.small(request, facts))
        case .tooLarge(let byteCount): waiting.addLarge(request, byteCount: byteCount)
        }
    }

    /// Passes what the head of a blob has read and decoded to the consumers.
    ///
    /// - Parameter digestsOnly: whether the others have got it already.
    mutating func pass(
        _ inputs: [BlockSlice], _ outputs: [BlockSlice], of chunk: Chunk, to blob: Blob, digestsOnly: Bool = false
    ) {
        let compressed = digestsOnly ? blob.compressed.prefix { $0.digest != nil } : blob.compressed[...]
        let uncompressed = digestsOnly ? blob.uncompressed.prefix { $0.digest != nil } : blob.uncompressed[...]
        for input in inputs {
            progress.doneByteCount &+= UInt64(input.byteCount)
            blob.cuts.count(compressed: input.byteCount)
            pass(input, to: compressed, of: blob, furtherUsers: chunk.stream?.isDecoding(input) == true ? 1 : 0)
        }
        for output in outputs {
            progress.uncompressedByteCount &+= UInt64(output.byteCount)
            blob.cuts.count(content: output.byteCount)
            pass(output, to: uncompressed, of: blob, furtherUsers: 0)
        }
    }

    private mutating func pass(
        _ slice: BlockSlice, to tasks: ArraySlice<ConsumerTask>, of blob: Blob, furtherUsers: Int
    ) {
        // The head of a blob that is cut may be ahead of the consumers as well.
        blocks.use(slice.block, of: blob, count: tasks.count + furtherUsers, isKept: blob.cuts.isCut)
        blob.waitingCount += tasks.count
        for task in tasks {
            task.add(slice)
            consumers.add(task)
        }
    }

    /// Settles what belongs to the blob of a chunk, and makes the chunk ready or finishes the blob.
    mutating func continueOrFinish(_ entry: ScheduledChunk, _ transition: inout Transition) {
        let blob = entry.blob
        settleChunks(of: blob)
        guard let head = blob.head else { return }
        if blob.chunks.count == 1, blob.waitingCount == 0, let chunk = head.chunk, chunk.isReadDone {
            return finish(head, chunk, &transition)
        }
        makeReady(head)
        if entry !== head, open[entry.id] != nil { makeReady(entry) }
    }

    private mutating func finish(_ entry: ScheduledChunk, _ chunk: Chunk, _ transition: inout Transition) {
        open.removeValue(forKey: entry.id)
        splitting.remove(entry)
        // Each refers to the other.
        entry.blob.chunks.removeAll()
        transition.finished.append(.large(LargeBlob(blob: entry.blob, chunk: chunk)))
    }
}
