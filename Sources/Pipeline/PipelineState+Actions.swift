// layerverify: the messages between the scheduler and its workers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The next action of a worker.
package enum WorkerAction: Sendable {
    /// Hash the worker's `hashJobs`.
    case hash
    /// Continue reading the worker's `team`.
    case read
    /// Continue reading the worker's `team` of uncompressed blobs, and hash what is read.
    case readAndHash
    /// Read the worker's `smallRequests` from beginning to end.
    case readSmall
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
}

/// A blob of which everything is read and hashed, and whose facts must be delivered.
package enum FinishedBlob: Sendable {
    /// It was read in one action.
    case small(BlobRequest, BlobFacts)
    /// Its facts must be computed and recorded.
    case large(BlobWork)

    var request: BlobRequest {
        switch self {
        case .small(let request, _): request
        case .large(let work): work.request
        }
    }
}
