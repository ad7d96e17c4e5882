// layerverify: tests of the limit of blocks, transition by transition in a single thread.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct BlockCountTests {
    /// A decoder that is always between two members.
    private final class EndedDecoder: StreamDecoder {
        func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
            DecodeStep(consumedByteCount: 0, status: .needsInput)
        }
        let isAtBoundary = true
        let boundaryOffset: UInt64 = 0
        var dispute: Dispute? { nil }
    }

    private let codec = Codec(name: "ended", compression: .gzip) { _ in EndedDecoder() }
    private let method = referenceDigestMethod(for: .sha256)

    /// One blob in chunks, whose digests do not advance. A chunk decodes ahead as long as the scheduler allows, then
    /// becomes the head and passes its blocks to the digests, while the next chunk decodes ahead.
    @Test(arguments: [1, 2, 4, 8, 16], [1, 3])
    func chunksThatBecomeTheHeadDoNotExhaustThePool(jobCount: Int, algorithmCount: Int) throws {
        var state = PipelineState([request(0, expectedByteCount: 1 << 40)], jobCount: jobCount)
        let worker = try #require(state.startWorkers().first)
        #expect(state.lease(worker) == .read)
        let first = try #require(worker.team.first)
        first.opened(byteCount: 1 << 40)
        first.begin(codec)
        first.attach([], Array(repeating: method, count: algorithmCount))
        first.mayBeSplit = true
        _ = state.completeLease(of: worker)
        let blob = try #require(state.open.values.first?.blob)
        for _ in 0..<60 {
            // Every chunk is read as long as the scheduler allows, with as much as one action may add.
            while lease(&state, worker) {
                for chunk in worker.team {
                    while chunk.hasRoomInLease { worker.readOutput(chunk, 100, &state) }
                }
                if var split = worker.lease?.split {
                    let place = split.chunk.input.offsetBytes + (1 << 30)
                    let stream = ChunkStream(codec, CodecOptions(), limits: StreamLimits(), atByte: place)
                    let next = Chunk(continuing: split.chunk, atBit: place * 8, stream: stream)
                    next.mayBeSplit = true
                    split.chunk.mayBeSplit = false
                    split.found = [next]
                    worker.lease?.split = split
                }
                _ = state.completeLease(of: worker)
                #expect(blob.blockCount == state.blocks.heldCount)
            }
            // The head ends, and the next chunk becomes the head.
            guard blob.chunks.count > 1, let head = blob.head else { break }
            head.chunk?.isReadDone = true
            var transition = Transition()
            state.continueOrFinish(head, &transition)
        }
        #expect(state.splitting.foundCount > 0)
        // The digests advance: every block of theirs is free again.
        while let lease = state.leaseAnyConsumers() {
            worker.lease = consume lease
            _ = state.completeLease(of: worker)
        }
        #expect(blob.waitingCount == 0)
        #expect(blob.blockCount == state.blocks.heldCount)
    }

    /// Gives a worker that only reads a lease, if anything may be read.
    private func lease(_ state: inout PipelineState, _ worker: PipelineWorker) -> Bool {
        guard let lease = state.leaseChunks() else { return false }
        worker.lease = consume lease
        return true
    }

    @Test func aLeaseIsRefusedIfItsBlocksCannotBePromised() throws {
        var ledger = BlockLedger(blockCount: 10)
        guard var first = ledger.promise(7, taking: 2) else {
            Issue.record("the blocks are free")
            return
        }
        #expect(ledger.heldCount == 2)
        if let none = ledger.promise(4) {
            ledger.end(none)
            Issue.record("more blocks are promised than there are")
        }
        let taken = (0..<3).map { _ in first.take { ledger.takePromised() } }
        #expect(Set(taken).count == 3)
        // What was not taken is free for others; what is used is counted for its blob.
        let blob = Blob(request(0), index: 0)
        ledger.use(taken[0], of: blob, count: 2, isKept: true)
        first.giveBack(taken[1])
        first.giveBack(taken[2])
        ledger.end(first)
        #expect(ledger.heldCount == 1)
        #expect((blob.blockCount, ledger.keptCount) == (1, 1))
        ledger.release(taken[0])
        #expect((blob.blockCount, ledger.keptCount) == (1, 1))
        ledger.release(taken[0])
        #expect((blob.blockCount, ledger.keptCount, ledger.heldCount) == (0, 0, 0))
    }
}
