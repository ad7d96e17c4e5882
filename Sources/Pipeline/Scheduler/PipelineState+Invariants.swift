// layerverify: what is true between two transitions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension PipelineState {
    /// Checks counts, chunks, queues and the users of blocks, after every transition of the first hundred, and then after
    /// as many transitions as there are chunks; in debug builds only, because it looks at every block.
    mutating func checkInvariants() {
        assert(isTransitionSound())
    }

    private mutating func isTransitionSound() -> Bool {
        status.transitionCount += 1
        guard status.transitionCount <= 100 || status.transitionCount % maximumOpenCount == 0 else { return true }
        return areCountsRight()
    }

    private func areCountsRight() -> Bool {
        let blobs = open.values.filter { !$0.isAhead }.map(\.blob)
        for entry in open.values {
            precondition(entry.blob.chunks.contains { $0 === entry }, "an open chunk belongs to its blob")
            precondition(entry.chunk?.id ?? entry.id == entry.id, "a chunk has the id of its entry")
            precondition(entry.isAhead || entry.keptInputs.isEmpty && entry.keptOutputs.isEmpty, "a head keeps nothing")
        }
        for blob in blobs {
            precondition(blob.chunks.first?.isAhead == false, "the first chunk is the head")
            precondition(blob.chunks.dropFirst().allSatisfy(\.isAhead), "all others are ahead")
            precondition(blob.chunks.allSatisfy { open[$0.id] === $0 }, "the chunks of an open blob are open")
            let tasks = blob.compressed + blob.uncompressed
            precondition(tasks.reduce(0) { $0 + $1.count } <= blob.waitingCount, "waiting slices are counted")
            precondition(
                tasks.allSatisfy { $0.isQueued == (!$0.isBusy && $0.count > 0) }, "a task with a slice is queued")
        }
        let queuedCount = consumers.queues.reduce(0) { $0 + $1.tasks.count }
        let expectedCount = blobs.reduce(0) { $0 + ($1.compressed + $1.uncompressed).count(where: \.isQueued) }
        precondition(queuedCount == expectedCount, "the queues have the tasks of open blobs")
        precondition(open.count <= maximumOpenCount, "no more chunks are open than may be")
        precondition(blobs.count <= open.count, "a blob has one head")
        blocks.checkInvariants(openBlobs: blobs)
        return true
    }
}
