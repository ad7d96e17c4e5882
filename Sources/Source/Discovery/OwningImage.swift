// layerverify: the image that a path is part of.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// The image that contains a given file or folder: one of its documents, `blobs/`, or a blob.
struct OwningImage {
    /// The folder of the image.
    let folder: String
    /// The path, if it is that of a blob or a layer.
    private let file: String?

    /// Searches for the image. A folder that cannot be read is not one: the result is advice, and changes no verdict.
    init?(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let name = parts.last else { return nil }
        func names(_ count: Int) -> [String] { Array(parts.suffix(count)) }
        let depth: Int
        var isBlob = false
        let documents = ["index.json", "oci-layout", "manifest.json", "repositories"]
        if documents.contains(name) || name == "blobs" {
            depth = 1
        } else if parts.count >= 2, names(2)[0] == "blobs", DigestAlgorithm(rawValue: name) != nil {
            depth = 2
        } else if parts.count >= 3, names(3)[0] == "blobs", DigestAlgorithm(rawValue: names(3)[1]) != nil {
            depth = 3
            isBlob = true
        } else if parts.count >= 2, ["layer.tar", "json", "VERSION"].contains(name) {
            depth = 2
            isBlob = name == "layer.tar"
        } else {
            return nil
        }
        // Only paths without `.` and `..`, which the file system resolves.
        guard parts.count >= depth, !names(depth).contains(".."), !names(depth).contains(".") else { return nil }
        let above = parts.dropLast(depth).joined(separator: "/")
        folder = path.hasPrefix("/") ? "/" + above : above.isEmpty ? "." : above
        file = isBlob ? path : nil
        guard Self.isImage(folder) else { return nil }
    }

    var hint: String {
        let verify = "layerverify \(ShellWord.quoting(folder)) verifies the image that this belongs to"
        guard let file else { return verify }
        return verify + "; layerverify digest \(ShellWord.quoting(file)) computes the digests of this file"
    }

    private static func isImage(_ path: String) -> Bool {
        do throws(Errno) {
            let folder = try DirectoryRoot(path: path)
            let tree = RecognizableTree(DirectoryTree(folder, root: 0), in: folder)
            if case .image = ImageSources.recognize(tree) { return true } else { return false }
        } catch {
            return false
        }
    }
}
