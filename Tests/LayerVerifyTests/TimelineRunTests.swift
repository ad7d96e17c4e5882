// layerverify: tests of the timeline of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerVerify
import TestSupport
import Testing

@Suite struct TimelineRunTests {
    @Test func theTimelineHasTheActionsOfAllThreads() throws {
        let image = try SmallImage([VerifierTests.bigLayer, TestTar.holding("top")])
        var damaged = VerifierTests.bigLayer
        damaged[1] ^= 1
        try image.write(damaged, to: image.layerPaths[0])
        var options = Verifier.Options(jobs: 2)
        options.recordsTimeline = true
        let report = image.verify(try Verifier(options)).report
        let timeline = try #require(report.timeline)
        #expect(timeline.rows.first?.worker == nil)
        #expect(timeline.seconds == report.summary.seconds || abs(timeline.seconds - report.summary.seconds) < 1e-6)
        let kinds = TraceRecord.Kind.allCases.filter { kind in timeline.rows.contains { $0.nanoseconds(of: kind) > 0 } }
        #expect(Set(kinds).isSuperset(of: [.gather, .read, .hash, .judge, .confirm]))
        for row in timeline.rows where row.worker != nil {
            let busy = TraceRecord.Kind.allCases.reduce(0) { $0 + row.nanoseconds(of: $1) }
            #expect(busy <= timeline.durationNanoseconds)
        }
    }

    @Test func noTimelineIsRecordedUnlessItIsAskedFor() throws {
        let image = try SmallImage([TestTar.holding("top")])
        #expect(image.verify(try Verifier()).report.timeline == nil)
    }

    @Test func onlyFormatsThatShowItAskForIt() {
        #expect(Verification.Format.html.usesTimeline)
        #expect(!Verification.Format.text.usesTimeline && !Verification.Format.json.usesTimeline)
    }
}
