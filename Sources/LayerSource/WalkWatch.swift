// layerverify: watching a walk.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells the search and the walk when to end, and is told how far they have come.
///
/// Once the run is cancelled they may go on for 64 more files, descriptors and small documents, so that the report of a run
/// over few images says which these were; their blobs are not read.
///
/// ## Concurrency
/// `left` and `searchLeft` are atomic numbers, which carry no other data with them.
package final class WalkWatch: Sendable {
    private let isCancelled: @Sendable () -> Bool
    /// Called with the number of documents that were read so far, in all roots.
    let noteDocuments: @Sendable (Int) -> Void
    /// Called with the number of files and folders that were looked at so far, and of the images found, below all paths.
    let noteSearch: @Sendable (Int, Int) -> Void
    private let left = Atomic(64)
    /// The search has a number of its own, so that what it has found until then is read.
    private let searchLeft = Atomic(64)

    /// - Parameter isCancelled: is asked for each file, folder, document and descriptor. Once it is true it stays so.
    package init(
        isCancelled: @escaping @Sendable () -> Bool = { false },
        noteDocuments: @escaping @Sendable (Int) -> Void = { _ in },
        noteSearch: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) {
        self.isCancelled = isCancelled
        self.noteDocuments = noteDocuments
        self.noteSearch = noteSearch
    }

    /// Asks for leave to look at one more file or folder below a path.
    func permitsSearch() -> Bool {
        guard isCancelled() else { return true }
        return searchLeft.wrappingSubtract(1, ordering: .relaxed).oldValue > 0
    }

    /// Asks for leave to do something, of which a large document costs more than others.
    func permits(byteCount: Int = 0) -> Bool {
        guard isCancelled() else { return true }
        return left.wrappingSubtract(1 + byteCount >> 16, ordering: .relaxed).oldValue > 0
    }

    /// Whether the run is cancelled and nothing is permitted any more.
    package var isOver: Bool { isCancelled() && left.load(ordering: .relaxed) <= 0 }
}
