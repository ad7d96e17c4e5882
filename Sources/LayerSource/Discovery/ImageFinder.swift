// layerverify: finding images at the paths that the user gave.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
package import LayerSystem
import SystemPackage

/// Finds the images at a path: the path itself, and what lies below a folder.
package struct ImageFinder {
    /// What was found, in the order of the paths and, below each, of the names.
    package private(set) var found: [Found] = []
    /// The paths that the user gave.
    package private(set) var paths: [String] = []
    private var lookedAtCount = 0
    /// The files that the `manifest.json` of an extracted archive lists, by the hashes of their paths: layers are no images.
    private var listedFiles: Set<Int> = []
    private let watch: WalkWatch
    private let links: LinkPolicy
    private var openRootCount = 0
    /// The tree of the archive that was found last.
    private var latestTree: Locked<(any ImageTree)?>?

    /// Folders below a path are searched this deep. Trees that people have are some dozens of folders deep.
    static let maximumDepth = 256
    /// Folders down to this depth are kept open while what is below them is searched.
    static let maximumOpenDepth = 32
    /// More files and folders than this are not looked at below one path.
    static let maximumLookCount = 100_000
    /// Of the roots that are found so many are kept open, each with the folders in it that were used; further ones are
    /// opened anew for each blob.
    static let maximumOpenRootCount = 8
    /// More files than this that manifests list are not remembered. They are looked at like others then.
    private static let maximumListedCount = 200_000

    /// - Parameters:
    ///   - watch: is asked for each file and folder whether the search goes on.
    ///   - links: which symbolic links are followed to the files of an image. The search itself follows none.
    package init(watch: WalkWatch = WalkWatch(), links: LinkPolicy = .inside) {
        self.watch = watch
        self.links = links
    }

    /// Opens the blobs of everything found.
    package var store: BlobStore { BlobStore(roots: found.map { $0.store }) }

    /// Finds what lies at a path that the user gave.
    package mutating func find(_ path: String) {
        paths.append(path)
        lookedAtCount = 0
        guard watch.permits() else { return add(path, Self.interrupted) }
        do throws(LookupFault) {
            let file = try PositionedFile(path: path)
            if let nature = addArchive(file, path: path, canReopen: true) { add(path, Self.finding(nature)) }
        } catch {
            switch error {
            case .wrongKind(.directory): findInFolder(path)
            case .missing:
                // Arguments are text here; what was not is gone.
                let isDamaged = path.unicodeScalars.contains("\u{fffd}")
                let hint = isDamaged ? "names that are not UTF-8 cannot be given: give the folder above" : nil
                add(path, Finding(.pathMissing, "no such file or directory", at: Place(""), hint: hint))
            case .wrongKind(let kind):
                add(path, Finding(.notAnImage, "a \(kind.rawValue) is not an image", at: Place("")))
            case .outsideImage: add(path, Finding(.pathUnreadable, "the path leads out of itself", at: Place("")))
            case .failed, .changed, .linkNotFollowed: add(path, .unread(ReadEnding(error)))
            }
        }
    }

    // Folders

    /// What lies below a folder and was not checked, as numbers.
    private struct Leftovers {
        var natures: [String: Int] = [:]
        var linkCount = 0
        /// Folders in which the kernel shows its own state.
        var kernelFolderCount = 0
        /// What fsck has found in the file system that an image is the top of, if nobody else may look at it.
        var hasLostAndFound = false

        mutating func count(_ nature: FileNature) {
            let noun =
                switch nature {
                case .compressed: "compressed"
                case .otherArchive, .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive,
                    .archiveWithoutEntries:
                    "tar"
                case .empty, .other, .unreadable: "other"
                }
            natures[noun, default: 0] += 1
        }

        /// `12 files that are no image (3 compressed, 9 other), 2 symbolic links`; nil if there are none.
        var description: String? {
            let fileCount = natures.values.reduce(0, +)
            let kinds = natures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            var parts: [String] = []
            if fileCount > 0 {
                parts.append(
                    "\(fileCount) file\(fileCount == 1 ? " that is not an image" : "s that are not images") (\(kinds))")
            }
            if linkCount > 0 { parts.append("\(linkCount) symbolic link\(linkCount == 1 ? "" : "s")") }
            if kernelFolderCount > 0 {
                parts.append("\(kernelFolderCount) pseudo file system\(kernelFolderCount == 1 ? "" : "s")")
            }
            if hasLostAndFound { parts.append("lost+found") }
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
    }

    private mutating func findInFolder(_ path: String) {
        let folder: DirectoryRoot
        do throws(Errno) {
            folder = try DirectoryRoot(path: path, links: links)
        } catch {
            return add(path, Finding(.pathUnreadable, ErrorText.describe(error.rawValue), at: Place("")))
        }
        let countBefore = found.count
        var leftovers = Leftovers()
        search(folder, path: path, &leftovers)
        guard found.count == countBefore else {
            if let description = leftovers.description {
                add(path, Finding(.filesIgnored, "not looked into: \(description)", at: Place("")), form: .folder)
            }
            return
        }
        let marks = ImageSources.all.map { $0.marks }.joined(separator: "; ")
        var message = "no image was found here or below; looked for \(marks); and for tar archives of these"
        if let description = leftovers.description { message += "; not looked into: \(description)" }
        add(path, Finding(.notAnImage, message, at: Place("")))
    }

    /// Searches a folder and what is below it, in the order of the names.
    private mutating func search(_ top: DirectoryRoot, path: String, _ leftovers: inout Leftovers) {
        // The entries still to be looked at, the next one last: no recursion, which a deep tree would lead too far.
        var pending: [(folder: Folder, entry: DirectoryEntry)] = []
        enter(top, as: Folder(anchor: top, path: path), &pending, &leftovers)
        // Of folders that are not kept open, one is: that of the last file.
        var current: (folder: Folder, root: DirectoryRoot)?
        while let (folder, entry) = pending.popLast() {
            guard watch.permits() else { return add(folder.path, Self.interrupted) }
            lookedAtCount += 1
            guard lookedAtCount <= Self.maximumLookCount else {
                let message = "more than \(Self.maximumLookCount) files; what is below was not searched for images"
                return add(folder.path, Finding(.pathUnreadable, message, at: Place("")))
            }
            guard !folder.owns(entry) else { continue }
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
                    guard folder.depth < Self.maximumDepth else {
                        let message =
                            "more than \(Self.maximumDepth) folders deep; what is below was not searched for images"
                        add(below, Finding(.pathUnreadable, message, at: Place("")))
                        continue
                    }
                    let next = try opened.directory(entry)
                    let isKept = folder.depth < Self.maximumOpenDepth
                    enter(next, as: folder.folder(entry, opened: isKept ? next : nil), &pending, &leftovers)
                case .regular:
                    if !listedFiles.contains(below.hashValue) {
                        lookAt(try opened.openFile(entry), path: below, in: folder, &leftovers)
                    }
                case .symbolicLink:
                    // What a link within an image's folder leads to is looked at where it is, unless that is elsewhere.
                    guard !listedFiles.contains(below.hashValue) else { continue }
                    switch folder.isWithinImage ? opened.kind(of: entry.name) : .success(.symbolicLink) {
                    case .success(.symbolicLink), .failure(.missing), .failure(.outsideImage),
                        .failure(.linkNotFollowed), .failure(.wrongKind):
                        leftovers.linkCount += 1
                    case .success: break
                    case .failure(let fault): throw fault
                    }
                case .fifo, .socket, .characterDevice, .blockDevice, .other:
                    if !folder.isWithinImage { leftovers.count(.other) }
                }
            } catch {
                switch error {
                case .failed: add(below, .unread(ReadEnding(error)))
                // The folder was seen to have it. Whether it was an image is not known.
                case .missing, .outsideImage, .linkNotFollowed, .wrongKind, .changed: add(below, .unread(.changed))
                }
            }
        }
    }

    /// Looks at a file in a folder.
    private mutating func lookAt(
        _ file: PositionedFile, path: String, in folder: Folder, _ leftovers: inout Leftovers
    ) {
        guard let nature = addArchive(file, path: path, canReopen: folder.canReopen) else { return }
        let isNamed = !folder.isWithinImage && nature.isArchiveByName(path)
        if isNamed || (folder.source == nil ? nature.mayBeImage : nature.mayBeImageBesideOne) {
            add(path, Self.finding(nature))
        } else if !folder.isWithinImage {
            leftovers.count(nature)
        }
    }

    /// Adds a folder if it is an image, and its entries to those that are to be looked at.
    private mutating func enter(
        _ folder: DirectoryRoot, as place: Folder, _ pending: inout [(folder: Folder, entry: DirectoryEntry)],
        _ leftovers: inout Leftovers
    ) {
        let path = place.path
        guard !folder.isOfKernel else {
            leftovers.kernelFolderCount += 1
            return
        }
        let tree = DirectoryTree(folder, root: found.count)
        let recognizable = RecognizableTree(tree) { Self.prefix(folder.open($0), byteCount: $1) }
        let source: ImageSource?
        switch ImageSources.recognize(recognizable) {
        case .image(let form, let unread):
            source = form
            add(path, form, form: form.folderForm, store: store(folder, at: place), tree: nil, unread: unread)
            if form.folderForm != .ociLayout, let finding = noteListedFiles(of: folder, as: tree, path: path) {
                return add(path, finding)
            }
        case .unknown(let unread):
            // Everybody but root meets this at the top of a file system: a note will do.
            if case .unreadable(Errno.permissionDenied.rawValue, _) = unread.ending, place.isLostAndFound {
                leftovers.hasLostAndFound = true
                return
            }
            return add(path, .unread(unread.ending, unread.path))
        case .none:
            source = nil
            if let finding = Self.blobsAlone(in: tree) { return add(path, finding) }
        }
        switch folder.list("", limit: Self.maximumLookCount) {
        case .success(let entries):
            if source == nil, let store = OtherStore(entries) { return add(path, store.finding) }
            let folder = place.recognized(as: source)
            for entry in entries.reversed() { pending.append((folder, entry)) }
            // Of what will not be looked at any more only the first entry is kept, which says so.
            pending.removeFirst(max(0, pending.count - (Self.maximumLookCount - lookedAtCount + 1)))
        case .failure(.failed(.permissionDenied)) where place.isLostAndFound: leftovers.hasLostAndFound = true
        // What an image names is found by its name, but there may be other images in the folder.
        case .failure(.failed(let errno)): add(path, .unread(.unreadable(errno: errno.rawValue, atByte: 0)))
        // It was a folder when it was opened.
        case .failure: add(path, .unread(.changed))
        }
    }

    /// Says that a folder has blobs and nothing that tells what they are; nil if it has none.
    private static func blobsAlone(in tree: DirectoryTree) -> Finding? {
        for blobs in DigestAlgorithm.allCases.map({ "blobs/\($0.rawValue)" }) {
            switch tree.kind(of: blobs) {
            case .found(.directory):
                let message =
                    "\(blobs) without index.json or oci-layout: an incomplete image layout or a content store; "
                    + "no document describes its blobs"
                return Finding(.notAnImage, message, at: Place(""))
            case .unreadable(let ending): return .unread(ending, blobs)
            case .found, .absent: continue
            }
        }
        return nil
    }

    /// Notes which files the `manifest.json` of an extracted archive lists. What is wrong with the document is for its walk
    /// to say.
    ///
    /// Returns: a finding if they are not known: then a layer could be taken for an image, and the folder is not searched.
    private mutating func noteListedFiles(of folder: DirectoryRoot, as tree: any ImageTree, path: String) -> Finding? {
        let name = "manifest.json"
        let consequence = "the folder was not searched for other images, since its layers are not known"
        switch tree.kind(of: name) {
        case .absent, .found(.symbolicLink), .found(.directory): return nil
        case .unreadable(let ending): return .unread(ending, name, consequence)
        case .found: break
        }
        switch Self.prefix(folder.open(name), byteCount: JSONDocument.maximumByteCount + 1) {
        case .failure(let fault): return .unread(ReadEnding(fault, atByte: 0), name, consequence)
        case .success(let bytes):
            guard !noteListedFiles(bytes, path: path) else { return nil }
            return Finding(.documentTooLarge, "\(name) is too large; \(consequence)", at: Place(name))
        }
    }

    /// Returns: false if the document is too large to be read.
    private mutating func noteListedFiles(_ bytes: [UInt8], path: String) -> Bool {
        do throws(JSONFault) {
            guard let images = try JSONDocument(parsing: bytes).root.array else { return true }
            let folder = path.hasSuffix("/") ? path : path + "/"
            for image in images {
                let layers = image.member(ignoringCase: "Layers")?.array.map { Array($0) } ?? []
                for file in layers + [image.member(ignoringCase: "Config")].compactMap({ $0 }) {
                    guard listedFiles.count < Self.maximumListedCount else { return false }
                    guard let name = file.string else { continue }
                    listedFiles.insert((folder + ArchivePath.normalized(name)).hashValue)
                }
            }
            return true
        } catch {
            return error.code != .tooLarge
        }
    }

    // Archives

    /// Adds a file if it is an archive of a known form. Returns: what it is if it is none; nil if all was said.
    private mutating func addArchive(_ file: PositionedFile, path: String, canReopen: Bool) -> FileNature? {
        let prefix: [UInt8]
        do throws(ReadFault) {
            prefix = try file.bytes(at: 0, upTo: 2 * TarHeader.byteCount)
        } catch {
            return .unreadable(error)
        }
        guard TarIndex.isTar(prefix: prefix) else { return FileNature(file) }
        // One index may take 20 MiB: that of the archive before goes first.
        latestTree?.withLock { $0 = nil }
        let index = TarIndex.read(InterruptibleReader(file, watch))
        guard !watch.isOver else {
            add(path, Self.interrupted)
            return nil
        }
        let tree = TarTree(index, root: found.count)
        let store = BlobStore(roots: [.archive(file)])
        let recognizable = RecognizableTree(tree) { path, wanted in
            guard case .at(.range(_, let offset, let byteCount), _, _) = tree.locate(path) else { return .success([]) }
            return Self.prefix(store.open(.range(root: 0, offset: offset, byteCount: byteCount)), byteCount: wanted)
        }
        switch ImageSources.recognize(recognizable) {
        case .image(let source, let unread):
            let isKept = openRootCount < Self.maximumOpenRootCount || !canReopen
            openRootCount += 1
            add(
                path, source, form: source.archiveForm,
                store: isKept ? .archive(file) : .closed(ClosedRoot(file, at: path)), tree: tree, unread: unread)
        case .unknown(let unread) where index.ending.isEndOfEntries: add(path, .unread(unread.ending, unread.path))
        case .none, .unknown: return FileNature(archive: index, of: file)
        }
        return nil
    }

    /// A folder that is an image, as a place to open blobs.
    private mutating func store(_ folder: DirectoryRoot, at place: Folder) -> BlobStore.Root {
        openRootCount += 1
        guard openRootCount > Self.maximumOpenRootCount, place.canReopen else { return .directory(folder) }
        do throws(Errno) {
            return .closed(try ClosedRoot(folder, at: place.path))
        } catch {
            return .directory(folder)
        }
    }

    private mutating func add(
        _ path: String, _ source: ImageSource, form: ImageForm, store: BlobStore.Root, tree: (any ImageTree)?,
        unread: UnreadMark?
    ) {
        latestTree?.withLock { $0 = nil }
        let latest = Locked(tree)
        latestTree = latest
        found.append(
            Found(
                pathIndex: paths.count - 1, root: found.count, record: RootRecord(path: path, form: form),
                store: store, source: source, finding: nil, watch: watch, latestTree: latest, unread: unread))
    }

    private static var interrupted: Finding {
        Finding(.interrupted, "the run was interrupted before what is here was searched for images", at: Place(""))
    }

    /// Says what a file is that is no image.
    private static func finding(_ nature: FileNature) -> Finding {
        let (message, hint) = nature.explanation
        return Finding(nature.code, message, at: Place(""), hint: hint)
    }

    private mutating func add(_ path: String, _ finding: Finding, form: ImageForm = .unknown) {
        found.append(
            Found(
                pathIndex: paths.count - 1, root: found.count, record: RootRecord(path: path, form: form),
                store: .nothing, source: nil, finding: finding, watch: watch, latestTree: nil, unread: nil))
    }

    /// The first bytes of a file that was seen to be there; none of what is no file to read.
    private static func prefix(_ opened: OpenedBlob, byteCount: Int) -> Result<[UInt8], ReadFault> {
        switch opened {
        case .opened(let file), .cutOff(let file):
            Result { () throws(ReadFault) in try file.bytes(at: 0, upTo: byteCount) }
        case .outsideImage, .linkNotFollowed, .notRegularFile: .success([])
        case .missing, .changed: .failure(.changed)
        case .failed(let errno): .failure(.failed(errno))
        }
    }
}

extension Finding {
    /// A path, or a file below it, could not be read, so that it is not known what image is there.
    fileprivate static func unread(_ ending: ReadEnding, _ name: String = "", _ consequence: String? = nil) -> Finding {
        let cause =
            switch ending {
            case .unreadable(let errno, _): ErrorText.describe(errno)
            default: Finding(ending, at: Place(name))?.message ?? ""
            }
        let message = [name.isEmpty ? cause : "\(name): \(cause)", consequence].compactMap { $0 }
        return Finding(.pathUnreadable, message.joined(separator: "; "), at: Place(name))
    }
}
