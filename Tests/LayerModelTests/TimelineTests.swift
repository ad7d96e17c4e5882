// layerverify: tests of the timeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@Suite struct TimelineTests {
    /// Actions of random lengths, far beyond the first slices.
    private func builder(_ count: UInt64) -> (TimelineBuilder, sums: [TraceRecord.Kind: UInt64], end: UInt64) {
        var builder = TimelineBuilder()
        var sums: [TraceRecord.Kind: UInt64] = [:]
        var time: UInt64 = 0
        for index in 0..<count {
            let kind = TraceRecord.Kind.allCases[Int(index) % TraceRecord.Kind.allCases.count]
            let length = index * 7_919 % 300_000
            builder.add(kind, worker: 3, from: time, to: time + length)
            sums[kind, default: 0] += length
            time += length
        }
        return (builder, sums, time)
    }

    @Test(arguments: [1, 10, 1_000, 50_000] as [UInt64])
    func noTimeIsLost(_ count: UInt64) throws {
        let (builder, sums, end) = builder(count)
        let timeline = builder.timeline(durationNanoseconds: end)
        #expect(timeline.sliceCount <= TimelineBuilder.sliceCount)
        let row = try #require(timeline.rows.first)
        for kind in TraceRecord.Kind.allCases { #expect(row.nanoseconds(of: kind) == sums[kind, default: 0]) }
    }

    @Test func coarserSlicesHaveTheSameTimes() throws {
        let (builder, sums, end) = builder(5_000)
        let timeline = builder.timeline(durationNanoseconds: end).coarsened(toSliceCount: 17)
        #expect(timeline.sliceCount <= 17)
        for kind in TraceRecord.Kind.allCases {
            #expect(timeline.rows[0].nanoseconds(of: kind) == sums[kind, default: 0])
        }
        // One thread does one thing at a time.
        for slice in 0..<timeline.sliceCount {
            let busy = TraceRecord.Kind.allCases.reduce(0) { $0 + timeline.rows[0].nanoseconds(of: $1, in: slice) }
            #expect(busy <= timeline.nanoseconds(ofSlice: slice))
        }
    }

    @Test func actionsAreInTheirSlices() {
        var builder = TimelineBuilder()
        builder.add(.read, worker: nil, from: 30_000, to: 50_000)
        let timeline = builder.timeline(durationNanoseconds: 70_000)
        #expect(timeline.sliceNanoseconds == 20_000)
        #expect((0..<4).map { timeline.rows[0].nanoseconds(of: .read, in: $0) } == [0, 10_000, 10_000, 0])
        #expect(timeline.nanoseconds(ofSlice: 3) == 10_000)
    }

    @Test func aLongRunFits() {
        var builder = TimelineBuilder()
        builder.add(.gather, worker: nil, from: 0, to: 5)
        let hour: UInt64 = 3_600_000_000_000
        let timeline = builder.timeline(durationNanoseconds: hour)
        #expect(timeline.sliceCount <= TimelineBuilder.sliceCount)
        #expect(timeline.sliceNanoseconds * UInt64(timeline.sliceCount) >= hour)
        #expect(timeline.rows[0].nanoseconds(of: .gather) == 5)
    }

    @Test func theCallingThreadIsFirst() {
        var builder = TimelineBuilder()
        for worker in [1, nil, 0] { builder.add(.hash, worker: worker, from: 0, to: 1) }
        #expect(builder.timeline(durationNanoseconds: 1).rows.map { $0.worker } == [nil, 0, 1])
    }
}
