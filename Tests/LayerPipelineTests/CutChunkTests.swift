// layerverify: tests of what confirms a chunk that begins inside a member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct CutChunkTests {
    /// A decoder in any state, which decodes nothing.
    private final class FixedDecoder: CutDecoder {
        var pause: DecodePause?
        var isUnconfirmed = false
        var hasWholeWindow = true
        var isAtBoundary = false
        let isInPlanes = false
        var blockCount: UInt64 = 0
        let boundaryOffset: UInt64 = 0
        var dispute: Dispute? { nil }

        func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
            DecodeStep(consumedByteCount: 0, status: .needsInput)
        }
        func continueMember(after previous: any CutDecoder, resolving kept: [OutputPlanes]) {}
        func makeCheckpoint() -> MemberCheckpoint { preconditionFailure("nothing continues after this decoder") }
    }

    private let codec = Codec(name: "fixed", compression: .gzip) { _ in FixedDecoder() }

    /// A chunk that began at byte 1 000, and one that begins inside a member at bit 80 003.
    private func chunks() -> (head: Chunk, decoder: FixedDecoder, next: Chunk) {
        let (decoder, following) = (FixedDecoder(), FixedDecoder())
        let head = Chunk(request(0))
        head.opened(byteCount: 1 << 20)
        head.stage = .decoding
        head.stream = ChunkStream(codec, decoder: decoder, limits: StreamLimits(), atByte: 1_000)
        following.isUnconfirmed = true
        let next = Chunk(
            continuing: head, atBit: 80_003,
            stream: ChunkStream(codec, decoder: following, limits: StreamLimits(), atByte: 10_000))
        decoder.pause = .stopped(atBit: 80_003 - 8_000)
        return (head, decoder, next)
    }

    @Test func onlyTheExactBitConfirms() {
        let (head, decoder, next) = chunks()
        #expect(head.isContinued(by: next))
        for bit in [72_002, 72_004, 0, 80_003] as [UInt64] {
            decoder.pause = .stopped(atBit: bit)
            #expect(!head.isContinued(by: next))
        }
        for pause in [nil, .known, .memberEnded] as [DecodePause?] {
            decoder.pause = pause
            #expect(!head.isContinued(by: next))
        }
        // The end of a member confirms no block inside one.
        decoder.isAtBoundary = true
        #expect(!head.isContinued(by: next))
    }

    /// A distance may reach back before the beginning of the member, which only the chunk before it would see.
    @Test func aWindowThatIsNotWholeConfirmsNothing() {
        let (head, decoder, next) = chunks()
        decoder.hasWholeWindow = false
        #expect(!head.isContinued(by: next))
    }

    /// Until a guess was right one that is ahead may keep eight blocks, of which those in two planes count twice.
    @Test func anUnconfirmedChunkKeepsLittle() throws {
        let (_, _, next) = chunks()
        let decoder = try #require(next.stream?.decoder as? FixedDecoder)
        let blob = Blob(request(0), index: 0)
        let entry = ScheduledChunk(next, id: 1, of: blob, isAhead: true)
        let slice = BlockSlice(block: 1, byteCount: 1)
        entry.keptInputs = [slice]
        for _ in 0..<3 { entry.keptOutputs.append(BlockSlice(block: 1, bytes: slice.bytes, secondPlane: 2)) }
        #expect(entry.isReady)
        entry.keptInputs.append(slice)
        #expect(!entry.isReady)
        blob.cuts.noteConfirmed()
        #expect(entry.isReady)
        // These headers take the time of 24 blocks.
        decoder.blockCount = 64 * 24
        #expect(!entry.isReady)
        blob.cuts.noteConfirmed()
        #expect(entry.isReady)
    }

    /// One that may decode much to nothing does not keep its team for longer than a block of input.
    @Test func anUnconfirmedChunkReadsOneBlockInALease() {
        let (head, _, next) = chunks()
        for chunk in [head, next] {
            #expect(chunk.mayReadInLease)
            chunk.output.inputs.append(BlockSlice(block: 1, byteCount: 1))
        }
        #expect(head.mayReadInLease)
        #expect(!next.mayReadInLease)
    }

    // MARK: Cores

    /// The number of chunks that are looked for in a blob, after a number of them was confirmed.
    private func wantedCount(jobs: Int, cores: Int, confirmed: Int) throws -> Int {
        var state = PipelineState([request(0, expectedByteCount: 1 << 30)], jobCount: jobs, coreCount: cores)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        chunk.opened(byteCount: 1 << 30)
        chunk.begin(GzipCodec.lanes)
        let cutting = try #require(PipelineOptions(jobCount: jobs, coreCount: cores).blockCutting)
        #expect(cutting.chunkByteCount == [1: 2 << 20, 2: 1408 << 10][min(jobs, cores), default: 1 << 20])
        chunk.finder = GzipBlockFinder(GzipCodec.lanes, cutting)
        chunk.mayBeSplit = true
        _ = state.completeLease(of: worker)
        let blob = try #require(state.open[chunk.id]?.blob)
        blob.cuts.count(compressed: 1 << 20)
        blob.cuts.count(content: 3 << 20)
        for _ in 0..<confirmed { blob.cuts.noteConfirmed() }
        return state.takeSplitTask([])?.wantedCount ?? 0
    }

    @Test func aBlobIsCutIntoAsManyChunksAsTheCoresDecode() throws {
        #expect(try wantedCount(jobs: 8, cores: 8, confirmed: 10) == 7)
        #expect(try wantedCount(jobs: 8, cores: 2, confirmed: 10) == 5)
        #expect(try wantedCount(jobs: 2, cores: 2, confirmed: 10) == 5)
        #expect(try wantedCount(jobs: 2, cores: 8, confirmed: 10) == 5)
        #expect(try wantedCount(jobs: 8, cores: 1, confirmed: 10) == 2)
        #expect(try wantedCount(jobs: 8, cores: 8, confirmed: 1) == 3)
        #expect(try wantedCount(jobs: 8, cores: 8, confirmed: 0) == 1)
    }

    /// Where a blob is cut no more workers run than there are cores, but one always does.
    @Test(arguments: [1, 2])
    func workersBeyondTheCoresEnd(cores: Int) {
        var state = PipelineState((0..<3).map { request($0) }, jobCount: 8, coreCount: cores)
        let workers = state.startWorkers()
        #expect(workers.map { state.lease($0) } == [.read, .read, .read])
        #expect(state.usefulWorkerCount == 8)
        state.splitting.cuts.guessedCount = 1
        #expect(state.usefulWorkerCount == cores)
        for (index, worker) in workers.enumerated() {
            _ = state.completeLease(of: worker)
            #expect((state.lease(worker) != nil) == (index >= 3 - cores))
        }
        #expect(state.takeWorkerIfWorthwhile() == nil)
        // Blobs that were added are read by all.
        state.submit([request(3), request(4)])
        #expect(state.usefulWorkerCount == 8)
    }

    @Test func aDamagedChunkIsNotConfirmed() {
        let (head, _, next) = chunks()
        next.isRefuted = true
        #expect(!head.isContinued(by: next))
    }

    @Test func theRangeOfADroppedChunkIsThatOfTheOneBefore() {
        let (head, _, next) = chunks()
        #expect(head.input.endBit == 80_003)
        #expect(head.input.endsInsideMember && !next.input.endsInsideMember)
        head.input.extend(over: next.input)
        #expect(head.input.endBit == 8 << 20)
        #expect(!head.input.endsInsideMember)
    }
}
