// layerverify: tests of the limits of cutting members at blocks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct CutBudgetTests {
    /// A budget after megabytes of a layer that decodes to three times as much.
    private func budget(megabytes: Int, expansion: Int = 3) -> CutBudget {
        var budget = CutBudget()
        for _ in 0..<megabytes {
            budget.count(compressed: 1 << 20)
            budget.count(content: expansion << 20)
        }
        return budget
    }

    private func search(byteCount: UInt64) -> SplitTask {
        var task = SplitTask(chunk: Chunk(request(0)), wantedCount: 1)
        task.searchedByteCount = byteCount
        task.startOffset = 12_345
        return task
    }

    private func chunk(producing byteCount: Int) -> Chunk {
        let chunk = Chunk(request(0))
        chunk.begin(GzipCodec.lanes)
        guard let stream = chunk.stream else { return chunk }
        stream.cursor.advance(
            .needsInput, consumedByteCount: 700, producedByteCount: byteCount, decoder: stream.decoder,
            limits: stream.limits)
        return chunk
    }

    @Test func nothingIsSearchedBeforeTheExpansionIsKnown() {
        #expect(CutBudget().searchByteCount == 0)
        #expect(budget(megabytes: 1).searchByteCount == 64 << 10)
        #expect(budget(megabytes: 100).searchByteCount == 256 << 10)
    }

    @Test func contentThatDoesNotCompressIsNotCut() {
        var budget = budget(megabytes: 100, expansion: 1)
        #expect(budget.searchByteCount == 0)
        // What was read last counts.
        for _ in 0..<20 {
            budget.count(compressed: 1 << 20)
            budget.count(content: 3 << 20)
        }
        #expect(budget.searchByteCount > 0)
        for _ in 0..<20 {
            budget.count(compressed: 1 << 20)
            budget.count(content: 1 << 20)
        }
        #expect(budget.searchByteCount == 0)
    }

    @Test func contentThatCannotBeKeptIsNotCutEarly() {
        let most = UInt64(2 << 20)
        #expect(budget(megabytes: 1, expansion: 16).chunkByteCount(most: most) == 256 << 10)
        #expect(budget(megabytes: 1, expansion: 17).chunkByteCount(most: most) == most)
    }

    @Test func searchesInVainAreLimited() {
        var budget = budget(megabytes: 64)
        budget.noteSearch(search(byteCount: 256 << 10))
        #expect(budget.searchOffset == 12_345)
        #expect(budget.searchByteCount == 256 << 10, "1 MiB in all")
        budget.noteSearch(search(byteCount: 704 << 10))
        #expect(budget.searchByteCount == 64 << 10)
        budget.noteSearch(search(byteCount: 1))
        #expect(budget.searchByteCount == 0)
        #expect(!budget.isCut)
        var found = search(byteCount: 10 << 20)
        found.found = [Chunk(request(0))]
        budget.noteSearch(found)
        #expect(budget.isCut)
    }

    /// 32 MiB that were decoded to 96 allow for 4 in vain, of which one is for the guess.
    @Test func droppedContentIsLimited() {
        var budget = budget(megabytes: 32)
        budget.noteDropped(chunk(producing: 3 << 20 - 701))
        #expect(budget.searchByteCount > 0)
        #expect(budget.searchOffset == 700)
        budget.noteDropped(chunk(producing: 0))
        #expect(budget.searchByteCount == 0)
    }

    /// Each header costs as much as 2 KiB of content, though there may be no content at all.
    @Test func blocksWithoutContentAreLimited() throws {
        var budget = budget(megabytes: 32)
        for blockCount in [1_000, 1_500] {
            #expect(budget.searchByteCount > 0)
            let decoder = try #require(GzipCodec.lanes.cuts?.begin(0))
            let blocks = HiddenBlocks.empty(count: blockCount)
            blocks.withUnsafeBytes { bytes in
                withUnsafeTemporaryAllocation(byteCount: 2_048, alignment: 1) { room in
                    let (first, second) = unsafe (
                        UnsafeMutableRawBufferPointer(rebasing: room[..<1_024]), room.baseAddress
                    )
                    var lane = unsafe DecodeLane(
                        decoder: decoder, input: bytes, output: first, secondOutput: second.map { unsafe $0 + 1_024 })
                    lane.decodeAlone()
                    #expect(lane.status == .needsInput)
                }
            }
            #expect(decoder.blockCount == UInt64(blockCount))
            let chunk = Chunk(request(0))
            chunk.stream = ChunkStream(GzipCodec.lanes, decoder: decoder, limits: StreamLimits(), atByte: 1_000)
            budget.noteDropped(chunk)
        }
        #expect(budget.searchByteCount == 0)
    }

    @Test func confirmedChunksAllowMoreUntilOneIsDropped() {
        var budget = CutBudget()
        let most = UInt64(2 << 20)
        #expect(budget.aheadCount == 1)
        #expect(budget.chunkByteCount(most: most) == 256 << 10)
        #expect(budget.chunkByteCount(most: 1_000) == 1_000)
        #expect(budget.unconfirmedBlockCount == 8)
        for _ in 0..<3 { budget.noteConfirmed() }
        #expect(budget.aheadCount == 7)
        #expect(budget.chunkByteCount(most: most) == most)
        #expect(budget.unconfirmedBlockCount == 512)
        for _ in 0..<100 { budget.noteConfirmed() }
        #expect(budget.chunkByteCount(most: most) == most)
        var found = search(byteCount: 0)
        found.found = [Chunk(request(0))]
        budget.noteSearch(found)
        #expect(budget.isCut)
        budget.noteDropped(chunk(producing: 1))
        #expect(!budget.isCut)
        #expect(budget.aheadCount == 1)
        #expect(budget.unconfirmedBlockCount == 8)
    }
}
