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
