// layerverify: files that a search did not look into.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The files that a search found and that were not checked: they are not images.
///
/// Memory: bounded, however many files there are.
package struct IgnoredFiles: Hashable, Sendable {
    /// All of them; a symbolic link is a file, too.
    package private(set) var count = 0
    /// The first of them in the order of the search, as paths below those that the user gave.
    package private(set) var paths: [String] = []
    /// The bytes of `paths`.
    private var pathByteCount = 0

    /// More paths than this, or paths of more bytes, are counted and not kept.
    package static let maximumPathCount = 1_000
    package static let maximumByteCount = 128 << 10

    package init() {}

    /// Adds a file.
    package mutating func add(_ path: String) {
        count += 1
        guard paths.count < Self.maximumPathCount, pathByteCount + path.utf8.count <= Self.maximumByteCount else {
            return
        }
        pathByteCount += path.utf8.count
        paths.append(path)
    }

    /// The number of files whose paths are not kept.
    package var restCount: Int { count - paths.count }
}
