// layerverify: searching a folder for images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

extension ImageFinder {
    /// Folders down to this depth are kept open while the search is below them.
    private static let maximumOpenDepth = 32

    /// The entries that are left, the next one last. A stack instead of recursion, because folders may be deep.
    typealias Pending = [(folder: Folder, entry: DirectoryEntry)]

    /// Finds the images in a given folder, and below it.
    mutating func findInFolder(_ given: GivenPath) {
        let path = given.text
        let folder: DirectoryRoot
        let device: UInt64?
        do throws(Errno) {
            folder = try DirectoryRoot(given, links: links)
            device = limits.staysOnFileSystem ? try folder.device : nil
        } catch {
            return add(path, Finding(.pathUnreadable, ErrorText.describe(error.rawValue), at: Place("")))
        }
        let countBefore = found.count
        var leftovers = Leftovers()
        search(folder, at: given, device: device, &leftovers)
        guard found.count == countBefore else {
            if let description = leftovers.description {
                add(path, Finding(.filesIgnored, "not looked into: \(description)", at: Place("")), form: .folder)
            }
            return
        }
        var message = "no image was found here or below; looked for \(forms.marks); and for tar archives of these"
        if let description = leftovers.description { message += "; not looked into: \(description)" }
        let shape = FolderShape(folder, path: path, forms)
        if let title = shape.title { message = title + "; " + message }
        add(path, Finding(.notAnImage, message, at: Place(""), hint: shape.hint))
    }

    /// Searches a folder and everything below it, in the order of the names.
    ///
    /// - Parameter device: the file system to stay on; nil for all file systems.
    private mutating func search(
        _ top: DirectoryRoot, at path: GivenPath, device: UInt64?, _ leftovers: inout Leftovers
    ) {
        var pending: Pending = []
        enter(top, as: Folder(anchor: top, path: path.text, canReopen: path.isText), &pending, &leftovers)
        // Of the folders that are not kept open, the one of the last file is open.
        var current: (folder: Folder, root: DirectoryRoot)?
        while let (folder, entry) = pending.popLast() {
            guard watch.permitsSearch() else { return add(folder.path, .searchInterrupted) }
            guard count.addFile(limits, watch) else {
                return add(folder.path, .tooManyFiles(limits.maximumFileCount))
            }
            guard !folder.owns(entry, forms) else { continue }
            let below = folder.path(of: entry)
            do throws(LookupFault) {
                let opened: DirectoryRoot
                if let current, current.folder === folder {
                    opened = current.root
                } else {
                    opened = try folder.open()
                    current = (folder, opened)
                }
                switch entry.kind {
                case .directory:
                    guard folder.depth < SearchLimits.maximumDepth else {
                        add(below, .tooDeep)
                        continue
                    }
                    let next = try opened.directory(entry)
                    if let device, try next.isElsewhere(than: device) {
                        leftovers.mountCount += 1
                        continue
                    }
                    let isKept = folder.depth < Self.maximumOpenDepth
                    enter(next, as: folder.folder(entry, opened: isKept ? next : nil), &pending, &leftovers)
                case .regular:
                    if !listedFiles.contains(below) {
                        lookAt(try opened.openFile(entry), path: below, in: folder, &leftovers)
                    }
                case .symbolicLink:
                    // The target of a link within an image's folder is found by itself, unless it is elsewhere.
                    guard !listedFiles.contains(below) else { continue }
                    switch folder.isWithinImage ? opened.kind(of: entry.name) : .success(.symbolicLink) {
                    case .success(.symbolicLink), .failure(.missing), .failure(.outsideImage),
                        .failure(.linkNotFollowed), .failure(.wrongKind):
                        leftovers.linkCount += 1
                        ignored.add(below)
                    case .success: break
                    case .failure(let fault): throw fault
                    }
                case .fifo, .socket, .characterDevice, .blockDevice, .other:
                    ignored.add(below)
                    if !folder.isWithinImage { leftovers.count(.other(beginning: [])) }
                }
            } catch {
                switch error {
                case .failed: add(below, .unread(ReadEnding(error)))
                // The listing of the folder had it. It is unknown whether it was an image.
                case .missing, .outsideImage, .linkNotFollowed, .wrongKind, .changed: add(below, .unread(.changed))
                }
            }
        }
    }

