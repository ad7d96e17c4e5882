// layerverify: telling an observer how far a run has come.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LayerPipeline

/// Tells an observer ten times a second how far a pipeline has come.
///
/// Concurrency: the observer is called on a queue of its own, never by a thread that computes, and not after `stop`.
final class ProgressTicker {
    private let timer: any DispatchSourceTimer
    private let queue: DispatchQueue
    private let report: @Sendable () -> Void

    init(
        _ pipeline: Pipeline, after total: RunTotal, _ observer: @escaping ProgressObserver,
        start: ContinuousClock.Instant
    ) {
        queue = DispatchQueue(label: "layerverify.progress")
        timer = DispatchSource.makeTimerSource(queue: queue)
        report = {
            let progress = total.with(pipeline.progress)
            observer(
                VerifyProgress(
                    doneByteCount: progress.doneByteCount,
                    totalByteCount: max(progress.totalByteCount, progress.doneByteCount),
                    doneBlobCount: progress.doneBlobCount, totalBlobCount: progress.totalBlobCount,
                    elapsedSeconds: (ContinuousClock().now - start).seconds))
        }
        timer.setEventHandler(handler: report)
        timer.schedule(deadline: .now() + .milliseconds(100), repeating: .milliseconds(100))
        timer.resume()
    }

    /// Ends the telling, with one last word.
    func stop() {
        timer.cancel()
        queue.sync(execute: report)
    }
}
