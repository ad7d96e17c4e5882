// layerverify: what the scheduler and its workers tell each other.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension PipelineState {
    /// What a worker is to do.
    enum Action {
        /// Hash the worker's `hashJobs`.
        case hash
        /// Read on the worker's `team`.
        case read
        /// Read on the worker's `team`, plain blobs, and hash what is read.
        case readAndHash
        /// Read these requests from beginning to end; places in `requests`.
        case readSmall(Range<Int>)
        /// End; the last worker also hands on the facts.
        case end([BlobFacts]?)
    }

    /// What a worker did and gives back.
    enum Done {
        case hash
        case read
    }

    /// What giving back an action leads to.
    struct Consequence {
        var finished: [BlobWork] = []
        var startedWorker: PipelineWorker?
        /// What the worker is to do next; nil where it has to finish blobs first.
        var next: Action?
    }
}
