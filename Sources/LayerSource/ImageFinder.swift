// layerverify: finding images at the paths that the user gave.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage

/// Finds the images at a path: the path itself, or what lies below a folder that is none.
package struct ImageFinder {
    /// What was found, in the order of the paths and, below each, of the names.
    package private(set) var found: [Found] = []
    private var lookedAtCount = 0

    /// One image store, or a path that is none.
    package struct Found: Sendable {
        package let record: RootRecord
        package let store: BlobStore.Root
        package let tree: (any ImageTree)?
        package let source: ImageSource?
        /// Why nothing was found at a path.
        package let finding: Finding?
    }

    /// Folders below a path are searched this deep.
    static let maximumDepth = 8
    /// More files and folders than this are not looked at below one path.
    static let maximumLookCount = 100_000

    package init() {}

    /// Opens the blobs of everything found.
    package var store: BlobStore { BlobStore(roots: found.map { $0.store }) }

    /// Finds what lies at a path that the user gave.
    package mutating func find(_ path: String) {
        lookedAtCount = 0
        do throws(LookupFault) {
            let file = try PositionedFile(path: path)
            guard !addArchive(file, path: path) else { return }
            add(path, notAnImage(file))
        } catch {
            switch error {
            case .wrongKind(.directory): findInFolder(path)
            case .missing: add(path, Finding(.pathMissing, "no such file or directory", at: Place("")))
            case .wrongKind(let kind):
                add(path, Finding(.notAnImage, "a \(kind.rawValue) is no image", at: Place("")))
            case .outsideImage: add(path, Finding(.pathUnreadable, "the path leads out of itself", at: Place("")))
            case .failed(let errno):
                add(path, Finding(.pathUnreadable, ErrorText.describe(errno.rawValue), at: Place("")))
            }
        }
    }

    // Folders

    private mutating func findInFolder(_ path: String) {
        let folder: DirectoryRoot
        do throws(Errno) {
            folder = try DirectoryRoot(path: path)
        } catch {
            return add(path, Finding(.pathUnreadable, ErrorText.describe(error.rawValue), at: Place("")))
        }
        let countBefore = found.count
        search(folder, path: path, depth: 0)
        guard found.count == countBefore else { return }
        let marks = ImageSources.all.map { $0.marks }.joined(separator: "; ")
        add(
            path,
            Finding(
                .notAnImage, "no image was found here or below; looked for \(marks); and for tar archives of these",
                at: Place("")))
    }

    private mutating func search(_ folder: DirectoryRoot, path: String, depth: Int) {
        let tree = DirectoryTree(folder, root: found.count)
        let recognizable = RecognizableTree(tree) { Self.prefix(folder.open($0)) }
        if let source = ImageSources.all.first(where: { $0.recognizes(recognizable) }) {
            found.append(
                Found(
                    record: RootRecord(path: path, form: source.folderForm), store: .directory(folder), tree: tree,
                    source: source, finding: nil))
            return
        }
        guard depth < Self.maximumDepth else {
            let message = "more than \(Self.maximumDepth) folders deep; what is below was not searched for images"
            return add(path, Finding(.pathUnreadable, message, at: Place("")))
        }
        let entries: [DirectoryEntry]
        switch folder.list("") {
        case .success(let listed): entries = listed
        case .failure(.failed(let errno)):
            return add(path, Finding(.pathUnreadable, ErrorText.describe(errno.rawValue), at: Place("")))
        case .failure: return
        }
        for entry in entries {
            lookedAtCount += 1
            guard lookedAtCount <= Self.maximumLookCount else {
                if lookedAtCount == Self.maximumLookCount + 1 {
                    let message = "more than \(Self.maximumLookCount) files; what is below was not searched for images"
                    add(path, Finding(.pathUnreadable, message, at: Place("")))
                }
                return
            }
            let below = path.hasSuffix("/") ? path + entry.name : path + "/" + entry.name
            do throws(LookupFault) {
                switch entry.kind {
                case .directory: search(try folder.directory(entry.name), path: below, depth: depth + 1)
                case .regular: _ = addArchive(try folder.openFile(entry.name), path: below)
                default: break
                }
            } catch {
                guard case .failed(let errno) = error else { continue }
                add(below, Finding(.pathUnreadable, ErrorText.describe(errno.rawValue), at: Place("")))
            }
        }
    }

    // Archives

    /// Adds a file if it is an archive of a known form. Returns: whether it is.
    private mutating func addArchive(_ file: PositionedFile, path: String) -> Bool {
        guard TarIndex.isTar(prefix: Self.prefix(.opened(file), byteCount: 1024)) else { return false }
        let index = TarIndex.read(file)
        let tree = TarTree(index, root: found.count)
        let store = BlobStore(roots: [.archive(file)])
        let recognizable = RecognizableTree(tree) { path in
            guard case .at(.range(_, let offset, let byteCount), _) = tree.locate(path) else { return [] }
            return Self.prefix(store.open(.range(root: 0, offset: offset, byteCount: byteCount)))
        }
        guard let source = ImageSources.all.first(where: { $0.recognizes(recognizable) }) else { return false }
        found.append(
            Found(
                record: RootRecord(path: path, form: source.archiveForm), store: .archive(file), tree: tree,
                source: source, finding: nil))
        return true
    }

    /// Says what a file is that is no image, as far as that can be told.
    private func notAnImage(_ file: PositionedFile) -> Finding {
        let prefix = Self.prefix(.opened(file), byteCount: 1024)
        let what: String
        var hint: String?
        switch Compression.detect(prefix: prefix) {
        case .none where TarIndex.isTar(prefix: prefix):
            let marks = ImageSources.all.map { $0.marks }.joined(separator: "; ")
            what = "the tar archive holds no image; looked for \(marks)"
        case .none:
            what = file.byteCount == 0 ? "the file is empty" : "the file is neither a tar archive nor a folder"
        case let compression:
            what = "the file is \(compression.rawValue)-compressed; images are read in place from plain archives only"
            hint = "decompress it first, or see layerverify digest if it is a single layer"
        }
        return Finding(.notAnImage, what, at: Place(""), hint: hint)
    }

    private mutating func add(_ path: String, _ finding: Finding) {
        found.append(
            Found(
                record: RootRecord(path: path, form: .unknown), store: .nothing, tree: nil, source: nil,
                finding: finding))
    }

    /// The first bytes of a file; none if it cannot be read, which its reader will notice.
    private static func prefix(_ opened: OpenedBlob, byteCount: Int = 4096) -> [UInt8] {
        let reader: any BlobReader
        switch opened {
        case .opened(let file), .cutOff(let file): reader = file
        case .missing, .outsideImage, .notRegularFile, .failed: return []
        }
        do throws(Errno) {
            return try reader.bytes(at: 0, upTo: byteCount)
        } catch {
            return []
        }
    }
}
