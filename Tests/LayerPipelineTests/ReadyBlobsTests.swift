// layerverify: tests of the order in which blobs are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import Testing

@testable import LayerPipeline

@Suite struct ReadyBlobsTests {
    private func blob(_ slot: Int, _ byteCount: UInt64, _ codec: Codec? = nil) -> BlobWork {
        let work = BlobWork(request(slot, expectedByteCount: byteCount), slot: slot)
        if let codec {
            work.stage = .decoding
            work.codec = codec
        }
        return work
    }

    @Test func blobWithTheMostBytesLeftIsTakenFirst() throws {
        let (lanes, alone) = (try idleCodec("lanes", teamSize: 4), try idleCodec("alone", teamSize: 1))
        var ready = ReadyBlobs()
        let opened = blob(3, 60)
        opened.stage = .opened
        for work in [blob(0, 10), blob(1, 30, lanes), opened, blob(2, 60), blob(4, 20, alone)] {
            ready.add(work)
        }
        #expect(ready.count == 5)
        var slots: [Int] = []
        while let work = ready.takeFirst() { slots.append(work.slot) }
        #expect(slots == [2, 3, 1, 4, 0])
        #expect(ready.count == 0)
    }

    @Test func blobIsAddedOnceAndOnlyIfItIsReady() {
        var ready = ReadyBlobs()
        let busy = blob(0, 10)
        busy.isBusy = true
        ready.add(busy)
        #expect(ready.count == 0)
        busy.isBusy = false
        ready.add(busy)
        ready.add(busy)
        #expect(ready.count == 1)
        #expect(ready.takeFirst() === busy)
        #expect(ready.takeFirst() == nil)
        ready.add(busy)
        #expect(ready.count == 1)
    }

    @Test func onlyStreamsOfTheSameCodecAreCombined() throws {
        let (lanes, alone) = (try idleCodec("lanes", teamSize: 4), try idleCodec("alone", teamSize: 1))
        var ready = ReadyBlobs()
        let first = blob(0, 90, lanes)
        for work in [blob(1, 80, alone), blob(2, 20, lanes), blob(3, 70), blob(4, 30, lanes)] {
            ready.add(work)
        }
        #expect(ready.takeStream(with: first)?.slot == 4)
        #expect(ready.takeStream(with: first)?.slot == 2)
        #expect(ready.takeStream(with: first) == nil)
        #expect(ready.takeUnopened()?.slot == 3)
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

/// A codec for `teamSize` streams that is never called.
func idleCodec(_ name: String, teamSize: Int) throws -> Codec {
    let reference = try #require(Codecs.reference(for: .gzip))
    return Codec(
        name: name, compression: .gzip, teamSize: teamSize, begin: reference.begin, decodeTeam: { _, _ in })
}
