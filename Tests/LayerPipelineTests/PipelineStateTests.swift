// layerverify: tests of the scheduler's transitions, one by one in a single thread.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

/// Each test acts as the workers; no other thread is used.
@Suite struct PipelineStateTests {
    private let large = WaitingBlobs.smallByteCount + 1
    private let sha256 = referenceDigestMethod(for: .sha256)

    private func requests(_ count: Int) -> [BlobRequest] {
        (0..<count).map { request($0, expectedByteCount: large) }
    }

    // MARK: Workers

    @Test func atMostOneWorkerPerBlobIsStarted() {
        var state = PipelineState([request(0), request(1)], jobCount: 5)
        #expect(state.startWorkers().count == 2)
        var none = PipelineState([], jobCount: 5)
        #expect(none.startWorkers().isEmpty)
    }

    @Test func poolHasBlocksForAllOpenChunks() {
        // What waits, what a lease adds in two planes, and what is not used up.
        let perChunk = 2 * Blob.maximumWaitingCount + 2 + 3
        let perJob = PipelineState.openCountPerJob * perChunk + SplitState.cutKeptBlockCountPerJob
        #expect(PipelineState(jobCount: 2).blocks.blockCount == 2 * perJob + SplitState.cutKeptBlockCount)
    }

    @Test func theLastWorkerOfACancelledRunTakesTheUnreadBlobs() {
        var state = PipelineState([request(0), request(1, expectedByteCount: 5), request(2)], jobCount: 3)
        let workers = state.startWorkers()
        _ = state.nextAction(for: workers[0], isCancelled: false)
        _ = state.completeLease(of: workers[0])
        var left: [[BlobIndex]] = []
        for worker in workers {
            guard case .end(let unread) = state.nextAction(for: worker, isCancelled: true) else {
                Issue.record("a cancelled worker continues")
                return
            }
            left.append(unread.map(\.blob).sorted())
        }
        #expect(left == [[], [], [0, 1, 2]])
        #expect(state.waiting.count == 0)
        #expect(state.open.isEmpty)
    }

    @Test func cancellationIsRemembered() {
        var state = PipelineState([request(0), request(1)], jobCount: 2)
        let workers = state.startWorkers()
        _ = state.nextAction(for: workers[0], isCancelled: true)
        #expect(state.lease(workers[1]) == nil)
    }

