// layerverify: paths in the documents of archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Paths as written in the documents of archives.
enum ArchivePath {
    /// Removes `./`, doubled and leading slashes; `..` is kept.
    static func normalized(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }.joined(separator: "/")
    }
}
