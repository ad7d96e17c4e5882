// layerverify: the numbers of files that a search did not check.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The numbers of files below a folder that were not checked.
struct Leftovers {
    private var natures: [String: Int] = [:]
    var linkCount = 0
    /// File systems of the kernel, such as /proc.
    var kernelFolderCount = 0
    /// Folders on other file systems, if those are not searched.
    var mountCount = 0
    /// Whether an image is at the top of a file system whose `lost+found` may not be read.
    var hasLostAndFound = false

    mutating func count(_ nature: FileClassification) {
        let noun =
            switch nature {
            case .compressed: "compressed"
            case .otherArchive, .disputedArchive, .brokenArchive, .tarWithDamagedStart, .undocumentedArchive,
                .archiveWithoutEntries:
                "tar"
            case .empty, .other, .unreadable: "other"
            }
        natures[noun, default: 0] += 1
    }

    /// `12 files that are not images (3 compressed, 9 other), 2 symbolic links`; nil if there are none.
    var description: String? {
        let fileCount = natures.values.reduce(0, +)
        let kinds = natures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        var parts: [String] = []
        if fileCount > 0 {
            parts.append(
                "\(fileCount) file\(fileCount == 1 ? " that is not an image" : "s that are not images") (\(kinds))")
        }
        if linkCount > 0 { parts.append("\(linkCount) symbolic link\(linkCount == 1 ? "" : "s")") }
        if kernelFolderCount > 0 {
            parts.append("\(kernelFolderCount) pseudo file system\(kernelFolderCount == 1 ? "" : "s")")
        }
        if mountCount > 0 { parts.append("\(mountCount) other file system\(mountCount == 1 ? "" : "s")") }
        if hasLostAndFound { parts.append("lost+found") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