    @Test func completingReturnsTheNextActionUnlessABlobIsFinished() throws {
        var state = PipelineState(requests(1), jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        chunk.opened(byteCount: 100)
        chunk.stage = .plain
        chunk.attach([sha256])
        worker.readInput(chunk, 100, &state)
        chunk.isReadDone = true
        let read = state.complete(worker, isCancelled: false)
        guard case .perform(.consume)? = read.next, read.finished.isEmpty else {
            Issue.record("the slice is not hashed next")
            return
        }
        let hashed = state.complete(worker, isCancelled: false)
        #expect(hashed.finished.count == 1)
        // The last worker must not end before the facts are recorded.
        #expect(hashed.next == nil)
    }

    // MARK: Order

    @Test func largestBlobIsReadFirst() throws {
        let sizes = [large, large + 5, large + 2]
        var state = PipelineState(sizes.indices.map { request($0, expectedByteCount: sizes[$0]) }, jobCount: 3)
        var blobs: [BlobIndex] = []
        for worker in state.startWorkers() {
            #expect(state.lease(worker) == .read)
            blobs += worker.team.map(\.request.blob)
            #expect(worker.lease?.blocks.blocks.count == 2, "one of input and one of output for one stream")
        }
        #expect(blobs == [1, 2, 0])
    }

    @Test func smallBlobsAreTakenInBatchesAfterLargeOnes() {
        let batch = PipelineState.smallBatchCount
        let requests = (0..<(batch + 3)).map { request($0, expectedByteCount: 1) }
        var state = PipelineState(requests, jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .readSmall)
        for expected in [0..<batch, batch..<(batch + 3)] {
            #expect(worker.lease?.small.map(\.blob) == Array(expected))
            worker.lease?.smallResults = expected.map { _ in .read(BlobFacts(byteCount: 4, reading: .complete)) }
            let transition = state.complete(worker, isCancelled: false)
            #expect(transition.finished.map(\.request.blob) == Array(expected))
        }
        #expect(worker.lease?.kind == nil)
        #expect(state.progress.totalByteCount == UInt64(4 * requests.count))
        #expect(state.progress.doneByteCount == UInt64(4 * requests.count))
        #expect(state.blocks.heldCount == 0)
    }

    @Test func batchesOfSmallBlobsGetSmallerTowardsTheEnd() {
        let count = 300
        var state = PipelineState((0..<count).map { request($0, expectedByteCount: 1) }, jobCount: 10)
        let worker = state.startWorkers()[0]
        var batches: [[BlobIndex]] = []
        while state.waiting.count > 0, state.lease(worker) == .readSmall {
            batches.append(worker.lease?.small.map(\.blob) ?? [])
        }
        #expect(batches.flatMap { $0 } == Array(0..<count))
        #expect(batches.first?.count == PipelineState.smallBatchCount)
        #expect(batches.last?.count == 1)
        #expect(zip(batches, batches.dropFirst()).allSatisfy { $0.count >= $1.count })
    }

    @Test func blobThatIsLargerThanExpectedIsReadInChunks() {
        var state = PipelineState([request(0, expectedByteCount: 1), request(1, expectedByteCount: 1)], jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .readSmall)
        #expect(worker.lease?.small.count == 2)
        worker.lease?.smallResults = [.tooLarge(byteCount: 1 << 20), .tooLarge(byteCount: 1 << 30)]
        #expect(state.completeLease(of: worker).finished.isEmpty)
        #expect(state.lease(worker) == .read)
        // By the size of the file, not the expected one.
        #expect(worker.team.map(\.request.blob) == [1])
    }

    // MARK: Slices and blocks

    /// One uncompressed blob of two blocks, its two digests, and the result of each step.
    @Test func blobIsReadHashedAndFinished() throws {
        var state = PipelineState(requests(1), jobCount: 2)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        let entry = try #require(state.open.values.first)
        #expect(entry.isLeased && !entry.isReady)

        // The worker opened the blob and read a block; both digests wait for it.
        chunk.opened(byteCount: 300)
        chunk.stage = .plain
        chunk.attach([sha256, referenceDigestMethod(for: .sha512)])
        worker.readInput(chunk, 100, &state)
        let transition = state.completeLease(of: worker)
        #expect(transition.finished.isEmpty)
        // Two digests and the blob itself are ready, so another worker is started.
        #expect(transition.startedWorker != nil)
        #expect(entry.blob.waitingCount == 2)
        #expect(state.progress.doneByteCount == 100)
        #expect(state.progress.totalByteCount == 300)
        #expect((entry.blob.blockCount, state.blocks.heldCount) == (1, 1))

        // Hashing takes precedence over reading.
        #expect(state.lease(worker) == .consume)
        _ = state.completeLease(of: worker)
        #expect(state.blocks.heldCount == 1, "the second digest has not had the block")
        #expect(state.lease(worker) == .consume)
        _ = state.completeLease(of: worker)
        #expect((entry.blob.blockCount, state.blocks.heldCount) == (0, 0))
        #expect(entry.blob.waitingCount == 0)

        // The last block is read: the blob is finished when its digests have hashed it.
        #expect(state.lease(worker) == .read)
        worker.readInput(chunk, 200, &state)
        chunk.isReadDone = true
        #expect(state.completeLease(of: worker).finished.isEmpty)
        var finished: [FinishedBlob] = []
        while finished.isEmpty, state.lease(worker) == .consume {
            finished += state.completeLease(of: worker).finished
        }
        guard case .large(let large)? = finished.first else {
            Issue.record("the blob is not finished")
            return
        }
        state.record(BlobFacts(byteCount: 300, reading: .complete), for: large.blob)
        #expect(state.open.isEmpty)
        #expect(state.progress.doneByteCount == 300)
        #expect(state.progress.doneBlobCount == 1)
        #expect(state.lease(worker) == nil)
    }

    /// As many slices of each digest as all of the team have, but at most two; the blob is finished once.
    @Test func twoSlicesOfADigestAreHashedTogether() throws {
        var state = PipelineState(requests(1), jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        chunk.attach([sha256])
        for _ in 0..<3 { worker.readInput(chunk, 50, &state) }
        let read = chunk.output.inputs.map(\.block)
        chunk.isReadDone = true
        _ = state.completeLease(of: worker)
        #expect(state.lease(worker) == .consume)
        #expect(worker.lease?.consuming.teamSize == 1)
        #expect(worker.jobs.map(\.slice.block) == Array(read[..<2]))
        #expect(state.completeLease(of: worker).finished.isEmpty)
        #expect(state.lease(worker) == .consume)
        #expect(worker.jobs.map(\.slice.block) == [read[2]])
        #expect(state.completeLease(of: worker).finished.count == 1)
    }

    /// A consumer that is not a digest gets what the head reads from the lease that reads it, unless slices wait for it.
    @Test func otherConsumersAreServedByTheLeaseOfTheHead() throws {
        var state = PipelineState(requests(1), jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        let silent = SilentConsumer()
        chunk.attach([sha256])
        chunk.consumers?.compressed.append(silent)
        chunk.others = chunk.consumers?.others
        #expect(chunk.others?.compressed.count == 1)
        worker.readInput(chunk, 50, &state)
        _ = state.completeLease(of: worker)
        let blob = try #require(state.open[chunk.id]?.blob)
        #expect(blob.waitingCount == 1)
        #expect(blob.compressed.map(\.count) == [1, 0])
        // What was read ahead waits for it, and so must all that follows.
        let ahead = BlockSlice(block: state.heldBlock(), byteCount: 50)
        state.pass([ahead], [], of: chunk, to: blob)
        #expect(blob.compressed.map(\.count) == [2, 1])
        let mayServe = blob.idleOthers != nil
        #expect(!mayServe)
        #expect(state.lease(worker) == .read)
        let serves = worker.team.first?.others != nil
        #expect(!serves)
    }

    @Test func blockWithoutAConsumerIsFreeAtOnce() throws {
        var state = PipelineState(requests(1), jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        worker.readOutput(try #require(worker.team.first), 50, &state)
        _ = state.completeLease(of: worker)
        #expect(state.blocks.heldCount == 0)
        #expect(state.progress.uncompressedByteCount == 50)
    }

    @Test func blockThatTheDecoderNeedsIsNotFreeAfterHashing() throws {
        var state = PipelineState(requests(1), jobCount: 1)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        chunk.begin(try idleCodec("one", teamSize: 1))
        chunk.attach([sha256])
        worker.readInput(chunk, 50, &state)
        let slice = chunk.output.inputs[0]
        chunk.stream?.input = (slice, 10)
        _ = state.completeLease(of: worker)
        #expect(state.lease(worker) == .consume)
        _ = state.completeLease(of: worker)
        #expect(state.blocks.heldCount == 1)
        // The decoder gives it back in its next action.
        #expect(state.lease(worker) == .read)
        chunk.dropInput()
        _ = state.completeLease(of: worker)
        #expect(state.blocks.heldCount == 0)
    }

    @Test func headIsNotReadWhileTooManySlicesWait() {
        let blob = Blob(request(0), index: 0)
        let entry = ScheduledChunk(Chunk(request(0)), id: 0, of: blob)
        blob.chunks = [entry]
        #expect(entry.isReady)
        blob.waitingCount = Blob.maximumWaitingCount
        #expect(!entry.isReady)
        // One that is ahead keeps what it makes.
        entry.isAhead = true
        #expect(entry.isReady)
        entry.isAhead = false
        blob.waitingCount -= 1
        #expect(entry.isReady)
        let chunk = entry.takeChunk()
        #expect(!entry.isReady)
        chunk.isReadDone = true
        entry.end(chunk)
        #expect(!entry.isReady)
    }

    @Test func taskReturnsItsSlicesInOrder() {
        let blob = Blob(request(0), index: 0)
        let task = ConsumerTask(DigestConsumer(sha256, .compressed), of: blob)
        var next = 0
        var taken: [Int] = []
        for round in 0..<50 {
            for _ in 0...(round % 5) {
                task.add(BlockSlice(block: next, byteCount: 1))
                next += 1
            }
            for _ in 0...(round % 4) where task.count > 0 { taken.append(task.takeJob().slice.block) }
        }
        while task.count > 0 { taken.append(task.takeJob().slice.block) }
        #expect(taken == Array(0..<next))
    }

    // MARK: Teams

    /// Streams whose codec hashes while it decodes, each with a slice that waits.
    private func decoding(_ count: Int, _ method: DigestMethod) throws -> (state: PipelineState, worker: PipelineWorker)
    {
        let codec = Codec(
            name: "interleaving", compression: .gzip, teamSize: 4, begin: GzipCodec.zlib.begin,
            hashingTeamSize: { 2 }, decodeTeam: { _, _ in })
        var state = PipelineState(requests(count), jobCount: count)
        let workers = state.startWorkers()
        for worker in workers { #expect(state.lease(worker) == .read) }
        for worker in workers {
            for chunk in worker.team {
                chunk.begin(codec)
                chunk.attach([method])
                worker.readInput(chunk, 50, &state)
            }
            _ = state.completeLease(of: worker)
        }
        return (state, workers[0])
    }

    @Test(arguments: [(2, 2), (3, 2), (4, 4), (7, 4)])
    func digestsAreInterleavedWithDecoding(_ blobs: Int, _ jobs: Int) throws {
        var (state, worker) = try decoding(blobs, interleavingMethod)
        #expect(state.lease(worker) == .read)
        #expect(worker.team.count <= 2)
        #expect(worker.jobs.count == jobs)
        #expect(Set(worker.jobs.map { ObjectIdentifier($0.task) }).count == jobs)
        // Hashed slices are completed together with the chunks that were read.
        let tasks = worker.jobs.map(\.task)
        let waiting = tasks.map(\.blob.waitingCount)
        _ = state.completeLease(of: worker)
        #expect(zip(tasks, waiting).allSatisfy { $0.blob.waitingCount == $1 - 1 })
        #expect(tasks.allSatisfy { !$0.isBusy })
    }

    @Test func hashingComesFirstIfItCannotBeInterleaved() throws {
        var (state, worker) = try decoding(5, sha256)
        #expect(state.lease(worker) == .consume)
    }

    @Test(arguments: [(4, 0, 4), (7, 0, 4), (5, 1, 4), (3, 0, nil), (4, 2, nil)] as [(Int, Int, Int?)])
    func uncompressedBlobsAreReadAndHashedTogether(_ blobs: Int, _ waiting: Int, _ teamSize: Int?) {
        let method = DigestMethod(
            name: "lanes", algorithm: .sha256, teamSize: 4, begin: sha256.begin, updateTeam: { _ in })
        var state = PipelineState(requests(blobs), jobCount: blobs)
        let workers = state.startWorkers()
        for worker in workers { #expect(state.lease(worker) == .read) }
        for (index, worker) in workers.enumerated() {
            for chunk in worker.team {
                chunk.stage = .plain
                chunk.attach([method])
                if index >= blobs - waiting { worker.readInput(chunk, 50, &state) }
            }
            _ = state.completeLease(of: worker)
        }
        // As many bytes are left as if there were many more blobs, so that shares do not limit teams.
        state.progress.totalByteCount = 1 << 40
        let worker = workers[0]
        let kind = state.lease(worker)
        guard let teamSize else {
            #expect(kind != .readAndHash)
            return
        }
        #expect(kind == .readAndHash)
        #expect(worker.team.count == teamSize)
        #expect(worker.lease?.direct.count == teamSize)
        for chunk in worker.team { chunk.output.directByteCount = 10 }
        let doneByteCount = state.progress.doneByteCount
        _ = state.completeLease(of: worker)
        #expect(state.progress.doneByteCount == doneByteCount + UInt64(10 * teamSize))
        #expect(state.open.values.allSatisfy { !$0.isLeased })
    }

    /// The rest of a stream that ended early is read as stored, and alone: other blobs have their own codecs, or will
    /// have.
    @Test func streamThatEndedEarlyIsReadAlone() throws {
        var state = PipelineState(requests(4), jobCount: 1)
        let worker = try #require(state.startWorkers().first)
        for _ in 0..<4 {
            #expect(state.lease(worker) == .read)
            #expect(worker.team.count == 1)
            let chunk = try #require(worker.team.first)
            chunk.begin(try idleCodec("four", teamSize: 4))
            if chunk.request.blob == 0 { chunk.stage = .plain }
            // The next round begins with the next blob.
            chunk.opened(byteCount: chunk.request.blob == 0 ? large : 2)
            chunk.stage = chunk.request.blob == 0 ? .plain : .opened
            _ = state.completeLease(of: worker)
            if chunk.request.blob == 0 { break }
        }
        #expect(state.lease(worker) == .read)
        #expect(worker.team.count == 1)
    }

    /// Streams in a larger team are slower: a team must not make a long stream end after the others, or leave other
    /// workers without streams.
    @Test(arguments: [
        (1, [100, 100, 100, 100], 4), (2, [100, 100, 100, 100, 100, 100, 100, 100], 4),
        (3, [100, 100, 100, 100, 100], 2),
        (4, [100, 100, 100, 100, 100, 100, 100, 100], 2), (8, [100, 100, 100, 100, 100, 100, 100, 100], 1),
        (2, [235, 100, 100, 100, 100, 100, 100, 65], 2), (2, [500, 100, 100, 100, 100, 100], 1),
        (2, [100, 80, 60, 40, 20], 2),
    ])
    func aTeamIsNoLargerThanAWorkersShare(_ jobCount: Int, _ sizes: [UInt64], _ expected: Int) throws {
        let codec = try idleCodec("four", teamSize: 4)
        var state = PipelineState(
            sizes.enumerated().map { request($0, expectedByteCount: $1 << 20) }, jobCount: jobCount)
        let worker = try #require(state.startWorkers().first)
        for _ in sizes {
            #expect(state.lease(worker) == .read)
            #expect(worker.team.count == 1)
            let chunk = try #require(worker.team.first)
            chunk.begin(codec)
            // The next round begins with the next blob.
            state.open[chunk.id]?.blob.waitingCount = Blob.maximumWaitingCount
            _ = state.completeLease(of: worker)
        }
        for entry in state.open.values {
            entry.blob.waitingCount = 0
            state.makeReady(entry)
        }
        #expect(state.lease(worker) == .read)
        #expect(worker.team.count == expected)
    }
}

/// A consumer that takes nothing.
private final class SilentConsumer: BlockConsumer {
    func consume(_ bytes: RawSpan) {}
    func finish(into facts: inout BlobFacts) {}
}

extension PipelineState {
    /// Takes a block as a lease would.
    fileprivate mutating func heldBlock() -> BlockIndex {
        guard var allowance = blocks.promise(1) else { preconditionFailure("a block is free") }
        let block = allowance.take { blocks.takePromised() }
        blocks.end(allowance)
        return block
    }
}
