// layerverify: the marks of the forms of image.
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
    private static let prefixByteCount = 4096

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

    private func kind(of path: String, _ isWanted: (FileKind) -> Bool) -> Recognition {
        let answer = known.kinds[path] ?? tree.kind(of: path)
        known.kinds[path] = answer
        return switch answer {
        case .found(let kind): Recognition(isWanted(kind))
        case .absent: .no
        case .unreadable(let ending): .unknown(path: path, ending)
        }
    }

    /// The earlier answer, or a new one if there is none.
    private func once(_ mark: String, _ find: () -> Recognition) -> Recognition {
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
    private func beginsAsObject(_ path: String) -> Recognition {
        prefix(of: path) { Self.firstByte($0) == UInt8(ascii: "{") }
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

    /// Whether `isWanted` returns true for a whole document.
    private func document(_ path: String, _ isWanted: ([UInt8], JSONValue?) -> Bool) -> Recognition {
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

    private static func firstByte(_ bytes: [UInt8]) -> UInt8? {
        bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    }

    // The image layout

    /// Recognises `oci-layout`, or a layout without it: `index.json` next to `blobs/`.
    ///
    /// Other software uses the same names. `oci-layout` counts next to another part of a layout, or if it begins as the
    /// document does. `index.json` counts next to `blobs/` of a known algorithm, or next to another `blobs/` if it
    /// lists manifests.
    var hasLayout: Recognition { once("layout") { findLayout() } }

    private func findLayout() -> Recognition {
        hasFile("oci-layout").then(
            hasFile("index.json").or(hasFolder("blobs")).or(beginsAsObject("oci-layout"))
        ).or(
            hasFile("index.json").and(hasFolder("blobs")).and(
                hasAlgorithmFolder.and(mayBeIndex("index.json")).or(listsManifests("index.json"))))
    }

    /// The same, or an `index.json` with a schema version, which is enough next to docker-save's view.
    var hasLayoutView: Recognition {
        hasLayout.or(
            once("version") { hasFile("index.json").and(names("schemaVersion", in: "index.json")) })
    }

    /// Recognises the index of a layout without any other file of it.
    var hasIndexAlone: Recognition {
        kind(of: "index.json") { $0 == .regular }.then(

            document("index.json") { _, root in
                root?.member(ignoringCase: "manifests")?.array?.first { $0.member(ignoringCase: "digest") != nil }
                    != nil
            })
    }

    /// The same, with an entry that is a descriptor of a manifest or an index. At a given path this is an image layout
    /// without all its other files.
    var hasIndexOfManifests: Recognition {
        kind(of: "index.json") { $0 == .regular }.then(
            document("index.json") { _, root in
                root?.member(ignoringCase: "manifests")?.array?.contains { entry in
                    let parsed = ParsedDescriptor(entry, at: Place("index.json"), missing: .indexInvalid)
                    guard let descriptor = parsed.descriptor, descriptor.size != nil else { return false }
                    return [.manifest, .index].contains(descriptor.mediaType.kind)
                } == true
            })
    }

    private var hasAlgorithmFolder: Recognition {
        DigestAlgorithm.allCases.reduce(.no) { $0.or(hasFolder("blobs/" + $1.rawValue)) }
    }

    /// False for a JSON document without members of an index. A damaged document may be one, so that damage does not
    /// make an image unrecognisable.
    private func mayBeIndex(_ path: String) -> Recognition {
        document(path) { _, root in
            guard let root, root.object != nil else { return true }
            return ["schemaVersion", "manifests", "mediaType"].contains { root.member(ignoringCase: $0) != nil }
        }
    }

    private func listsManifests(_ path: String) -> Recognition {
        document(path) { _, root in
            guard let entries = root?.member(ignoringCase: "manifests") else { return false }
            // Of an index whose list is damaged nothing more can be told.
            guard let array = entries.array, array.contains(where: { _ in true }) else { return true }
            return array.contains {
                $0.member(ignoringCase: "digest") != nil || $0.member(ignoringCase: "mediaType") != nil
            }
        }
    }

    // docker save

    /// Recognises a `manifest.json` that is a list of images, or may have been one. An object belongs to another form
    /// (containers' `dir:`), or is not a part of an image, unless it has the members of an entry of the list.
    var hasDockerManifest: Recognition {
        // Files of this name are common; a link out of the folder does not identify an image.
        once("docker") {
            kind(of: "manifest.json") { $0 != .directory && $0 != .symbolicLink }.then(listsImages("manifest.json"))
        }
    }

    private func listsImages(_ path: String) -> Recognition {
        var answer = ImageListing.no
        return document(path) { bytes, root in
            answer = ImageListing(bytes, root)
            return answer != .no
        }.and(answer == .damaged ? hasDockerTraces : .yes)
    }

    /// Whether a document is a list of images of `docker save`.
    private enum ImageListing {
        case yes
        case no
        /// It may have been such a list. It counts only next to other files of an image.
        case damaged

        private static let members = ["Config", "Layers", "RepoTags"]

        init(_ bytes: [UInt8], _ root: JSONValue?) {
            if let entries = root?.array {
                self.init(entries)
            } else if root?.isNull == true {
                // Go writes an empty list as null.
                self = .yes
            } else if root?.object != nil || root == nil && firstByte(bytes) == UInt8(ascii: "{") {
                let text = String(decoding: bytes.prefix(prefixByteCount), as: UTF8.self)
                self = ["Config", "Layers"].allSatisfy { text.contains("\"\($0)\"") } ? .yes : .no
            } else if root == nil, firstByte(bytes) == UInt8(ascii: "[") {
                let text = String(decoding: bytes, as: UTF8.self).lowercased()
                let isNamed = Self.members.contains { text.contains("\"\($0.lowercased())\"") }
                self = isNamed ? .yes : .damaged
            } else {
                self = .damaged
            }
        }

        /// Whether an entry has a member as the entry of an image has it, whatever is wrong with the others. Lists of other things have
        /// members `config` and `layers` as well.
        private static func isImage(_ entry: JSONValue) -> Bool {
            let config = entry.member(ignoringCase: "Config")
            let layers = entry.member(ignoringCase: "Layers")
            let tags = entry.member(ignoringCase: "RepoTags")
            if config != nil, layers != nil || tags != nil { return true }
            if layers != nil, tags != nil { return true }
            if let path = config?.string { return isPath(path) }
            let paths = layers?.array.map { $0.prefix(100).map { $0.string ?? "" } } ?? []
            if !paths.isEmpty { return paths.contains(where: isPath) }
            return tags?.array?.contains { $0.string?.contains(":") == true } == true
        }

        /// A path as documents of images have them: with a folder, an ending or a digest.
        private static func isPath(_ text: String) -> Bool {
            text.contains("/") || text.hasSuffix(".json") || text.hasSuffix(".tar") || text.hasSuffix(".tar.gz")
                || text.utf8.count >= 64
        }

        /// JSON patches and imgpkg's list are lists of other objects. Lists of file names are common, too.
        private init(_ entries: JSONArray) {
            var isEmpty = true
            var areObjects = true
            for entry in entries {
                isEmpty = false
                if Self.isImage(entry) {
                    self = .yes
                    return
                }
                areObjects = areObjects && entry.object != nil
            }
            self = isEmpty ? .yes : areObjects ? .no : .damaged
        }
    }

    /// Whether other files of a docker-save archive are at the top: files named by a digest, or `repositories`.
    private var hasDockerTraces: Recognition {
        var isFound = false
        let listed = tree.forEachName(in: "") { name in
            let stem = name.hasPrefix("sha256:") ? name.dropFirst("sha256:".count) : name[...]
            let isHex =
                stem.utf8.count >= 64 && stem.utf8.prefix(64).allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
            isFound = name == "repositories" || isHex && ["", ".json", ".tar", ".tar.gz"].contains(stem.dropFirst(64))
            return !isFound
        }
        switch listed {
        case .unreadable(let ending): return .unknown(path: "manifest.json", ending)
        case .found, .absent: return Recognition(isFound)
        }
    }

    /// Recognises a `repositories` of `docker save`: an object of names, each an object of tags, each the name of a
    /// layer. Another object counts next to the folder of a layer.
    var hasRepositories: Recognition {
        let path = "repositories"
        var isMap = true
        return hasFile(path).then(
            document(path) { bytes, root in
                guard let root else { return Self.firstByte(bytes) == UInt8(ascii: "{") }
                guard let names = root.object else { return false }
                isMap = names.allSatisfy { _, tags in
                    tags.object?.allSatisfy { _, layer in layer.string.map { Self.isLayerID($0) } == true } == true
                }
                return true
            }
        ).and(isMap ? .yes : hasLayerFolder)
    }

    /// The identifier of a layer: hexadecimal digits, as the name of its folder.
    private static func isLayerID(_ text: String) -> Bool {
        text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit }
    }

    private var hasLayerFolder: Recognition {
        var names: [String] = []
        let listed = tree.forEachName(in: "") { name in
            names.append(name)
            return names.count < 1_000
        }
        if case .unreadable(let ending) = listed { return .unknown(path: "repositories", ending) }
        return names.reduce(.no) { $0.or(hasFile($1 + "/layer.tar")) }
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
