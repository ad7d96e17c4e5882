// layerverify: cancellation and progress of a walk.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells the search and the walk when to end, and receives their progress.
///
/// After a cancellation they may process 64 more files, descriptors and small documents, so that the report of a run
/// over few images lists them; their blobs are not read.
///
/// ## Concurrency
/// `left` and `searchLeft` are atomic numbers; no other data is published by them.
package final class WalkWatch: Sendable {
    private let isCancelled: @Sendable () -> Bool
    /// Called with the number of documents read so far, in all roots.
    let noteDocuments: @Sendable (Int) -> Void
    /// Called with the number of files and folders examined so far, and of the images found, below all paths.
    let noteSearch: @Sendable (Int, Int) -> Void
    private let left = Atomic(64)
    /// The search has a number of its own, so that the images that it found are still read.
    private let searchLeft = Atomic(64)

    /// - Parameter isCancelled: called for each file, folder, document and descriptor. Once true, it must stay true.
    package init(
        isCancelled: @escaping @Sendable () -> Bool = { false },
        noteDocuments: @escaping @Sendable (Int) -> Void = { _ in },
        noteSearch: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) {
        self.isCancelled = isCancelled
        self.noteDocuments = noteDocuments
        self.noteSearch = noteSearch
    }

    /// Whether one more file or folder may be examined.
    func permitsSearch() -> Bool {
        guard isCancelled() else { return true }
        return searchLeft.wrappingSubtract(1, ordering: .relaxed).oldValue > 0
    }

    /// Whether one more step is permitted; a large document costs several.
    func permits(byteCount: Int = 0) -> Bool {
        guard isCancelled() else { return true }
        return left.wrappingSubtract(1 + byteCount >> 16, ordering: .relaxed).oldValue > 0
    }

    /// Whether the run is cancelled. A stream ends then at once: what is in it is known only at its end.
    var isInterrupted: Bool { isCancelled() }

    /// Whether the run is cancelled and no step is permitted any more.
    package var isOver: Bool { isCancelled() && left.load(ordering: .relaxed) <= 0 }
}