    /// Examines a file in a folder.
    private mutating func lookAt(
        _ file: PositionedFile, path: String, in folder: Folder, _ leftovers: inout Leftovers
    ) {
        guard let nature = addArchive(file, path: path, canReopen: folder.canReopen) else { return }
        // In the layout of old archives, a layer may be an empty file.
        let isLayer = folder.isWithinImage && forms.layerNames.contains { path.hasSuffix("/" + $0) }
        if !isLayer && nature.isArchiveByName(path)
            || (folder.source == nil ? nature.mayBeImage : nature.mayBeImageNextToOne)
        {
            guard !nature.isIncompleteImage else {
                return addIncomplete(file, path: path, canReopen: folder.canReopen)
            }
            return add(path, .notAnImage(nature, path: path, forms))
        }
        ignored.add(path)
        // In the folder of an image any other file may exist.
        if !folder.isWithinImage { leftovers.count(nature) }
    }

    /// Adds a folder if it is an image, and adds its entries to those that are left.
    private mutating func enter(
        _ folder: DirectoryRoot, as place: Folder, _ pending: inout Pending, _ leftovers: inout Leftovers
    ) {
        let path = place.path
        guard !folder.isOfKernel else {
            leftovers.kernelFolderCount += 1
            return
        }
        let tree = DirectoryTree(folder, root: found.count)
        let recognizable = RecognizableTree(tree, in: folder)
        let source: ImageSource?
        var loneDocument: String?
        switch forms.recognize(recognizable) {
        case .image(let form, let unread):
            source = form
            add(path, form, form: form.folderForm, store: store(folder, at: place), tree: nil, unread: unread)
            if let finding = listedFiles.note(form.files, folder, as: tree, path: path) {
                return add(path, finding)
            }
        case .unknown(let unread):
            // Without root every search of a whole file system meets this; a note is enough.
            if case .unreadable(Errno.permissionDenied.rawValue, _) = unread.ending, place.isLostAndFound {
                leftovers.hasLostAndFound = true
                return
            }
            return add(path, .unread(unread.ending, unread.path))
        case .none:
            source = place.depth == 0 ? forms.recognizeGiven(recognizable) : nil
            if let source {
                add(path, source, form: source.folderForm, store: store(folder, at: place), tree: nil, unread: nil)
                break
            }
            for form in forms.all {
                if let finding = form.partsAlone(tree) { return add(path, finding) }
            }
            if let (document, recognition) = forms.loneDocument(in: recognizable) {
                loneDocument = document.name
                switch recognition {
                case .yes, .no: add(path, Finding(.notAnImage, document.title, at: Place("")))
                case .unknown(let file, let ending): add(path, .unread(ending, file))
                }
            }
        }
        switch folder.list("", limit: limits.maximumFileCount) {
        case .success(let entries):
            if source == nil, let finding = OtherStore.finding(entries, in: recognizable) { return add(path, finding) }
            let folder = place.recognized(as: source)
            for entry in entries.reversed() where entry.name != loneDocument {
                pending.append((folder, entry))
            }
            // Entries beyond the limit of files are dropped, except the first one, which reports the limit.
            pending.removeFirst(max(0, pending.count - (limits.maximumFileCount - count.fileCount + 1)))
        case .failure(.failed(.permissionDenied)) where place.isLostAndFound: leftovers.hasLostAndFound = true
        // The files that an image names are found by name, but the folder may contain other images.
        case .failure(.failed(let errno)): add(path, .unread(.unreadable(errno: errno.rawValue, atByte: 0)))
        // It was a folder when it was opened.
        case .failure: add(path, .unread(.changed))
        }
    }
}
