// layerverify: a form of image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A form of image on disk, with everything that is known of it; an entry of `ImageSources.supported`.
package struct ImageSource: Sendable {
    /// The name of the form in a folder and in an archive.
    package let folderForm: ImageForm
    package let archiveForm: ImageForm
    /// The files that identify the form, for messages.
    package let marks: String
    /// The names of its files.
    package let files: FormFiles
    /// Recognises the form by its content, never by a name that the user gave.
    package let recognizes: @Sendable (RecognizableTree) -> Recognition
    /// The document that may be there without the rest of the image; nil if there is none.
    package let loneDocument: LoneDocument?
    /// The finding that a folder, which is not an image, has parts of one; nil otherwise. Such a folder is not searched.
    package let partsAlone: @Sendable (any ImageTree) -> Finding?
    /// Reads all documents of the image.
    package let walk: @Sendable (any ImageTree, inout InventoryBuilder) -> Void

    package init(
        folderForm: ImageForm, archiveForm: ImageForm, marks: String, files: FormFiles,
        recognizes: @escaping @Sendable (RecognizableTree) -> Recognition, loneDocument: LoneDocument? = nil,
        partsAlone: @escaping @Sendable (any ImageTree) -> Finding? = { _ in nil },
        walk: @escaping @Sendable (any ImageTree, inout InventoryBuilder) -> Void
    ) {
        self.folderForm = folderForm
        self.archiveForm = archiveForm
        self.marks = marks
        self.files = files
        self.recognizes = recognizes
        self.loneDocument = loneDocument
        self.partsAlone = partsAlone
        self.walk = walk
    }
}

/// Whether a tree has the marks of a form.
package enum Recognition: Sendable {
    case yes
    case no
    /// A file that identifies the form could not be read or looked up.
    case unknown(path: String, ReadEnding)

    init(_ isSo: Bool) { self = isSo ? .yes : .no }

    var isYes: Bool { if case .yes = self { true } else { false } }

    func and(_ other: @autoclosure () -> Recognition) -> Recognition {
        switch self {
        case .yes: return other()
        case .no: return .no
        case .unknown: if case .no = other() { return .no } else { return self }
        }
    }

    /// The result of `other` if this is `.yes`, otherwise this: after a failed lookup no further file is looked up.
    func then(_ other: @autoclosure () -> Recognition) -> Recognition { if case .yes = self { other() } else { self } }

    func or(_ other: @autoclosure () -> Recognition) -> Recognition { not.and(other().not).not }

    var not: Recognition {
        switch self {
        case .yes: .no
        case .no: .yes
        case .unknown: self
        }
    }
}

/// A tree in which a document could not be read during recognition.
///
/// That document is not read again. Otherwise a disk with intermittent errors could have the tree recognised as one
/// form, and walked as another.
struct PartlyReadTree: ImageTree {
    let tree: any ImageTree
    let unreadPath: String
    let ending: ReadEnding

    var findings: [Finding] { tree.findings }

    func locate(_ path: String) -> LocatedFile { path == unreadPath ? .nowhere(ending) : tree.locate(path) }

    func kind(of path: String) -> Lookup<FileKind> {
        path == unreadPath ? .unreadable(ending) : tree.kind(of: path)
    }

    func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]> { tree.list(path) }

    func facts(at location: BlobLocation) -> BlobFacts? { tree.facts(at: location) }

    var hasFacts: Bool { tree.hasFacts }

    var findingsOfImages: [Finding] { tree.findingsOfImages }
}
