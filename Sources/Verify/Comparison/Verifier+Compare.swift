// layerverify: the facade of comparisons.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// Compares two images: their layers, the files in layers that differ, their configs and manifests.
    ///
    /// Both may have different forms. All that they claim is verified in the same pass, so that damage is not reported as a difference.
    /// Layers with equal digests are only hashed. If the task is cancelled, the comparison ends early, as one that failed. No thread
    /// of Swift's cooperative pool is blocked, unless the system provides no other thread.
    ///
    /// - Parameters:
    ///   - first: An image.
    ///   - second: Another one.
    ///   - ignored: Differences that do not count.
    ///   - depth: Whether layers are read.
    ///   - progress: Receives the progress of the run, and ends with it.
    /// - Returns: The differences.
    public func compare(
        _ first: ImageChoice, _ second: ImageChoice, ignoring ignored: ImageComparison.Ignored = [],
        depth: ImageComparison.Depth = .layers, progress: ProgressUpdates? = nil
    ) async -> ImageComparison {
        await run(progress) {
            compareBlocking(first, second, ignoring: ignored, depth: depth, cancellation: $0, progress: $1)
        }
    }

    /// Compares like ``compare(_:_:ignoring:depth:progress:)``, and blocks the calling thread until the run has ended.
    ///
    /// - Parameters:
    ///   - first: An image.
    ///   - second: Another one.
    ///   - ignored: Differences that do not count.
    ///   - depth: Whether layers are read.
    ///   - cancellation: Ends the run early.
    ///   - progress: Called about ten times per second, and never on two threads at once. It must return quickly.
    /// - Returns: The differences.
    public func compareBlocking(
        _ first: ImageChoice, _ second: ImageChoice, ignoring ignored: ImageComparison.Ignored = [],
        depth: ImageComparison.Depth = .layers, cancellation: Cancellation? = nil,
        progress: (@Sendable (Progress) -> Void)? = nil
    ) -> ImageComparison {
        let run = ComparisonRun(
            self, ignoring: ignored.model, readsLayers: depth == .layers, cancellation: cancellation, progress: progress
        )
        return ImageComparison(run.report(first, second))
    }
}
