// layerverify: tests of the list of blobs that are being read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct OpenBlobTests {
    private let large = WaitingBlobs.smallByteCount + 1

    @Test func onlyBlobsThatWereBegunAreListedTheLargestFirst() throws {
        // The last blob is small. The worker takes one or more of the others, of which nothing is read yet.
        let sizes = (0..<20).map { large + UInt64($0) } + [10]
        var state = PipelineState(sizes.indices.map { request($0, expectedByteCount: sizes[$0]) }, jobCount: 1)
        let worker = state.startWorkers()[0]
        for (blob, byteCount) in [(19, 100), (18, 7)] {
            #expect(state.lease(worker) == .read)
            let chunk = try #require(worker.team.first)
            #expect(chunk.request.blob == blob)
            // A file is shorter than claimed, and some of it is read.
            chunk.opened(byteCount: 300)
            chunk.skip(toByte: UInt64(byteCount))
            _ = state.completeLease(of: worker)
        }
        #expect(
            state.openBlobs == [
                OpenBlob(blob: 19, doneByteCount: 100, totalByteCount: 300),
                OpenBlob(blob: 18, doneByteCount: 7, totalByteCount: 300),
            ])
    }

    @Test func aBlobInChunksIsListedOnceWithTheOffsetOfItsHead() throws {
        var state = PipelineState([request(0, expectedByteCount: 1_000_000)], jobCount: 2)
        let worker = state.startWorkers()[0]
        #expect(state.lease(worker) == .read)
        let chunk = try #require(worker.team.first)
        let codec = try #require(Codecs.fast(for: .gzip))
        chunk.opened(byteCount: 1_000_000)
        chunk.begin(codec)
        chunk.skip(toByte: 300_000)
        let stream = ChunkStream(codec, CodecOptions(), limits: StreamLimits(), atByte: 400_000)
        let next = Chunk(continuing: chunk, atBit: 3_200_000, stream: stream)
        worker.lease?.split = SplitTask(chunk: chunk, wantedCount: 0, wantedByteCount: 0, found: [next])
        _ = state.completeLease(of: worker)
        #expect(state.open.count == 2)
        #expect(state.openBlobs == [OpenBlob(blob: 0, doneByteCount: 300_000, totalByteCount: 1_000_000)])
    }
}
