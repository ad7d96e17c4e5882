// layerverify: the folders of a search.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

extension ImageFinder {
    /// A folder whose entries are searched.
    final class Folder {
        /// The folder itself, or the nearest parent that is kept open, and the path from there.
        let anchor: DirectoryRoot
        let steps: [DirectoryEntry]
        let path: String
        let depth: Int
        /// The form of the image that the folder is; nil if it is not one.
        let source: ImageSource?
        /// Whether an image is in this folder or in one above it.
        let isWithinImage: Bool
        /// The names of files in this folder that are parts of a layer.
        let layerFiles: [String]
        /// False if a name in the path is not UTF-8, so that `path` cannot be opened.
        let canReopen: Bool

        init(
            anchor: DirectoryRoot, steps: [DirectoryEntry] = [], path: String, depth: Int = 0,
            source: ImageSource? = nil, isWithinImage: Bool = false, layerFiles: [String] = [], canReopen: Bool = true
        ) {
            self.anchor = anchor
            self.steps = steps
            self.path = path
            self.depth = depth
            self.source = source
            self.isWithinImage = isWithinImage
            self.layerFiles = layerFiles
            self.canReopen = canReopen
        }

        /// The same folder with its recognised form.
        func recognized(as source: ImageSource?) -> Folder {
            Folder(
                anchor: anchor, steps: steps, path: path, depth: depth, source: source,
                isWithinImage: isWithinImage || source != nil, layerFiles: layerFiles, canReopen: canReopen)
        }

        /// A subfolder; `opened` if it is kept open.
        func folder(_ entry: DirectoryEntry, opened: DirectoryRoot?) -> Folder {
            let layerFolder = source?.files.layerFolder
            return Folder(
                anchor: opened ?? anchor, steps: opened == nil ? steps + [entry] : [], path: path(of: entry),
                depth: depth + 1, isWithinImage: isWithinImage,
                layerFiles: layerFolder?.isName(entry.name) == true ? layerFolder?.files ?? [] : [],
                canReopen: canReopen && entry.rawName == nil)
        }

        /// True for the folder at the top of a file system in which fsck puts recovered files.
        var isLostAndFound: Bool { isWithinImage && path.hasSuffix("/lost+found") }

        func path(of entry: DirectoryEntry) -> String {
            path.hasSuffix("/") ? path + entry.name : path + "/" + entry.name
        }

        func open() throws(LookupFault) -> DirectoryRoot {
            var folder = anchor
            for step in steps { folder = try folder.directory(step) }
            return folder
        }

        /// Whether an entry is a part of the image in this folder, and so not an image of its own.
        func owns(_ entry: DirectoryEntry, _ forms: ImageSources) -> Bool {
            guard source != nil else { return layerFiles.contains(entry.name) }
            switch entry.kind {
            case .directory, .regular, .symbolicLink:
                return forms.ownedNames.contains(entry.name)
            case .fifo, .socket, .characterDevice, .blockDevice, .other: return true
            }
        }
    }
}
