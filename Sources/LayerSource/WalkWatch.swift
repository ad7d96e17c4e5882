// layerverify: watching a walk.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Tells the search and the walk when to end, and is told how far they have come.
package struct WalkWatch: Sendable {
    /// Asked for each file, folder, document and descriptor. Once it is true it stays so.
    package let isCancelled: @Sendable () -> Bool
    /// Called with the number of documents that were read so far, in all roots.
    package let noteDocuments: @Sendable (Int) -> Void

    package init(
        isCancelled: @escaping @Sendable () -> Bool = { false },
        noteDocuments: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.isCancelled = isCancelled
        self.noteDocuments = noteDocuments
    }
}
