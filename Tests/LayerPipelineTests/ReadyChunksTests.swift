// layerverify: tests of the order in which chunks are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import Testing

@testable import LayerPipeline

@Suite struct ReadyChunksTests {
    private func entry(_ index: Int, _ byteCount: UInt64, _ codec: Codec? = nil) -> ScheduledChunk {
        let request = request(index, expectedByteCount: byteCount)
        let chunk = Chunk(request)
        if let codec { chunk.begin(codec) }
        return ScheduledChunk(chunk, id: index, of: Blob(request, index: index))
    }

    @Test func chunkWithTheMostBytesLeftIsTakenFirst() throws {
        let (lanes, alone) = (try idleCodec("lanes", teamSize: 4), try idleCodec("alone", teamSize: 1))
        var ready = ReadyChunks()
        let opened = entry(3, 60)
        opened.chunk?.stage = .opened
        for entry in [entry(0, 10), entry(1, 30, lanes), opened, entry(2, 60), entry(4, 20, alone)] {
            ready.add(entry)
        }
        #expect(ready.count == 5)
        var taken: [Int] = []
        while let entry = ready.takeFirst() { taken.append(entry.id) }
        #expect(taken == [2, 3, 1, 4, 0])
        #expect(ready.count == 0)
    }

    @Test func chunkIsAddedOnceAndOnlyIfItIsReady() {
        var ready = ReadyChunks()
        let entry = entry(0, 10)
        let chunk = entry.takeChunk()
        ready.add(entry)
        #expect(ready.count == 0)
        entry.end(chunk)
        ready.add(entry)
        ready.add(entry)
        #expect(ready.count == 1)
        #expect(ready.takeFirst() === entry)
        #expect(ready.takeFirst() == nil)
        ready.add(entry)
        #expect(ready.count == 1)
        // A lease has it now.
        _ = entry.takeChunk()
        #expect(ready.first() == nil)
        #expect(ready.count == 0)
    }

    @Test func onlyStreamsOfTheSameCodecAreCombined() throws {
        let (lanes, alone) = (try idleCodec("lanes", teamSize: 4), try idleCodec("alone", teamSize: 1))
        var ready = ReadyChunks()
        for entry in [entry(1, 80, alone), entry(2, 20, lanes), entry(3, 70), entry(4, 30, lanes)] {
            ready.add(entry)
        }
        #expect(ready.takeStream(ofCodec: "lanes")?.id == 4)
        #expect(ready.takeStream(ofCodec: "lanes")?.id == 2)
        #expect(ready.takeStream(ofCodec: "lanes") == nil)
        #expect(ready.takeUnopened()?.id == 3)
        #expect(ready.takeUnopened() == nil)
        #expect(ready.count == 1)
    }

    @Test func heapReturnsItsElementsInOrder() {
        var heap = Heap<Int>()
        var taken: [Int] = []
        let elements = (0..<200).map { $0 * 83 % 199 }
        for element in elements { heap.add(element) }
        while let element = heap.takeFirst() { taken.append(element) }
        #expect(taken == elements.sorted())
    }

    @Test func queueReturnsItsElementsInOrder() {
        var queue = Queue<Int>()
        var next = 0
        var taken: [Int] = []
        for round in 0..<300 {
            for _ in 0..<(round % 7) {
                queue.add(next)
                next += 1
            }
            for _ in 0..<(round % 6) where !queue.isEmpty { taken.append(queue.takeFirst()) }
            #expect(queue.count == next - taken.count)
        }
        while !queue.isEmpty { taken.append(queue.takeFirst()) }
        #expect(taken == Array(0..<next))
    }
}
