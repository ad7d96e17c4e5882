// layerverify: tests of submitting blobs while a run is under way.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerPipeline
import LayerSystem
import Testing

@Suite(.timeLimit(.minutes(5))) struct OpenQueueTests {
    /// The facts that were delivered, by blob.
    private final class Delivered: Sendable {
        let facts = Locked<[BlobIndex: [BlobFacts]]>([:])

        func add(_ request: BlobRequest, _ facts: BlobFacts) {
            self.facts.withLock { $0[request.blob, default: []].append(facts) }
        }

        var count: Int { facts.withLock { $0.count } }
    }

    private static let sizes = [0, 10, 3000, 70_000, 300_000, 1_000_000]
    private static let store = MemoryStore(blobs: sizes.map { content($0) })

    private func request(_ blob: BlobIndex) -> BlobRequest {
        let index = blob % Self.sizes.count
        return BlobRequest(
            blob: blob, location: .range(root: 0, offset: UInt64(index), byteCount: 0),
            expectedByteCount: UInt64(Self.sizes[index]), digestAlgorithms: [.sha256], diffIDAlgorithms: [.sha256])
    }

    private func expectAll(_ delivered: Delivered, _ count: Int) {
        let facts = delivered.facts.withLock { $0 }
        #expect(facts.count == count)
        let digests = Self.store.blobs.map { oneShot($0) }
        for (blob, facts) in facts {
            #expect(facts.count == 1)
            #expect(facts.first?.digests == [digests[blob % Self.sizes.count]])
        }
    }

    /// A pipeline that is used like by a caller with more blobs than may wait.
    @Test(arguments: [1, 2, 8], [true, false])
    func aCallerIsHeldBackUntilFewBlobsWait(_ jobs: Int, _ callerHelps: Bool) {
        let delivered = Delivered()
        let crew = WorkCrew(size: jobs, callerHelps: callerHelps)
        let pipeline = Pipeline(opener: Self.store, options: PipelineOptions(jobCount: jobs), crew: crew) {
            delivered.add($0, $1)
        }
        for start in stride(from: 0, to: 600, by: 60) {
            let waiting = pipeline.submit((start..<start + 60).map(request))
            #expect(waiting <= 60 + 25)
            pipeline.work(untilWaiting: 25)
            #expect(pipeline.waitingBlobCount <= 25)
        }
        pipeline.finishSubmitting()
        crew.runAll()
        expectAll(delivered, 600)
        #expect(pipeline.heldBlockCount == 0)
        #expect(pipeline.progress.totalBlobCount == 600)
        #expect(pipeline.progress.doneBlobCount == 600)
    }

    /// Blobs are added when everything before them is done.
    @Test(arguments: [1, 3]) func aPipelineContinuesAfterItHadNothingToDo(_ jobs: Int) {
        let delivered = Delivered()
        let crew = WorkCrew(size: jobs)
        let pipeline = Pipeline(opener: Self.store, options: PipelineOptions(jobCount: jobs), crew: crew) {
            delivered.add($0, $1)
        }
        for round in 0..<5 {
            pipeline.submit((round * 12..<round * 12 + 12).map(request))
            crew.runAll()
            #expect(delivered.count == round * 12 + 12)
        }
        expectAll(delivered, 60)
    }

    @Test(arguments: [1, 4]) func severalThreadsMaySubmit(_ jobs: Int) async {
        let delivered = Delivered()
        let crew = WorkCrew(size: jobs)
        let pipeline = Pipeline(opener: Self.store, options: PipelineOptions(jobCount: jobs), crew: crew) {
            delivered.add($0, $1)
        }
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for blob in 0..<30 { pipeline.submit([request(30 * task + blob)]) }
                }
            }
        }
        pipeline.finishSubmitting()
        crew.runAll()
        expectAll(delivered, 120)
    }

    @Test(arguments: [1, 2]) func aCancelledRunDeliversEveryBlobOnce(_ jobs: Int) {
        let delivered = Delivered()
        let crew = WorkCrew(size: jobs)
        let pipeline = Pipeline(
            opener: Self.store, options: PipelineOptions(jobCount: jobs), crew: crew,
            isCancelled: { delivered.count >= 20 }
        ) { delivered.add($0, $1) }
        for start in stride(from: 0, to: 600, by: 60) {
            pipeline.submit((start..<start + 60).map(request))
            pipeline.work(untilWaiting: 25)
        }
        pipeline.finishSubmitting()
        crew.runAll()
        let facts = delivered.facts.withLock { $0 }
        #expect(facts.count == 600)
        #expect(facts.values.allSatisfy { $0.count == 1 })
        #expect(facts.values.contains { $0.first?.reading == .complete })
        #expect(facts.values.contains { $0.first?.reading == .cancelled })
    }
}
