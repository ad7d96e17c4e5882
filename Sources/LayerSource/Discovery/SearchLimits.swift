// layerverify: the limits of a search.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How far a folder is searched for images.
package struct SearchLimits: Sendable {
    /// More files and folders than this are not looked at below one path.
    package var maximumFileCount: Int
    /// Whether folders on other file systems than that of the path are left out.
    package var staysOnFileSystem: Bool

    /// The default of `maximumFileCount`.
    package static let standardFileCount = 100_000
    /// Folders below a path are searched this deep. Trees that people have are some dozens of folders deep.
    static let maximumDepth = 256

    package init(maximumFileCount: Int = standardFileCount, staysOnFileSystem: Bool = false) {
        // So that sums of it do not overflow.
        self.maximumFileCount = min(maximumFileCount, 1 << 40)
        self.staysOnFileSystem = staysOnFileSystem
    }
}
