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
    private let large = PipelineState.smallByteCount + 1

    @Test func atMostOneWorkerPerBlobIsStarted() {
        var state = PipelineState([request(0), request(1)], jobCount: 5)
        #expect(state.startWorkers().count == 2)
        var none = PipelineState([], jobCount: 5)
        #expect(none.startWorkers().isEmpty)
    }

    @Test func poolHasBlocksForAllOpenBlobs() {
        let perBlob = 2 * BlobWork.maximumPendingBlockCount + 2
        let many = (0..<50).map { request($0, expectedByteCount: large) }
        // One more block for each worker to search for parts, and the blocks that parts keep.
        let perJob = PipelineWorker.spareBlockCount + 1 + PipelineState.heldPartBlockCountPerJob
        #expect(PipelineState(many, jobCount: 2).blockCount == 8 * perBlob + 2 * perJob)
        // One blob alone may be read in as many parts as there could be blobs.
        #expect(
            PipelineState([request(0, expectedByteCount: large)], jobCount: 2).blockCount == 8 * perBlob + 2 * perJob)
    }

    @Test func largestBlobIsReadFirst() throws {
        let sizes = [large, large + 5, large + 2]
        var state = PipelineState(
            sizes.indices.map { request($0, expectedByteCount: sizes[$0]) }, jobCount: 3)
        let workers = state.startWorkers()
        var blobs: [BlobIndex] = []
        for worker in workers {
            guard case .read = state.nextAction(for: worker, isCancelled: false) else {
                Issue.record("no blob to read")
                return
            }
            blobs += worker.team.map { $0.request.blob }
            #expect(worker.spareBlocks.count == 2, "one of input and one of output for one stream")
        }
        #expect(blobs == [1, 2, 0])
    }

    @Test func smallBlobsAreTakenInBatchesAfterLargeOnes() {
        let batch = PipelineState.smallBatchCount
        let requests = (0..<(batch + 3)).map { request($0, expectedByteCount: 1) }
        var state = PipelineState(requests, jobCount: 1)
        let worker = state.startWorkers()[0]
        var action: WorkerAction? = state.nextAction(for: worker, isCancelled: false)
        for expected in [0..<batch, batch..<(batch + 3)] {
            guard case .readSmall? = action else {
                Issue.record("no batch")
                return
            }
            #expect(worker.smallRequests.map(\.blob) == Array(expected))
            worker.smallResults = expected.map { _ in .read(BlobFacts(byteCount: 4, reading: .complete)) }
            let transition = state.complete(.readSmall, of: worker, isCancelled: false)
            #expect(transition.finished.map(\.request.blob) == Array(expected))
            action = transition.next
        }
        guard case .end(let unread)? = action else {
            Issue.record("the worker does not end")
            return
        }
        #expect(unread.isEmpty)
        #expect(state.progress.totalByteCount == UInt64(4 * requests.count))
        #expect(state.progress.doneByteCount == UInt64(4 * requests.count))
        #expect(state.heldBlockCount == 0)
    }

    @Test func theLastWorkerOfACancelledRunTakesTheUnreadBlobs() {
        var state = PipelineState([request(0), request(1, expectedByteCount: 5), request(2)], jobCount: 3)
        let workers = state.startWorkers()
        _ = state.nextAction(for: workers[0], isCancelled: false)
        var left: [[BlobIndex]] = []
        for worker in workers {
            guard case .end(let unread) = state.nextAction(for: worker, isCancelled: true) else {
                Issue.record("a cancelled worker continues")
                return
            }
            left.append(unread.map(\.blob).sorted())
        }
        #expect(left == [[], [], [0, 1, 2]])
        #expect(state.waitingBlobCount == 0)
        #expect(state.open.isEmpty)
    }

    @Test func cancellationIsRemembered() {
        var state = PipelineState([request(0), request(1)], jobCount: 2)
        let workers = state.startWorkers()
        _ = state.nextAction(for: workers[0], isCancelled: true)
        guard case .end = state.nextAction(for: workers[1], isCancelled: false) else {
            Issue.record("the second worker goes on")
            return
        }
    }

    /// One uncompressed blob of two blocks, its two digests, and the result of each step.
    @Test func blobIsReadHashedAndFinished() {
        var state = PipelineState([request(0, expectedByteCount: large)], jobCount: 2)
        let worker = state.startWorkers()[0]
        guard case .read = state.nextAction(for: worker, isCancelled: false), let work = worker.team.first else {
            Issue.record("no blob to read")
            return
        }
        #expect(work.isBusy)
        #expect(!work.isReadyToRead)
        state.noteOpened(work, byteCount: 300)
        #expect(state.progress.totalByteCount == 300)

        // The worker opened the blob and read a block; both digests wait for it.
        let digests = [DigestAlgorithm.sha256, .sha512]
        work.stage = .plain
        work.compressedChains = digests.map { HashChain(referenceDigestMethod(for: $0)) }
        let block = worker.spareBlocks.removeLast()
        work.newInputs.append(Segment(block: block, byteCount: 100))
        let consequence = state.takeBack(teamOf: worker)
        #expect(consequence.finished.isEmpty)
        // Two chains and the blob itself are ready, so another worker is started.
        #expect(consequence.startedWorker != nil)
        #expect(work.pendingSegmentCount == 2)
        #expect(state.progress.doneByteCount == 100)

        // Hashing takes precedence over reading.
        guard case .hash = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("nothing to hash")
            return
        }
        #expect(worker.hashJobs.map { $0.segment.block } == [block])
        let held = state.heldBlockCount
        _ = state.takeBack(worker.hashJobs)
        #expect(state.heldBlockCount == held, "the second digest still wants the block")
        guard case .hash = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("nothing to hash")
            return
        }
        _ = state.takeBack(worker.hashJobs)
        #expect(state.heldBlockCount == held - 1, "both digests have had the block")
        #expect(work.pendingSegmentCount == 0)

        // The last block is read: the blob is finished when its digests have hashed it.
        guard case .read = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("the blob is not read")
            return
        }
        work.newInputs.append(Segment(block: worker.spareBlocks.removeLast(), byteCount: 200))
        work.isReadDone = true
        #expect(state.takeBack(teamOf: worker).finished.isEmpty)
        var finished: [FinishedBlob] = []
        while case .hash = state.nextAction(for: worker, isCancelled: false) {
            finished += state.takeBack(worker.hashJobs).finished
            guard case .large(let work)? = finished.first else { continue }
            state.record(BlobFacts(byteCount: 300, reading: .complete), for: work)
        }
        #expect(finished.count == 1)
        #expect(state.progress.doneByteCount == 300)
        #expect(state.progress.doneBlobCount == 1)
    }

    /// As many blocks of each chain as all chains of the team have, but at most two; the blob is finished once, with
    /// the last of them.
    @Test func twoBlocksOfAChainAreHashedTogether() {
        var state = PipelineState([request(0, expectedByteCount: large)], jobCount: 1)
        let worker = state.startWorkers()[0]
        _ = state.nextAction(for: worker, isCancelled: false)
        let work = worker.team[0]
        work.compressedChains = [HashChain(referenceDigestMethod(for: .sha256))]
        let blocks = (0..<3).map { _ in state.takeBlock() }
        work.newInputs = blocks.map { Segment(block: $0, byteCount: 50) }
        work.isReadDone = true
        _ = state.takeBack(teamOf: worker)
        _ = state.nextAction(for: worker, isCancelled: false)
        #expect(worker.hashTeamSize == 1)
        #expect(worker.hashJobs.map(\.segment.block) == Array(blocks[..<2]))
        #expect(state.takeBack(worker.hashJobs).finished.isEmpty)
        #expect(work.pendingSegmentCount == 1)
        _ = state.nextAction(for: worker, isCancelled: false)
        #expect(worker.hashJobs.map(\.segment.block) == [blocks[2]])
        #expect(state.takeBack(worker.hashJobs).finished.count == 1)
    }

    @Test func blockThatIsNotHashedIsFreedAtOnce() {
        var state = PipelineState([request(0, expectedByteCount: large)], jobCount: 1)
        let worker = state.startWorkers()[0]
        _ = state.nextAction(for: worker, isCancelled: false)
        let work = worker.team[0]
        let held = state.heldBlockCount
        work.newOutputs = [Segment(block: worker.spareBlocks.removeLast(), byteCount: 50)]
        _ = state.takeBack(teamOf: worker)
        #expect(state.heldBlockCount == held - 1)
        #expect(state.progress.uncompressedByteCount == 50)
    }

    @Test func blockHeldByTheDecoderIsNotFreedAfterHashing() {
        var state = PipelineState([request(0, expectedByteCount: large)], jobCount: 1)
        let worker = state.startWorkers()[0]
        _ = state.nextAction(for: worker, isCancelled: false)
        let work = worker.team[0]
        work.stage = .decoding
        work.compressedChains = [HashChain(referenceDigestMethod(for: .sha256))]
        let segment = Segment(block: worker.spareBlocks.removeLast(), byteCount: 50)
        work.newInputs.append(segment)
        work.input = (segment, 10)
        let held = state.heldBlockCount
        _ = state.takeBack(teamOf: worker)
        _ = state.nextAction(for: worker, isCancelled: false)
        _ = state.takeBack(worker.hashJobs)
        #expect(state.heldBlockCount == held)
        // The decoder releases it in its next action.
        (worker.team, worker.hashJobs) = ([work], [])
        work.input = nil
        work.released.append(segment.block)
        _ = state.takeBack(teamOf: worker)
        #expect(state.heldBlockCount == held - 1)
    }

    /// Streams whose codec hashes in the gaps, one for each of `slots`, each with a block that waits.
    private func decoding(_ blobs: Int, _ method: DigestMethod) -> (state: PipelineState, worker: PipelineWorker) {
        let codec = Codec(
            name: "beside", compression: .gzip, teamSize: 4,
            begin: GzipCodec.zlib.begin, hashingTeamSize: { 2 },
            decodeTeam: { _, _ in })
        var state = PipelineState((0..<blobs).map { request($0, expectedByteCount: large) }, jobCount: blobs)
        let workers = state.startWorkers()
        for worker in workers { _ = state.nextAction(for: worker, isCancelled: false) }
        for worker in workers {
            for work in worker.team {
                work.stage = .decoding
                work.codec = codec
                work.compressedChains = [HashChain(method)]
                work.newInputs.append(Segment(block: worker.spareBlocks.removeLast(), byteCount: 50))
            }
            _ = state.takeBack(teamOf: worker)
        }
        return (state, workers[0])
    }

    @Test(arguments: [(2, 2), (3, 2), (4, 4), (7, 4)])
    func chainsAreHashedInTheGapsOfDecoding(_ blobs: Int, _ jobs: Int) throws {
        let pairing = DigestPairing(lend: { _, _ in }, takeBack: { _, _ in })
        let method = DigestMethod(
            name: "pairs", algorithm: .sha256, teamSize: 4, begin: { referenceDigestMethod(for: .sha256).begin() },
            updateTeam: { _ in }, pairing: pairing)
        var (state, worker) = decoding(blobs, method)
        guard case .read = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("nothing is read")
            return
        }
        #expect(worker.team.count <= 2)
        #expect(worker.hashJobs.count == jobs)
        #expect(Set(worker.hashJobs.map { ObjectIdentifier($0.chain) }).count == jobs)
        // Hashed blocks are given back together with the blobs that were read.
        let works = worker.hashJobs.map(\.work)
        let chains = worker.hashJobs.map(\.chain)
        let held = state.heldBlockCount - worker.spareBlocks.count
        _ = state.complete(.read, of: worker, isCancelled: true)
        #expect(works.allSatisfy { $0.pendingSegmentCount == 0 })
        #expect(chains.allSatisfy { !$0.isBusy })
        #expect(state.heldBlockCount <= held - jobs)
    }

    /// Uncompressed blobs that were begun; the last `waiting` have a block that waits.
    private func plain(_ blobs: Int, waiting: Int) -> (state: PipelineState, worker: PipelineWorker) {
        let method = DigestMethod(
            name: "lanes", algorithm: .sha256, teamSize: 4, begin: { referenceDigestMethod(for: .sha256).begin() },
            updateTeam: { _ in })
        var state = PipelineState((0..<blobs).map { request($0, expectedByteCount: large) }, jobCount: blobs)
        let workers = state.startWorkers()
        for worker in workers { _ = state.nextAction(for: worker, isCancelled: false) }
        for (index, worker) in workers.enumerated() {
            for work in worker.team {
                work.stage = .plain
                work.compressedChains = [HashChain(method)]
                guard index >= blobs - waiting else { continue }
                work.newInputs.append(Segment(block: worker.spareBlocks.removeLast(), byteCount: 50))
            }
            _ = state.takeBack(teamOf: worker)
        }
        return (state, workers[0])
    }

    @Test(arguments: [(4, 0, 4), (7, 0, 4), (5, 1, 4), (3, 0, nil), (4, 2, nil)] as [(Int, Int, Int?)])
    func uncompressedBlobsAreReadAndHashedTogether(_ blobs: Int, _ waiting: Int, _ teamSize: Int?) {
        var (state, worker) = plain(blobs, waiting: waiting)
        // As many bytes are left as if there were many more blobs, so that shares do not limit teams.
        state.progress.totalByteCount = 1 << 40
        let action = state.nextAction(for: worker, isCancelled: false)
        guard let teamSize else {
            if case .readAndHash = action { Issue.record("read and hashed together") }
            return
        }
        guard case .readAndHash = action else {
            Issue.record("not read and hashed in one go")
            return
        }
        #expect(worker.team.count == teamSize)
        #expect(worker.team.allSatisfy { $0.isBusy && $0.pendingSegmentCount == 0 })
        for work in worker.team { work.directByteCount = 10 }
        let doneByteCount = state.progress.doneByteCount
        _ = state.takeBack(teamOf: worker)
        #expect(state.progress.doneByteCount == doneByteCount + UInt64(10 * teamSize))
        #expect(worker.team.allSatisfy { !$0.isBusy })
    }

    /// The rest of a stream that ended early is read as stored, and alone: other blobs have their own codecs, or will
    /// have.
    @Test func streamThatEndedEarlyIsReadAlone() throws {
        let codec = try idleCodec("four", teamSize: 4)
        var state = PipelineState((0..<4).map { request($0, expectedByteCount: large) }, jobCount: 1)
        let worker = try #require(state.startWorkers().first)
        guard case .read = state.nextAction(for: worker, isCancelled: false), let work = worker.team.first else {
            Issue.record("no blob to read")
            return
        }
        work.codec = codec
        work.stage = .plain
        // The others come after it, in the state of blobs that were opened ahead.
        for other in state.open.values where other !== work {
            other.stage = .opened
            other.remainingByteCount = 1
        }
        while state.ready.takeFirst() != nil {}
        for other in state.open.values { state.ready.add(other) }
        _ = state.takeBack(teamOf: worker)
        guard case .read = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("nothing is read")
            return
        }
        #expect(worker.team.map(\.slot) == [work.slot])
    }

    @Test func hashingComesFirstWithoutPairs() {
        var (state, worker) = decoding(5, referenceDigestMethod(for: .sha256))
        guard case .hash = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("nothing is hashed")
            return
        }
    }

    @Test func blobThatWaitsForItsDigestsIsNotRead() {
        let work = BlobWork(request(0), slot: 0)
        #expect(work.isReadyToRead)
        work.pendingSegmentCount = BlobWork.maximumPendingBlockCount
        #expect(!work.isReadyToRead)
        work.pendingSegmentCount -= 1
        #expect(work.isReadyToRead)
        work.isReadDone = true
        #expect(!work.isReadyToRead)
        #expect(!work.isFinished)
        work.pendingSegmentCount = 0
        #expect(work.isFinished)
        work.isBusy = true
        #expect(!work.isFinished)
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
        // Every blob is begun, as by a worker.
        for _ in sizes {
            guard case .read = state.nextAction(for: worker, isCancelled: false), let work = worker.team.first else {
                Issue.record("no blob to read")
                return
            }
            #expect(worker.team.count == 1)
            work.stage = .decoding
            work.codec = codec
            // The next round begins with the next blob.
            work.remainingByteCount = 1
            _ = state.takeBack(teamOf: worker)
            work.remainingByteCount = work.request.expectedByteCount
        }
        guard case .read = state.nextAction(for: worker, isCancelled: false) else {
            Issue.record("no team")
            return
        }
        #expect(worker.team.count == expected)
    }

    @Test func givingBackReturnsTheNextActionUnlessABlobIsFinished() {
        var state = PipelineState([request(0, expectedByteCount: large)], jobCount: 1)
        let worker = state.startWorkers()[0]
        guard case .read = state.nextAction(for: worker, isCancelled: false), let work = worker.team.first else {
            Issue.record("no blob to read")
            return
        }
        work.stage = .plain
        work.compressedChains = [HashChain(referenceDigestMethod(for: .sha256))]
        work.newInputs.append(Segment(block: worker.spareBlocks.removeLast(), byteCount: 100))
        work.isReadDone = true
        let read = state.complete(.read, of: worker, isCancelled: false)
        guard case .hash = read.next, read.finished.isEmpty else {
            Issue.record("the block is not hashed next")
            return
        }
        let hashed = state.complete(.hash, of: worker, isCancelled: false)
        #expect(hashed.finished.count == 1)
        // The last worker must not end before the facts are recorded.
        #expect(hashed.next == nil)
    }

    @Test func blobThatOnlyWaitsForItsDigestsIsRetained() {
        var state = PipelineState((0..<2).map { request($0, expectedByteCount: large) }, jobCount: 1)
        let worker = state.startWorkers()[0]
        weak var waiting: BlobWork?
        do {
            guard case .read = state.nextAction(for: worker, isCancelled: false), let work = worker.team.first else {
                Issue.record("no blob to read")
                return
            }
            waiting = work
            work.stage = .plain
            work.compressedChains = [HashChain(referenceDigestMethod(for: .sha256))]
            work.newInputs.append(Segment(block: worker.spareBlocks.removeLast(), byteCount: 100))
            work.isReadDone = true
            _ = state.takeBack(teamOf: worker)
            worker.team.removeAll()
        }
        #expect(waiting != nil)
    }

    @Test func batchesOfSmallBlobsGetSmallerTowardsTheEnd() {
        let count = 300
        var state = PipelineState((0..<count).map { request($0, expectedByteCount: 1) }, jobCount: 10)
        let worker = state.startWorkers()[0]
        var batches: [[BlobIndex]] = []
        while state.waitingBlobCount > 0, case .readSmall = state.nextAction(for: worker, isCancelled: false) {
            batches.append(worker.smallRequests.map(\.blob))
        }
        #expect(batches.flatMap { $0 } == Array(0..<count))
        #expect(batches.first?.count == PipelineState.smallBatchCount)
        #expect(batches.last?.count == 1)
        #expect(zip(batches, batches.dropFirst()).allSatisfy { $0.count >= $1.count })
    }

    @Test func chainReturnsItsSegmentsInOrder() {
        let work = BlobWork(request(0), slot: 0)
        let chain = HashChain(referenceDigestMethod(for: .sha256))
        var next = 0
        var taken: [Int] = []
        for round in 0..<50 {
            for _ in 0...(round % 5) {
                chain.append(Segment(block: next, byteCount: 1), of: work)
                next += 1
            }
            for _ in 0...(round % 4) where !chain.isEmpty { taken.append(chain.removeFirst().segment.block) }
        }
        while !chain.isEmpty { taken.append(chain.removeFirst().segment.block) }
        #expect(taken == Array(0..<next))
    }
}

extension PipelineState {
    /// A state to which blobs were submitted.
    init(_ requests: [BlobRequest], jobCount: Int) {
        self.init(jobCount: jobCount)
        submit(requests)
    }
}

extension Segment {
    /// A segment that is never read.
    fileprivate init(block: BlockIndex, byteCount: Int) {
        let bytes = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 4096), count: byteCount)
        unsafe self.init(block: block, bytes: bytes)
    }
}
