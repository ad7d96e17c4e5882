// layerverify: progress before blobs are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem

/// Tells an observer some ten times a second how far the search and the reading of documents have come.
///
/// ## Concurrency
/// `next` is guarded by its lock; the observer is called outside of it, by the thread that searches and reads.
struct GatherProgress: Sendable {
    private let observer: ProgressObserver?
    private let start: ContinuousClock.Instant
    private let next: Locked<ContinuousClock.Instant>

    init(_ observer: ProgressObserver?, since start: ContinuousClock.Instant) {
        self.observer = observer
        self.start = start
        next = Locked(start + .milliseconds(100))
    }

    /// Tells how many documents were read.
    func note(documentCount: Int) { tell { $0.documentCount = documentCount } }

    /// Tells how many files and folders were looked at, and how many image stores are among them.
    func note(searchedFileCount: Int, imageStoreCount: Int) {
        tell {
            $0.searchedFileCount = searchedFileCount
            $0.imageStoreCount = imageStoreCount
        }
    }

    private func tell(_ fill: (inout VerifyProgress) -> Void) {
        guard let observer else { return }
        let now = ContinuousClock.now
        let isDue = next.withLock { next in
            guard now >= next else { return false }
            next = now + .milliseconds(100)
            return true
        }
        guard isDue else { return }
        var progress = VerifyProgress(
            doneByteCount: 0, totalByteCount: 0, doneBlobCount: 0, totalBlobCount: 0,
            elapsedSeconds: (now - start).seconds)
        fill(&progress)
        observer(progress)
    }
}
