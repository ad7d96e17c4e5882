// layerverify: reading blobs again by the reference path.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

/// Reads some blobs with the reference decoders and OpenSSL, each from beginning to end in one thread.
///
/// ## Concurrency
/// `next` and `facts` are guarded by one lock; all other members never change.
final class ReferenceRun: Sendable {
    private let requests: [BlobRequest]
    private let opener: any BlobOpener
    private let options: PipelineOptions
    private let isCancelled: @Sendable () -> Bool
    private let state: Locked<State>

    private struct State {
        var next = 0
        var facts: [BlobFacts]
    }

    init(
        _ requests: [BlobRequest], opener: any BlobOpener, options: PipelineOptions,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.requests = requests
        self.opener = opener
        self.options = options
        self.isCancelled = isCancelled
        // Blobs that a cancelled run does not reach are not confirmed, and so not refuted.
        state = Locked(State(facts: requests.map { _ in BlobFacts(reading: .cancelled) }))
    }

    /// Reads all blobs with the crew of the run. Blocks the calling thread until all are read.
    func run(_ crew: WorkCrew) -> [BlobFacts] {
        for worker in 0..<min(options.jobCount, requests.count) { crew.add { self.work(worker) } }
        crew.runAll()
        return state.withLock { $0.facts }
    }

    private func work(_ worker: Int) {
        let reader = SequentialReader(.reference, options: options)
        while !isCancelled(), let place = takeNext() {
            let start = options.tracer == nil ? nil : ContinuousClock.now
            let facts = reader.facts(of: requests[place], from: opener, isCancelled: isCancelled)
            if let start {
                options.tracer?(
                    TraceRecord(
                        .confirm, worker: worker, since: start, parts: [facts.tracePart(requests[place].blob)]))
            }
            state.withLock { $0.facts[place] = facts }
        }
    }

    private func takeNext() -> Int? {
        state.withLock { state in
            guard state.next < requests.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }
}
