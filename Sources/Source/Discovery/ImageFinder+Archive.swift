// layerverify: archives that may be images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage
import Tar

extension ImageFinder {
    /// Adds a file if it is an archive of a supported form. Returns: the kind of any other file; nil if all findings
    /// about the file were added.
    ///
    /// - Parameter isGiven: whether the user gave this path. The findings are more detailed then.
    mutating func addArchive(
        _ file: PositionedFile, path: String, canReopen: Bool, isGiven: Bool = false
    ) -> FileClassification? {
        let prefix: [UInt8]
        do throws(ReadFault) {
            prefix = try file.bytes(at: 0, upTo: 2 * TarHeader.byteCount)
        } catch {
            return .unreadable(error)
        }
        guard TarIndex.isTar(prefix: prefix) else {
            return addPacked(file, FileClassification(file, forms), path: path, canReopen: canReopen, isGiven: isGiven)
        }
        kept.releaseTree()
        let index = TarIndex.read(InterruptibleReader(file, watch))
        guard !watch.isOver else {
            add(path, .searchInterrupted)
            return nil
        }
        let tree = TarTree(index, root: found.count)
        let recognizable = RecognizableTree(tree, in: file)
        let recognized = forms.recognize(recognizable)
        switch recognized {
        case .image(let source, let unread):
            let isKept = kept.takeOpenRoot() || !canReopen
            add(
                path, source, form: source.archiveForm,
                store: isKept ? .archive(file) : .closed(ClosedRoot(file, at: path)), tree: tree, unread: unread)
        case .unknown(let unread) where index.ending.isEndOfEntries: add(path, .unread(unread.ending, unread.path))
        case .none, .unknown:
            if case .none = recognized, isGiven, let source = forms.recognizeGiven(recognizable) {
                add(path, source, form: source.archiveForm, store: .archive(file), tree: tree, unread: nil)
                return nil
            }
            return FileClassification(
                archive: index, of: file, forms,
                shape: isGiven
                    ? ArchiveShape(given: index, recognizable, forms) : ArchiveShape(found: recognizable, forms))
        }
        return nil
    }

    /// Adds an archive that has layers of an image and not its documents.
    mutating func addIncomplete(_ file: PositionedFile, path: String, canReopen: Bool) {
        let isKept = kept.takeOpenRoot() || !canReopen
        add(
            path, .withoutDocuments, form: .incompleteArchive,
            store: isKept ? .archive(file) : .closed(ClosedRoot(file, at: path)), tree: nil, unread: nil)
    }

    /// A folder that is an image, as a store of blobs.
    mutating func store(_ folder: DirectoryRoot, at place: Folder) -> BlobStore.Root {
        guard !kept.takeOpenRoot(), place.canReopen else { return .directory(folder) }
        do throws(Errno) {
            return .closed(try ClosedRoot(folder, at: place.path))
        } catch {
            return .directory(folder)
        }
    }
}
