// layerverify: reporting the progress of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

/// Reports the progress of a pipeline to an observer, ten times per second.
///
/// If the system does not provide a thread for it, the observer is called only at the end.
///
/// Concurrency: the observer is called on a thread of its own, never on one that computes, except for the last call,
/// which `stop` makes on its calling thread. Calls never overlap.
final class ProgressTicker {
    private struct State {
        var isStopped = false
        var hasThread = true
    }

    private let state = Monitor(State())
    private let report: @Sendable () -> Void

    /// - Parameter path: the path of a blob; nil if it was read in the meantime.
    init(
        _ pipeline: Pipeline, of total: RunTotal, _ observer: @escaping ProgressObserver,
        start: ContinuousClock.Instant, path: @escaping @Sendable (BlobIndex) -> String?
    ) {
        let report: @Sendable () -> Void = {
            let progress = total.with(pipeline.progress)
            let open = pipeline.openBlobs
            var told = Verifier.Progress(
                doneByteCount: Int(clamping: progress.doneByteCount),
                totalByteCount: Int(clamping: max(progress.totalByteCount, progress.doneByteCount)),
                doneBlobCount: progress.doneBlobCount, totalBlobCount: progress.totalBlobCount,
                elapsedSeconds: (ContinuousClock().now - start).seconds,
                blobsInWork: open.prefix(Verifier.Progress.maximumBlobsInWork).compactMap { blob in
                    path(blob.blob).map {
                        Verifier.Progress.BlobInWork(
                            path: $0, doneByteCount: Int(clamping: blob.doneByteCount),
                            totalByteCount: Int(clamping: blob.totalByteCount))
                    }
                }, blobInWorkCount: open.count)
            told.isTotalKnown = total.isKnown
            observer(told)
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

    /// Stops the thread and calls the observer a last time.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.wakeAll()
        state.wait { $0.hasThread ? nil : () }
        report()
    }
}
