// layerverify: the messages between the scheduler and its workers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension PipelineState {
    /// The next action of a worker.
    enum Action {
        /// Hash the worker's `hashJobs`.
        case hash
        /// Continue reading the worker's `team`.
        case read
        /// Continue reading the worker's `team` of uncompressed blobs, and hash what is read.
        case readAndHash
        /// Read these requests from beginning to end; indexes in `requests`.
        case readSmall(Range<Int>)
        /// End; the last worker also passes on the facts.
        case end([BlobFacts]?)
    }

    /// What a worker did and gives back.
    enum Done {
        case hash
        case read
    }

    /// The result of giving back an action.
    struct Consequence {
        var finished: [BlobWork] = []
        var startedWorker: PipelineWorker?
        /// The next action of the worker; nil if it must finish blobs first.
        var next: Action?
    }
}
