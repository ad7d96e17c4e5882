// layerverify: the names that a form of image gives its files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem

/// The files of a form of image: by these names, the search tells parts of an image from images of their own, recognises
/// pieces of an image, and `--output` does not replace them.
package struct FormFiles: Sendable {
    /// The documents at the top of an image, which mark its folder.
    package var documents: [String]
    /// The folders at the top of an image in which its blobs are.
    package var folders: [String]
    /// The folders of single layers at the top of an image; nil if the form has none.
    package var layerFolder: LayerFolder?
    /// What an entry of an archive of this form tells about the archive.
    package var meaning: @Sendable (ArchiveEntry) -> EntryMeaning
    /// The place of a blob in an image, by the last components of its path; nil if the path is not that of a blob.
    package var blobPlace: @Sendable ([String]) -> Place?
    /// The files that the documents of an image in a folder list.
    package var listed: (@Sendable (DirectoryRoot, any ImageTree) -> Listing)?

    package init(
        documents: [String] = [], folders: [String] = [], layerFolder: LayerFolder? = nil,
        meaning: @escaping @Sendable (ArchiveEntry) -> EntryMeaning = { _ in [] },
        blobPlace: @escaping @Sendable ([String]) -> Place? = { _ in nil },
        listed: (@Sendable (DirectoryRoot, any ImageTree) -> Listing)? = nil
    ) {
        self.documents = documents
        self.folders = folders
        self.layerFolder = layerFolder
        self.meaning = meaning
        self.blobPlace = blobPlace
        self.listed = listed
    }

    /// The folder of one layer.
    package struct LayerFolder: Sendable {
        /// Whether a folder may have this name.
        package var isName: @Sendable (String) -> Bool
        /// The file that is the layer.
        package var layer: String
        /// All files of the folder.
        package var files: [String]
    }

    /// An entry of an archive, with the beginning of its content.
    package struct ArchiveEntry {
        /// The components of its path, at least one.
        package let path: [String]
        /// Up to 4 KiB.
        package let beginning: ArraySlice<UInt8>
        /// Whether the content is not known because the archive was not read that far.
        package let isCut: Bool
        /// Whether it is the first entry of the archive.
        package let isFirst: Bool

        /// The first byte of the content that is not white space.
        var firstByte: UInt8? { beginning.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } }
    }

    /// What an entry tells about its archive.
    package struct EntryMeaning: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Archives of images have such an entry, at any position, and other archives rarely have it.
        package static let image = EntryMeaning(rawValue: 1)
        /// A file that is named by its digest, or a file in the folder of a layer.
        package static let layer = EntryMeaning(rawValue: 2)
    }

    /// The place of a path in an image.
    package struct Place: Sendable {
        /// The number of components from the top of the image.
        package var depth: Int
        /// Whether it is a blob or a layer.
        package var isBlob: Bool
    }

    /// No more files are listed than this and one more.
    package static let maximumListedCount = 200_000

    /// The files that documents list.
    package enum Listing: Sendable {
        /// Their paths below the folder of the image.
        case names([String])
        /// They are not known, for the reason in the finding.
        case unknown(Finding)
    }

    /// The place of a path in an image, by its last components; nil if it is not a part of one.
    func place(of components: [String]) -> Place? {
        guard let name = components.last else { return nil }
        if documents.contains(name) || folders.contains(name) { return Place(depth: 1, isBlob: false) }
        if let place = blobPlace(components) { return place }
        guard let layerFolder, components.count >= 2, layerFolder.files.contains(name) else { return nil }
        return Place(depth: 2, isBlob: name == layerFolder.layer)
    }
}

/// A document of a form without the other files of the image.
package struct LoneDocument: Sendable {
    package var name: String
    /// A description, for messages.
    package var title: String
    package var isThere: @Sendable (RecognizableTree) -> Recognition
    /// Whether the document is enough to recognise the form at a path that the user gave.
    package var isEnoughIfGiven: @Sendable (RecognizableTree) -> Recognition
}
