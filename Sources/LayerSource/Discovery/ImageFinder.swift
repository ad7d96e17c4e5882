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
            if let nature = addArchive(file, path: path) { add(path, Self.finding(nature)) }
        } catch {
            switch error {
            case .wrongKind(.directory): findInFolder(path)
            case .missing:
                // Arguments are text here; what was not is gone.
                let isDamaged = path.unicodeScalars.contains("\u{fffd}")
                let hint = isDamaged ? "names that are not UTF-8 cannot be given: give the folder above" : nil
                add(path, Finding(.pathMissing, "no such file or directory", at: Place(""), hint: hint))
            case .wrongKind(let kind):
                add(path, Finding(.notAnImage, "a \(kind.rawValue) is no image", at: Place("")))
            case .outsideImage: add(path, Finding(.pathUnreadable, "the path leads out of itself", at: Place("")))
            case .failed(let errno):
                add(path, Finding(.pathUnreadable, ErrorText.describe(errno.rawValue), at: Place("")))
            }
        }
    }

    // Folders

    /// What lies below a folder and was not checked, as numbers.
    private struct Leftovers {
        var natures: [String: Int] = [:]
        var linkCount = 0

        mutating func count(_ nature: FileNature) {
            let noun =
                switch nature {
                case .compressed: "compressed"
                case .otherArchive, .brokenArchive, .beheadedArchive: "tar"
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
                parts.append("\(fileCount) file\(fileCount == 1 ? " that is" : "s that are") no image (\(kinds))")
            }
            if linkCount > 0 { parts.append("\(linkCount) symbolic link\(linkCount == 1 ? "" : "s")") }
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
    }

    private mutating func findInFolder(_ path: String) {
        let folder: DirectoryRoot
        do throws(Errno) {
            folder = try DirectoryRoot(path: path)
        } catch {
            return add(path, Finding(.pathUnreadable, ErrorText.describe(error.rawValue), at: Place("")))
        }
        let countBefore = found.count
        var leftovers = Leftovers()
        search(folder, path: path, depth: 0, &leftovers)
        guard found.count == countBefore else {
            if let description = leftovers.description {
                add(path, Finding(.filesIgnored, "not looked into: \(description)", at: Place("")), form: .folder)
            }
            return
        }
        let marks = ImageSources.all.map { $0.marks }.joined(separator: "; ")
        var message = "no image was found here or below; looked for \(marks); and for tar archives of these"
        if let description = leftovers.description { message += "; there are \(description)" }
        add(path, Finding(.notAnImage, message, at: Place("")))
    }

    private mutating func search(
        _ folder: DirectoryRoot, path: String, depth: Int, _ leftovers: inout Leftovers
    ) {
        do throws(Errno) {
            try folder.checkAccess()
        } catch {
            return add(path, Finding(.pathUnreadable, ErrorText.describe(error.rawValue), at: Place("")))
        }
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
        if tree.kind(of: "blobs/sha256") == .directory {
            let message =
                "blobs/sha256 without index.json or oci-layout: what is left of an image layout, or a content store; "
                + "nothing says what its blobs are"
            return add(path, Finding(.notAnImage, message, at: Place("")))
        }
        let entries: [DirectoryEntry]
        switch folder.list("") {
        case .success(let listed): entries = listed
        case .failure(.failed(let errno)):
            return add(path, Finding(.pathUnreadable, ErrorText.describe(errno.rawValue), at: Place("")))
        case .failure(.missing), .failure(.outsideImage), .failure(.wrongKind):
            // It was a folder when it was opened.
            return add(path, Finding(.pathUnreadable, "the folder changed while it was read", at: Place("")))
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
                case .directory:
                    search(try folder.directory(entry), path: below, depth: depth + 1, &leftovers)
                case .regular:
                    guard let nature = addArchive(try folder.openFile(entry), path: below) else { continue }
                    if nature.mayBeImage {
                        add(below, Self.finding(nature))
                    } else {
                        leftovers.count(nature)
                    }
                case .symbolicLink: leftovers.linkCount += 1
                case .fifo, .socket, .characterDevice, .blockDevice, .other: leftovers.count(.other)
                }
            } catch {
                switch error {
                // It is gone, or something else by now: then it is not what was to be checked.
                case .missing, .outsideImage, .wrongKind: continue
                case .failed(let errno):
                    add(below, Finding(.pathUnreadable, ErrorText.describe(errno.rawValue), at: Place("")))
                }
            }
        }
    }

    // Archives

    /// Adds a file if it is an archive of a known form. Returns: what it is if it is none; nil if it was added.
    private mutating func addArchive(_ file: PositionedFile, path: String) -> FileNature? {
        let prefix: [UInt8]
        do throws(Errno) {
            prefix = try file.bytes(at: 0, upTo: 2 * TarHeader.byteCount)
        } catch {
            return .unreadable(error)
        }
        guard TarIndex.isTar(prefix: prefix) else { return FileNature(file) }
        let index = TarIndex.read(file)
        let tree = TarTree(index, root: found.count)
        let store = BlobStore(roots: [.archive(file)])
        let recognizable = RecognizableTree(tree) { path in
            guard case .at(.range(_, let offset, let byteCount), _, _) = tree.locate(path) else { return [] }
            return Self.prefix(store.open(.range(root: 0, offset: offset, byteCount: byteCount)))
        }
        guard let source = ImageSources.all.first(where: { $0.recognizes(recognizable) }) else {
            return FileNature(archive: index)
        }
        found.append(
            Found(
                record: RootRecord(path: path, form: source.archiveForm), store: .archive(file), tree: tree,
                source: source, finding: nil))
        return nil
    }

    /// Says what a file is that is no image.
    private static func finding(_ nature: FileNature) -> Finding {
        let (message, hint) = nature.explanation
        let code: FindingCode = if case .unreadable = nature { .pathUnreadable } else { .notAnImage }
        return Finding(code, message, at: Place(""), hint: hint)
    }

    private mutating func add(_ path: String, _ finding: Finding, form: ImageForm = .unknown) {
        found.append(
            Found(
                record: RootRecord(path: path, form: form), store: .nothing, tree: nil, source: nil,
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
