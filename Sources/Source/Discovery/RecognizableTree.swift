// layerverify: a tree and the beginnings of its files, for recognition.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
package import LayerSystem
import StrictJSON

/// A tree, with the beginnings of its files, for recognition.
package struct RecognizableTree {
    package let tree: any ImageTree
    private let readPrefix: (String, Int) -> Result<[UInt8], ReadFault>
    /// The answers so far. Each question is answered once, so that intermittent read errors cannot give two answers.
    private let known = Answers()

    private final class Answers {
        var kinds: [String: Lookup<FileKind>] = [:]
        var marks: [String: Recognition] = [:]
    }

    /// The bytes of a document that are read, unless the whole document is needed.
    static let prefixByteCount = 4096

    /// - Parameter readPrefix: reads up to this many bytes from the beginning of a file; none if it is not a regular
    ///   file.
    package init(_ tree: any ImageTree, readPrefix: @escaping (String, Int) -> Result<[UInt8], ReadFault>) {
        self.tree = tree
        self.readPrefix = readPrefix
    }

    /// The tree of a folder.
    init(_ tree: any ImageTree, in folder: DirectoryRoot) {
        self.init(tree) { folder.open($0).prefix(byteCount: $1) }
    }

    /// The tree of an archive.
    init(_ tree: any ImageTree, in archive: any BlobReader) { self.init(tree, in: .archive(archive)) }

    /// The tree of an archive that is opened as a root.
    init(_ tree: any ImageTree, in root: BlobStore.Root) {
        let store = BlobStore(roots: [root])
        self.init(tree) { path, wanted in
            guard case .at(.range(_, let offset, let byteCount), _, _) = tree.locate(path) else { return .success([]) }
            return store.open(.range(root: 0, offset: offset, byteCount: byteCount)).prefix(byteCount: wanted)
        }
    }

    /// The tree below a folder of this one.
    func below(_ folder: String) -> RecognizableTree {
        RecognizableTree(SubfolderTree(base: tree, folder: folder)) { readPrefix(folder + "/" + $0, $1) }
    }

    /// Whether anything but a folder is at `path`. This includes a FIFO in place of a document, since such an image is
    /// damaged.
    func hasFile(_ path: String) -> Recognition { kind(of: path) { $0 != .directory } }

    func hasFolder(_ path: String) -> Recognition { kind(of: path) { $0 == .directory } }

    func kind(of path: String, _ isWanted: (FileKind) -> Bool) -> Recognition {
        let answer = known.kinds[path] ?? tree.kind(of: path)
        known.kinds[path] = answer
        return switch answer {
        case .found(let kind): Recognition(isWanted(kind))
        case .absent: .no
        case .unreadable(let ending): .unknown(path: path, ending)
        }
    }

    /// The earlier answer, or a new one if there is none.
    func once(_ mark: String, _ find: () -> Recognition) -> Recognition {
        if let answer = known.marks[mark] { return answer }
        let answer = find()
        known.marks[mark] = answer
        return answer
    }

    /// Whether a file begins with a text.
    func begins(_ path: String, with text: String) -> Recognition {
        prefix(of: path, upTo: text.utf8.count) { $0.elementsEqual(text.utf8) }
    }

    /// Whether a document begins as an object: its first byte that is not white space is a brace.
    func beginsAsObject(_ path: String) -> Recognition {
        prefix(of: path) { Self.firstByte($0) == UInt8(ascii: "{") }
    }

    /// Whether the beginning of a document has a member of this name.
    func names(_ member: String, in path: String) -> Recognition {
        prefix(of: path) { String(decoding: $0, as: UTF8.self).contains("\"\(member)\"") }
    }

    private func prefix(
        of path: String, upTo byteCount: Int = prefixByteCount, _ isWanted: ([UInt8]) -> Bool
    ) -> Recognition {
        switch readPrefix(path, byteCount) {
        case .success(let prefix): Recognition(isWanted(prefix))
        case .failure(let fault): .unknown(path: path, ReadEnding(fault, atByte: 0))
        }
    }

    /// Whether `isWanted` returns true for a whole document.
    func document(_ path: String, _ isWanted: ([UInt8], JSONValue?) -> Bool) -> Recognition {
        prefix(of: path, upTo: JSONDocument.maximumByteCount + 1) { isWanted($0, Self.parsed($0)) }
    }

    /// The root of a document; nil if it is not strict JSON.
    private static func parsed(_ bytes: [UInt8]) -> JSONValue? {
        do throws(JSONFault) {
            return try JSONDocument(parsing: bytes, keys: KnownMembers.comparison).root
        } catch {
            return nil
        }
    }

    static func firstByte(_ bytes: [UInt8]) -> UInt8? {
        bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    }
}

/// The files below a folder of another tree.
struct SubfolderTree: ImageTree {
    let base: any ImageTree
    let folder: String

    var findings: [Finding] { [] }

    func locate(_ path: String) -> LocatedFile { base.locate(folder + "/" + path) }

    func kind(of path: String) -> Lookup<FileKind> { base.kind(of: folder + "/" + path) }

    func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]> {
        base.list(path.isEmpty ? folder : folder + "/" + path)
    }
}
