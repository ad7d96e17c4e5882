// layerverify: tests of the list of blobs that are being read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct OpenBlobTests {
    private let large = PipelineState.smallByteCount + 1

    @Test func onlyBlobsThatWereBegunAreListedTheLargestFirst() throws {
        // The last blob is small. The worker takes one or more of the others, of which nothing is read yet.
        let sizes = (0..<20).map { large + UInt64($0) } + [10]
        var state = PipelineState(sizes.indices.map { request($0, expectedByteCount: sizes[$0]) }, jobCount: 1)
        let worker = state.startWorkers()[0]
        _ = state.nextAction(for: worker, isCancelled: false)
        #expect(state.openBlobs.isEmpty)
        // A file is shorter than claimed, and some of it is read.
        let work = try #require(worker.team.first { $0.request.blob == 19 })
        state.noteOpened(work, byteCount: 300)
        work.offsetBytes = 100
        _ = state.takeBack(teamOf: worker)
        #expect(state.openBlobs == [OpenBlob(blob: 19, doneByteCount: 100, totalByteCount: 300)])
        // The next smaller one.
        let other = try #require(state.open.values.first { $0.request.blob == 18 })
        other.settledOffsetBytes = 7
        #expect(state.openBlobs.map { $0.blob } == [19, 18])
    }

    @Test func aBlobInPartsIsListedOnceWithTheOffsetOfThePartThatLeads() throws {
        var state = PipelineState([request(0, expectedByteCount: 1_000_000)], jobCount: 2)
        let worker = state.startWorkers()[0]
        _ = state.nextAction(for: worker, isCancelled: false)
        let first = try #require(worker.team.first)
        first.endOffset = 1_000_000
        let codec = try #require(Codecs.fast(for: .gzip))
        let second = BlobWork(continuing: first, at: 400_000, codec: codec, decoder: codec.begin(CodecOptions()))
        second.key = 1
        state.open[second.key] = second
        first.settledOffsetBytes = 300_000
        #expect(state.openBlobs == [OpenBlob(blob: 0, doneByteCount: 300_000, totalByteCount: 1_000_000)])
        first.role = .passedOn
        second.role = .leads
        #expect(state.openBlobs == [OpenBlob(blob: 0, doneByteCount: 400_000, totalByteCount: 1_000_000)])
    }
}
