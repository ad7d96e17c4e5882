// layerverify: how much a run has to read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerPipeline
internal import LayerSystem

/// The amount of work of a run, as far as it is known: it grows while image stores are walked.
///
/// ## Concurrency
/// `state` is guarded by its lock.
final class RunTotal: Sendable {
    private let state = Locked(State())

    private struct State {
        var blobCount = 0
        /// The expected bytes of the blobs that the pipeline has not received yet.
        var pendingByteCount: UInt64 = 0
        var isKnown = false
    }

    /// Adds blobs that will be read.
    func add(blobCount: Int, byteCount: UInt64) {
        state.withLock {
            $0.blobCount += blobCount
            $0.pendingByteCount &+= byteCount
        }
    }

    /// Moves the expected size of blobs, in bytes, from `pendingByteCount` to the pipeline, which counts them itself.
    func begin(byteCount: UInt64) { state.withLock { $0.pendingByteCount -= min($0.pendingByteCount, byteCount) } }

    /// Notes that no more blobs will be added.
    func end() { state.withLock { $0.isKnown = true } }

    /// Whether no more blobs will be added.
    var isKnown: Bool { state.withLock { $0.isKnown } }

    /// The progress of the run.
    func with(_ progress: PipelineProgress) -> PipelineProgress {
        let state = state.withLock { $0 }
        var result = progress
        result.totalBlobCount = state.blobCount
        result.totalByteCount &+= state.pendingByteCount
        return result
    }
}
