// layerverify: reading blobs again by the reference path.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

/// Reads some blobs with the reference decoders and OpenSSL, each from beginning to end in one thread.
struct ReferenceRun {
    let opener: any BlobOpener
    let options: PipelineOptions
    /// The crew of the run.
    let crew: WorkCrew
    let isCancelled: @Sendable () -> Bool

    /// The facts of blobs, in the order of `requests`. Blocks the calling thread until all are read.
    func facts(of requests: [BlobRequest]) -> [BlobFacts] {
        guard !requests.isEmpty else { return [] }
        let reading = Reading(self, requests)
        let crew = crew
        for worker in 0..<min(options.jobCount, requests.count) {
            crew.add {
                reading.work(worker)
                crew.wakeCaller()
            }
        }
        crew.run { !reading.isEnded }
        return reading.facts
    }

    /// ## Concurrency
    /// `state` is guarded by its lock; all other members never change.
    private final class Reading: Sendable {
        private let requests: [BlobRequest]
        private let opener: any BlobOpener
        private let options: PipelineOptions
        private let isCancelled: @Sendable () -> Bool
        private let state: Locked<State>

        private struct State {
            var next = 0
            /// The number of workers that have not ended.
            var workerCount: Int
            var facts: [BlobFacts]
        }

        init(_ run: ReferenceRun, _ requests: [BlobRequest]) {
            self.requests = requests
            opener = run.opener
            options = run.options
            isCancelled = run.isCancelled
            // Blobs that a cancelled run does not reach are not confirmed, and so not refuted.
            state = Locked(
                State(
                    workerCount: min(run.options.jobCount, requests.count),
                    facts: requests.map { _ in BlobFacts(reading: .cancelled) }))
        }

        var facts: [BlobFacts] { state.withLock { $0.facts } }
        var isEnded: Bool { state.withLock { $0.workerCount == 0 } }

        func work(_ worker: Int) {
            defer { state.withLock { $0.workerCount -= 1 } }
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
}
