// layerverify: how the chunks of a blob follow one another.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The transitions of chunks that are ahead: what they make is kept until they are the head, or are dropped.
extension PipelineState {
    /// Keeps what a chunk that is ahead has read and decoded.
    mutating func keep(_ chunk: Chunk, _ entry: ScheduledChunk) {
        for input in chunk.output.inputs {
            let count = chunk.stream?.isDecoding(input) == true ? 2 : 1
            blocks.use(input.block, of: entry.blob, count: count, isKept: true)
        }
        for output in chunk.output.outputs {
            for block in output.blocks { blocks.use(block, of: entry.blob, count: 1, isKept: true) }
        }
        entry.keptInputs += chunk.output.inputs
        entry.keptOutputs += chunk.output.outputs
    }

    /// If the head of a blob was read to its end, either the next chunk becomes the head, or it is dropped and the head
    /// continues. Nothing changes while a worker has one of them. A chunk that begins inside a member must be joined to
    /// the head first, which a worker does.
    mutating func settleChunks(of blob: Blob) {
        dropRefutedChunks(of: blob)
        while blob.chunks.count > 1, let head = blob.chunks[0].chunk, head.isReadDone,
            let next = blob.chunks[1].chunk
        {
            if !head.isContinued(by: next) {
                drop(blob.chunks[1], next, after: blob.chunks[0], head)
            } else if next.isUnconfirmed {
                if !splitting.joinable.contains(where: { $0 === blob }) { splitting.joinable.append(blob) }
                return
            } else {
                promote(blob.chunks[1], next, after: head)
            }
        }
    }

    /// Drops the chunks that did not begin at a block, although the chunks before them were not decoded to their beginning.
    private mutating func dropRefutedChunks(of blob: Blob) {
        var index = 1
        while index < blob.chunks.count {
            if let chunk = blob.chunks[index].chunk, chunk.isRefuted || chunk.endsTooEarly,
                let previous = blob.chunks[index - 1].chunk, !previous.isRefuted, !previous.endsTooEarly
            {
                drop(blob.chunks[index], chunk, after: blob.chunks[index - 1], previous)
            } else {
                index += 1
            }
        }
    }

    /// The head of a blob and the next chunk, which begins inside a member where the head has stopped.
    mutating func leaseJoint() -> Lease? {
        while let blob = splitting.joinable.popLast() {
            guard blob.chunks.count > 1, let head = blob.chunks[0].chunk, head.isReadDone,
                let next = blob.chunks[1].chunk, head.isContinued(by: next), next.isUnconfirmed
            else { continue }
            guard let allowance = blocks.promise(0) else { preconditionFailure("nothing can be promised") }
            var lease = Lease(.join, allowance)
            lease.joint = Joint(
                head: blob.chunks[0].takeChunk(), next: blob.chunks[1].takeChunk(), kept: blob.chunks[1].keptOutputs)
            return lease
        }
        return nil
    }

    /// Completes the joint of two chunks: the second becomes the head.
    mutating func complete(_ joint: Joint, _ transition: inout Transition) {
        guard let head = open[joint.head.id], let next = open[joint.next.id] else {
            preconditionFailure("a leased chunk is open")
        }
        splitting.cuts.confirmedCount += 1
        next.blob.cuts.noteConfirmed()
        let keptBefore = blocks.keptCount
        for index in next.keptOutputs.indices {
            guard let second = next.keptOutputs[index].secondPlane else { continue }
            blocks.release(second)
            next.keptOutputs[index].secondPlane = nil
        }
        for block in joint.next.output.released { blocks.release(block) }
        joint.next.output.removeAll()
        head.end(joint.head)
        next.end(joint.next)
        promote(next, joint.next, after: joint.head)
        makeReadyAhead(keptBefore: keptBefore)
        // Those that are unconfirmed may keep more now.
        for entry in next.blob.chunks.dropFirst() where !entry.isLeased { makeReady(entry) }
        continueOrFinish(next, &transition)
    }

    private mutating func promote(_ entry: ScheduledChunk, _ chunk: Chunk, after head: Chunk) {
        let blob = entry.blob
        releaseBlocks(of: head)
        remove(blob.chunks[0])
        entry.isAhead = false
        if let earlier = head.stream?.cursor { chunk.stream?.cursor.add(earlier) }
        let (inputs, outputs) = (entry.keptInputs, entry.keptOutputs)
        (entry.keptInputs, entry.keptOutputs) = ([], [])
        let keptBefore = blocks.keptCount
        pass(inputs, outputs, of: chunk, to: blob)
        makeReadyAhead(keptBefore: keptBefore)
    }

    /// Removes a chunk that did not begin where the one before it ended. That one continues over its range, unless its
    /// blob cannot be read.
    private mutating func drop(
        _ entry: ScheduledChunk, _ chunk: Chunk, after previousEntry: ScheduledChunk, _ previous: Chunk
    ) {
        let blob = entry.blob
        if chunk.isUnconfirmed {
            splitting.cuts.droppedCount += 1
            splitting.dropped.append(blob.request.blob)
            blob.cuts.noteDropped(chunk)
        } else {
            if !blob.hasMisleadingChunk { splitting.misleadingCount += 1 }
            blob.hasMisleadingChunk = true
        }
        let keptBefore = blocks.keptCount
        for slice in entry.keptInputs { blocks.release(slice.block) }
        for slice in entry.keptOutputs { for block in slice.blocks { blocks.release(block) } }
        releaseBlocks(of: chunk)
        chunk.isReadDone = true
        let wasLast = blob.chunks.last === entry
        remove(entry)
        makeReadyAhead(keptBefore: keptBefore)
        guard !previous.isAbandoned else { return }
        previous.input.extend(over: chunk.input)
        previous.isReadDone = false
        if wasLast, !chunk.isUnconfirmed, let other = previous.otherFinder {
            // What looks like a member may be in a stored block; members may still be cut.
            (previous.finder, previous.otherFinder) = (other, nil)
        }
        if wasLast, previous.finder is GzipBlockFinder {
            previous.mayBeSplit = true
            splitting.add(previousEntry)
        }
        if previousEntry.isAhead { makeReady(previousEntry) }
    }

    /// Releases the blocks that a chunk has not used up.
    private mutating func releaseBlocks(of chunk: Chunk) {
        if let input = chunk.stream?.input { blocks.release(input.slice.block) }
        if let output = chunk.stream?.output {
            blocks.release(output.block)
            if let second = output.second { blocks.release(second.block) }
        }
        chunk.stream?.input = nil
        chunk.stream?.output = nil
    }

    private mutating func remove(_ entry: ScheduledChunk) {
        open.removeValue(forKey: entry.id)
        splitting.remove(entry)
        entry.blob.chunks.removeAll { $0 === entry }
    }
}
