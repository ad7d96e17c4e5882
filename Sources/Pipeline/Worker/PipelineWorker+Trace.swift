// layerverify: the names of a worker's actions in traces.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension PipelineWorker {
    /// The kind of the action of the lease.
    var traceKind: TraceRecord.Kind {
        guard let lease = lease.take() else { return .read }
        let kind = lease.kind
        let isDigest = lease.consuming.jobs.first?.task.digest != nil
        self.lease = consume lease
        guard kind == .consume else { return .read }
        return isDigest ? .hash : .contents
    }
}
