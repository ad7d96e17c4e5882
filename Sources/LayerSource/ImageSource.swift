// layerverify: a form of image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A form in which images lie on disk; an entry of `ImageSources.all`.
package struct ImageSource: Sendable {
    /// The form of a folder and of an archive.
    package let folderForm: ImageForm
    package let archiveForm: ImageForm
    /// What people are told was looked for.
    package let marks: String
    /// Tells the form by its content, never by a name that the user gave.
    package let recognizes: @Sendable (RecognizableTree) -> Bool
    /// Reads everything that the image says about itself.
    package let walk: @Sendable (any ImageTree, inout InventoryBuilder) -> Void

    package init(
        folderForm: ImageForm, archiveForm: ImageForm, marks: String,
        recognizes: @escaping @Sendable (RecognizableTree) -> Bool,
        walk: @escaping @Sendable (any ImageTree, inout InventoryBuilder) -> Void
    ) {
        self.folderForm = folderForm
        self.archiveForm = archiveForm
        self.marks = marks
        self.recognizes = recognizes
        self.walk = walk
    }
}

/// A tree with as much of its files as recognition looks at.
package struct RecognizableTree {
    package let tree: any ImageTree
    private let readPrefix: (String) -> [UInt8]

    package init(_ tree: any ImageTree, readPrefix: @escaping (String) -> [UInt8]) {
        self.tree = tree
        self.readPrefix = readPrefix
    }

    /// True if anything but a folder lies at `path`; a FIFO where a document should be is a damaged image, too.
    func hasFile(_ path: String) -> Bool { tree.kind(of: path).map { $0 != .directory } ?? false }

    func hasFolder(_ path: String) -> Bool { tree.kind(of: path) == .directory }

    /// The first byte of a document that is no white space; nil of one without.
    func firstCharacter(of path: String) -> UInt8? {
        readPrefix(path).first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    }

    /// `oci-layout`, or what is left of a layout that lost it.
    var hasLayout: Bool {
        hasFile("oci-layout")
            || hasFile("index.json") && (hasFolder("blobs") || names("schemaVersion", in: "index.json"))
    }

    /// A `manifest.json` that is no object. One that is an object belongs to another form (containers' `dir:`), or to no
    /// image at all, unless it has the members of an entry of the list.
    var hasDockerManifest: Bool {
        // Many things have a file of this name; one that leads out of the folder tells nothing about it.
        guard hasFile("manifest.json"), tree.kind(of: "manifest.json") != .symbolicLink else { return false }
        guard firstCharacter(of: "manifest.json") == UInt8(ascii: "{") else { return true }
        return names("Config", in: "manifest.json") && names("Layers", in: "manifest.json")
    }

    /// True if the beginning of a document has a member of this name.
    private func names(_ member: String, in path: String) -> Bool {
        String(decoding: readPrefix(path), as: UTF8.self).contains("\"\(member)\"")
    }
}
