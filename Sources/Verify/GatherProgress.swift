// layerverify: progress before blobs are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem

/// Reports the progress of the search and of the reading of documents to an observer, about ten times per second.
///
/// ## Concurrency
/// `next` is guarded by its lock. The observer is called outside of the lock, by the thread that searches and reads.
struct GatherProgress: Sendable {
    private let observer: ProgressObserver?
    private let start: ContinuousClock.Instant
    /// When the next report is due; nil after the end.
    private let next: Locked<ContinuousClock.Instant?>

    init(_ observer: ProgressObserver?, since start: ContinuousClock.Instant) {
        self.observer = observer
        self.start = start
        next = Locked(start + .milliseconds(100))
    }

    /// Reports the number of documents read so far.
    func note(documentCount: Int) { tell { $0.documentCount = documentCount } }

    /// Reports the number of files and folders examined so far, and of the image stores found among them.
    func note(searchedFileCount: Int, imageStoreCount: Int) {
        tell {
            $0.searchedFileCount = searchedFileCount
            $0.imageStoreCount = imageStoreCount
        }
    }

    /// Reports the number of bytes of a stream that were read so far.
    func note(streamedByteCount: UInt64) { tell { $0.streamedByteCount = Int(clamping: streamedByteCount) } }

    /// Reports nothing more: the progress of reading blobs is reported from now on.
    func end() { next.withLock { $0 = nil } }

    private func tell(_ fill: (inout Verifier.Progress) -> Void) {
        guard let observer else { return }
        let now = ContinuousClock.now
        let isDue = next.withLock { next in
            guard let due = next, now >= due else { return false }
            next = now + .milliseconds(100)
            return true
        }
        guard isDue else { return }
        var progress = Verifier.Progress(
            doneByteCount: 0, totalByteCount: 0, doneBlobCount: 0, totalBlobCount: 0,
            elapsedSeconds: (now - start).seconds)
        fill(&progress)
        observer(progress)
    }
}
