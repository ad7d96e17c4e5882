// layerverify: the supported forms of image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Forms of image, in the order in which they are tried.
package struct ImageSources: Sendable {
    package let all: [ImageSource]
    /// The documents that mark the folder of an image, each once.
    package let documents: [String]
    /// The names at the top of an image that belong to it: documents, and folders of blobs.
    let ownedNames: Set<String>
    /// The files that are layers in folders of their own.
    let layerNames: Set<String>

    package init(_ all: [ImageSource]) {
        self.all = all
        documents = all.flatMap(\.files.documents).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        ownedNames = Set(documents + all.flatMap(\.files.folders))
        layerNames = Set(all.compactMap(\.files.layerFolder?.layer))
    }

    /// The supported forms. The more specific form is first.
    package static let supported = ImageSources([.dockerAndLayout, .layout, .dockerSave, .repositoriesOnly])

    /// All values of `RootRecord.form`, each once: of these forms, of what is not an image, and of folders of images.
    package var forms: [ImageForm] {
        (all.flatMap { [$0.folderForm, $0.archiveForm] } + [.incompleteArchive, .folder, .unknown])
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The files that identify the forms, for messages.
    var marks: String { all.map(\.marks).joined(separator: "; ") }

    /// The form of a tree.
    enum Recognized {
        case image(ImageSource, unread: UnreadMark?)
        case none
        case unknown(UnreadMark)
    }

    /// The first form whose marks a tree has.
    ///
    /// The forms after `layout` require that the tree is not a layout. A form is chosen despite an unreadable mark of
    /// another one only for a layout that may also have docker-save's view; its walk reports that `manifest.json` could
    /// not be read.
    func recognize(_ tree: RecognizableTree) -> Recognized {
        var unread: UnreadMark?
        for source in all {
            switch source.recognizes(tree) {
            case .yes: return .image(source, unread: unread)
            case .no: continue
            case .unknown(let path, let ending): unread = unread ?? UnreadMark(path: path, ending: ending)
            }
        }
        return unread.map { .unknown($0) } ?? .none
    }

    /// The form of a tree at a path that the user gave, by one of its documents alone.
    func recognizeGiven(_ tree: RecognizableTree) -> ImageSource? {
        all.first { $0.loneDocument?.isEnoughIfGiven(tree).isYes == true }
    }

    /// The document of a form in a tree without the other files of the image, and whether it is there.
    func loneDocument(in tree: RecognizableTree) -> (LoneDocument, Recognition)? {
        for document in all.compactMap(\.loneDocument) {
            let recognition = document.isThere(tree)
            if case .no = recognition { continue }
            return (document, recognition)
        }
        return nil
    }

    /// What an entry of an archive tells about it.
    func meaning(of entry: FormFiles.ArchiveEntry) -> FormFiles.EntryMeaning {
        all.reduce(into: []) { $0.formUnion($1.files.meaning(entry)) }
    }

    /// The place of a path in an image, by its last components.
    func place(of components: [String]) -> FormFiles.Place? {
        for source in all {
            if let place = source.files.place(of: components) { return place }
        }
        return nil
    }
}

/// A file that identifies the form of a tree, and that could not be read or looked up.
struct UnreadMark: Sendable {
    let path: String
    let ending: ReadEnding
}
