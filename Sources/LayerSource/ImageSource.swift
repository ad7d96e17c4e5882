// layerverify: a form of image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem

/// A form in which images lie on disk; an entry of `ImageSources.all`.
package struct ImageSource: Sendable {
    /// The form of a folder and of an archive.
    package let folderForm: ImageForm
    package let archiveForm: ImageForm
    /// What people are told was looked for.
    package let marks: String
    /// Tells the form by its content, never by a name that the user gave.
    package let recognizes: @Sendable (RecognizableTree) -> Recognition
    /// Reads everything that the image says about itself.
    package let walk: @Sendable (any ImageTree, inout InventoryBuilder) -> Void

    package init(
        folderForm: ImageForm, archiveForm: ImageForm, marks: String,
        recognizes: @escaping @Sendable (RecognizableTree) -> Recognition,
        walk: @escaping @Sendable (any ImageTree, inout InventoryBuilder) -> Void
    ) {
        self.folderForm = folderForm
        self.archiveForm = archiveForm
        self.marks = marks
        self.recognizes = recognizes
        self.walk = walk
    }
}

/// Whether a tree has the marks of a form.
package enum Recognition: Sendable {
    case yes
    case no
    /// A file that tells could not be read or looked up.
    case unknown(path: String, ReadEnding)

    init(_ isSo: Bool) { self = isSo ? .yes : .no }

    func and(_ other: @autoclosure () -> Recognition) -> Recognition {
        switch self {
        case .yes: return other()
        case .no: return .no
        case .unknown: if case .no = other() { return .no } else { return self }
        }
    }

    func or(_ other: @autoclosure () -> Recognition) -> Recognition { not.and(other().not).not }

    var not: Recognition {
        switch self {
        case .yes: .no
        case .no: .yes
        case .unknown: self
        }
    }
}

/// A tree with as much of its files as recognition looks at.
package struct RecognizableTree {
    package let tree: any ImageTree
    private let readPrefix: (String, Int) -> Result<[UInt8], ReadFault>

    /// So much of a document is looked at, unless its whole is needed.
    private static let prefixByteCount = 4096

    /// - Parameter readPrefix: reads up to this many bytes from the beginning of a file; none if it is not a file to read.
    package init(_ tree: any ImageTree, readPrefix: @escaping (String, Int) -> Result<[UInt8], ReadFault>) {
        self.tree = tree
        self.readPrefix = readPrefix
    }

    /// Whether anything but a folder lies at `path`; a FIFO where a document should be is a damaged image, too.
    func hasFile(_ path: String) -> Recognition { kind(of: path) { $0 != .directory } }

    func hasFolder(_ path: String) -> Recognition { kind(of: path) { $0 == .directory } }

    private func kind(of path: String, _ isWanted: (FileKind) -> Bool) -> Recognition {
        switch tree.kind(of: path) {
        case .found(let kind): Recognition(isWanted(kind))
        case .absent: .no
        case .unreadable(let ending): .unknown(path: path, ending)
        }
    }

    /// Whether a document begins as an object: its first byte that is no white space is a brace.
    func beginsAsObject(_ path: String) -> Recognition {
        prefix(of: path) { prefix in prefix.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{") }
    }

    /// Whether the beginning of a document has a member of this name.
    private func names(_ member: String, in path: String) -> Recognition {
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

    /// `oci-layout`, or what is left of a layout that lost it.
    var hasLayout: Recognition {
        hasFile("oci-layout").or(
            hasFile("index.json").and(
                hasFolder("blobs").and(mayBeIndex("index.json")).or(names("schemaVersion", in: "index.json"))))
    }

    /// False of a document that is JSON and has nothing of an index: damage must not make an image unrecognisable.
    private func mayBeIndex(_ path: String) -> Recognition {
        prefix(of: path, upTo: JSONDocument.maximumByteCount + 1) { bytes in
            guard let root = Self.parsed(bytes), root.object != nil else { return true }
            return ["schemaVersion", "manifests", "mediaType"].contains { root.member(ignoringCase: $0) != nil }
        }
    }

    /// The root of a document; nil if it is not JSON as it is read here.
    private static func parsed(_ bytes: [UInt8]) -> JSONValue? {
        do throws(JSONFault) {
            return try JSONDocument(parsing: bytes).root
        } catch {
            return nil
        }
    }

    /// A `manifest.json` that is no object. One that is an object belongs to another form (containers' `dir:`), or to no
    /// image at all, unless it has the members of an entry of the list.
    var hasDockerManifest: Recognition {
        // Many things have a file of this name; one that leads out of the folder tells nothing about it.
        let path = "manifest.json"
        return kind(of: path) { $0 != .directory && $0 != .symbolicLink }
            .and(beginsAsObject(path).not.or(names("Config", in: path).and(names("Layers", in: path))))
            .and(isOtherList(path).not)
    }

    /// Whether a document is a list of objects of which none is an image: JSON patches, imgpkg's list. One that is not JSON
    /// may have been a list of images.
    private func isOtherList(_ path: String) -> Recognition {
        prefix(of: path, upTo: JSONDocument.maximumByteCount + 1) { bytes in
            guard let entries = Self.parsed(bytes)?.array else { return false }
            var isEmpty = true
            for entry in entries {
                isEmpty = false
                let isImage = ["Config", "Layers", "RepoTags"].contains { entry.member(ignoringCase: $0) != nil }
                guard entry.object != nil, !isImage else { return false }
            }
            return !isEmpty
        }
    }
}

/// A tree in which a document could not be read when the tree was recognised.
///
/// What could not be read once is not read again: otherwise a disk that fails now and then would have the tree taken for one
/// form, and checked as another.
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
}
