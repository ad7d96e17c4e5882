// layerverify: the messages between the scheduler and its workers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import LayerSystem

/// The next action of a worker.
package enum WorkerAction: Sendable {
    /// Perform the lease that the worker has.
    case perform(LeaseKind)
    /// End: nothing is left to do. The last worker of a cancelled run delivers the facts of blobs that were not finished.
    case end(unread: [BlobRequest])
}

/// The result of completing an action.
package struct Transition: Sendable {
    package internal(set) var finished: [FinishedBlob] = []
    /// A worker to start.
    package internal(set) var startedWorker: PipelineWorker?
    /// The next action of the worker; nil if it must finish blobs first.
    package internal(set) var next: WorkerAction?
    /// So few blobs wait that a thread which submits more may continue.
    var releasesHeldBack = false
    /// The worker is to be started again, because its thread submits more blobs.
    var isPaused = false
    /// The blobs of which a chunk that began inside a member was dropped, once for each.
    var dropped: [BlobIndex] = []
}

/// A blob of which everything is read and consumed, and whose facts must be delivered.
package enum FinishedBlob: Sendable {
    /// It was read in one action.
    case small(BlobRequest, BlobFacts)
    /// Its facts must be computed and recorded.
    case large(LargeBlob)

    var request: BlobRequest {
        switch self {
        case .small(let request, _): request
        case .large(let large): large.blob.request
        }
    }
}

/// A blob that was read in chunks, and its last chunk.
package struct LargeBlob: Sendable {
    let blob: Blob
    let chunk: Chunk

    /// The facts of the blob. Called once, by the worker that finished it.
    func facts() -> BlobFacts {
        var result = BlobFacts(
            byteCount: chunk.input.offsetBytes, compression: chunk.compression, reading: chunk.ending)
        if !chunk.isAbandoned, chunk.input.reader?.hasChanged == true { result.reading = .changed }
        guard !chunk.isAbandoned, result.reading != .changed else {
            result.uncompressed = blob.request.wanted.unread
            return result
        }
        result.finish(
            blob.compressed.map(\.consumer), blob.uncompressed.map(\.consumer), wanted: blob.request.wanted,
            stream: chunk.stream.map { ($0.cursor.finished(decoder: $0.decoder), $0.cursor.producedByteCount) })
        return result
    }
}
