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
    init?(of path: String, _ forms: ImageSources) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        func names(_ count: Int) -> [String] { Array(parts.suffix(count)) }
        guard let place = forms.place(of: parts) else { return nil }
        let depth = place.depth
        // Only paths without `.` and `..`, which the file system resolves.
        guard parts.count >= depth, !names(depth).contains(".."), !names(depth).contains(".") else { return nil }
        let above = parts.dropLast(depth).joined(separator: "/")
        folder = path.hasPrefix("/") ? "/" + above : above.isEmpty ? "." : above
        file = place.isBlob ? path : nil
        guard Self.isImage(folder, forms) else { return nil }
    }

    var hint: String {
        let verify = "layerverify \(ShellWord.quoting(folder)) verifies the image that this belongs to"
        guard let file else { return verify }
        return verify + "; layerverify digest \(ShellWord.quoting(file)) computes the digests of this file"
    }

    private static func isImage(_ path: String, _ forms: ImageSources) -> Bool {
        do throws(Errno) {
            let folder = try DirectoryRoot(path: path)
            let tree = RecognizableTree(DirectoryTree(folder, root: 0), in: folder)
            if case .image = forms.recognize(tree) { return true } else { return false }
        } catch {
            return false
        }
    }
}
