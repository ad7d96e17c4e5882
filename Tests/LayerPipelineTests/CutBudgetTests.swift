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

    @Test func droppedContentIsLimited() {
        var budget = budget(megabytes: 32)
        budget.noteDropped(chunk(producing: 3 << 20))
        #expect(budget.searchByteCount > 0)
        #expect(budget.searchOffset == 700)
        budget.noteDropped(chunk(producing: 1))
        #expect(budget.searchByteCount == 0)
    }
}
