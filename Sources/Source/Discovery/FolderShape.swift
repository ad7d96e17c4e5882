// layerverify: the kind of a folder without an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// The kind of a given folder in which no image was found.
struct FolderShape {
    /// The name of the kind; nil if it is unknown.
    let title: String?
    /// A hint; nil if there is none.
    let hint: String?

    init(_ folder: DirectoryRoot, path: String, _ forms: ImageSources) {
        if let owner = OwningImage(of: path, forms) {
            title = "a part of an image"
            hint = owner.hint
            return
        }
        hint = nil
        switch folder.list("", limit: 1_000) {
        case .success(let entries) where entries.isEmpty: title = "the folder is empty"
        case .success(let entries) where RootFileSystem.isOne(Set(entries.map(\.name))):
            title = "a root file system, which no document describes"
        case .success, .failure: title = nil
        }
    }
}
