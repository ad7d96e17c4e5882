// layerverify: telling an observer how far a run has come.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerPipeline
internal import LayerSystem

/// Tells an observer ten times a second how far a pipeline has come.
///
/// Where the system gives no thread for that, the observer is told at the end alone.
///
/// Concurrency: the observer is called on a thread of its own, never by one that computes, but for the last word, which
/// comes from the thread that calls `stop`; never on two at once.
final class ProgressTicker {
    private struct State {
        var isStopped = false
        var hasThread = true
    }

    private let state = Monitor(State())
    private let report: @Sendable () -> Void

    init(
        _ pipeline: Pipeline, after total: RunTotal, _ observer: @escaping ProgressObserver,
        start: ContinuousClock.Instant
    ) {
        let report: @Sendable () -> Void = {
            let progress = total.with(pipeline.progress)
            observer(
                VerifyProgress(
                    doneByteCount: progress.doneByteCount,
                    totalByteCount: max(progress.totalByteCount, progress.doneByteCount),
                    doneBlobCount: progress.doneBlobCount, totalBlobCount: progress.totalBlobCount,
                    elapsedSeconds: (ContinuousClock().now - start).seconds))
        }
        self.report = report
        let state = state
        let isStarted = SystemThread.start {
            while state.wait(atMost: 100, for: { $0.isStopped ? true : nil }) == nil { report() }
            state.withLock { $0.hasThread = false }
            state.wakeAll()
        }
        if !isStarted { state.withLock { $0.hasThread = false } }
    }

    /// Ends the telling, with one last word.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.wakeAll()
        state.wait { $0.hasThread ? nil : () }
        report()
    }
}
