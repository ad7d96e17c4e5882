// layerverify: the limits of a search.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The limits of the search for images in a folder.
package struct SearchLimits: Sendable {
    /// The number of files and folders that are examined below one path.
    package var maximumFileCount: Int
    /// Whether folders on other file systems than that of the path are left out.
    package var staysOnFileSystem: Bool

    /// The default of `maximumFileCount`.
    package static let standardFileCount = 100_000
    /// The depth of the search below a path. Real trees are some dozens of folders deep.
    static let maximumDepth = 256

    package init(maximumFileCount: Int = standardFileCount, staysOnFileSystem: Bool = false) {
        // The bound keeps sums from overflowing.
        self.maximumFileCount = min(maximumFileCount, 1 << 40)
        self.staysOnFileSystem = staysOnFileSystem
    }
}

/// What a search has examined.
struct SearchCount {
    /// The files and folders below the current path, and below all.
    private(set) var fileCount = 0
    private var totalFileCount = 0
    private var imageCount = 0

    mutating func beginPath() { fileCount = 0 }

    mutating func addImage() { imageCount += 1 }

    /// Counts a file or folder. Returns: false if it is one more than the limit.
    mutating func addFile(_ limits: SearchLimits, _ watch: WalkWatch) -> Bool {
        fileCount += 1
        totalFileCount += 1
        guard fileCount <= limits.maximumFileCount else { return false }
        watch.noteSearch(totalFileCount, imageCount)
        return true
    }
}
