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
    }

    /// One blob in parts, whose digests do not advance. A part decodes ahead until it is stopped, then leads and passes
    /// its blocks to the digests, while the next part decodes ahead.
    @Test(arguments: [1, 2, 4, 8, 16], [1, 3])
    func partsThatLeadDoNotExhaustThePool(jobCount: Int, algorithmCount: Int) throws {
        let codec = Codec(name: "ended", compression: .gzip) { _ in EndedDecoder() }
        var state = PipelineState([request(0, expectedByteCount: 1 << 40)], jobCount: jobCount)
        let worker = try #require(state.startWorkers().first)
        guard case .read = state.nextAction(for: worker, isCancelled: false), var head = worker.team.first else {
            Issue.record("no blob to read")
            return
        }
        head.stage = .decoding
        head.codec = codec
        head.decoder = codec.begin(CodecOptions())
        head.endOffset = 1 << 40
        head.uncompressedChains = (0..<algorithmCount).map { _ in HashChain(referenceDigestMethod(for: .sha256)) }
        let roundCount = 40
        for round in 1...roundCount {
            let part = BlobWork(
                continuing: head, at: UInt64(round) << 30, codec: codec, decoder: codec.begin(CodecOptions()))
            head.endOffset = part.offsetBytes
            worker.team = [head]
            worker.splitting = head
            worker.newParts = [part]
            head.isBusy = true
            _ = state.takeBack(teamOf: worker)
            // A worker decodes the part as long as the scheduler allows, with eight outputs per action.
            while part.isQueued {
                while state.ready.takeFirst() != nil {}
                part.isBusy = true
                for _ in 0..<BlobWork.maximumPendingBlockCount {
                    guard !state.freeBlocks.isEmpty else {
                        Issue.record("the pool is empty in round \(round) of \(roundCount)")
                        return
                    }
                    let block = state.takeBlock()
                    let bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
                    part.newOutputs.append(unsafe Segment(block: block, bytes: bytes))
                }
                worker.team = [part]
                _ = state.takeBack(teamOf: worker)
            }
            head.isReadDone = true
            head.isBusy = true
            worker.team = [head]
            _ = state.takeBack(teamOf: worker)
            #expect(part.role == .leads)
            head = part
        }
        // The digests finish: every block is released, and the next part may decode again.
        worker.team = []
        while true {
            worker.hashJobs.removeAll()
            guard state.takeHashTeam(worker, .any) else { break }
            _ = state.takeBack(worker.hashJobs)
        }
        #expect(state.heldBlockCount == worker.spareBlocks.count)
        #expect(state.heldPartBlockCount == 0)
    }
}
