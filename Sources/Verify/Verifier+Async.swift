// layerverify: the facade for async code.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem

extension Verifier {
    /// Verifies all images at the given paths, without blocking a thread of Swift's cooperative pool.
    ///
    /// If the task is cancelled, the run ends early and its report says so.
    public func verify(
        _ paths: [String], cancellation: Cancellation = Cancellation(), progress: ProgressObserver? = nil
    ) async -> VerifyReport {
        await Self.run(cancellation) { verify(paths, cancellation: cancellation, progress: progress) }
    }

    /// Computes the digests and sizes of layer files, without blocking a thread of Swift's cooperative pool.
    ///
    /// If the task is cancelled, the run ends early, and files that were not read are undetermined.
    public func digest(
        _ files: [String], chaining: Chaining = .none, cancellation: Cancellation = Cancellation(),
        progress: ProgressObserver? = nil
    ) async -> DigestReport {
        await Self.run(cancellation) {
            digest(files, chaining: chaining, cancellation: cancellation, progress: progress)
        }
    }

    /// Runs a blocking body on a thread outside of Swift's cooperative pool, or on the calling thread if the system
    /// provides no other one.
    private static func run<Result: Sendable>(
        _ cancellation: Cancellation, _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let run: @Sendable () -> Void = { continuation.resume(returning: body()) }
                if !SystemThread.start(run) { run() }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }
}
