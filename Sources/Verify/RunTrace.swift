// layerverify: the observers of a run's actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSystem

/// Passes the actions of one run to those who asked for them: the writer of a trace, and the timeline of the report.
///
/// ## Concurrency
/// `timeline` is guarded by its lock; all other members never change.
final class RunTrace: Sendable {
    private let start: ContinuousClock.Instant
    private let writer: TraceWriter?
    private let timeline: Locked<TimelineBuilder>?

    /// Nil if neither is wanted, so that the clock is not read.
    init?(_ sink: Verifier.TraceSink?, start: ContinuousClock.Instant, workerCount: Int, recordsTimeline: Bool) {
        guard sink != nil || recordsTimeline else { return nil }
        self.start = start
        writer = sink.map { TraceWriter(start: start, workerCount: workerCount, $0) }
        timeline = recordsTimeline ? Locked(TimelineBuilder()) : nil
    }

    /// Adds an action. `path` returns the location of a blob, for display.
    func add(_ record: TraceRecord, path: (BlobIndex) -> String = { _ in "" }) {
        writer?.add(record, path: path)
        guard let timeline else { return }
        let begin = (record.start - start).nanoseconds
        let end = (record.end - start).nanoseconds
        timeline.withLock { $0.add(record.kind, worker: record.worker, from: begin, to: end) }
    }

    /// Ends the trace. Must be called once, after the last `add`.
    func finish() { writer?.finish() }

    /// The timeline until now; nil if it was not asked for.
    func timeline(until end: ContinuousClock.Instant) -> Timeline? {
        timeline?.withLock { $0.timeline(durationNanoseconds: (end - start).nanoseconds) }
    }
}

extension Duration {
    /// The whole nanoseconds of a duration; 0 of a negative one.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) &* 1_000_000_000 &+ UInt64(attoseconds) / 1_000_000_000
    }
}
