// layerverify: the marks of docker-save archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import StrictJSON

extension RecognizableTree {
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
            } else if root?.object != nil || root == nil && RecognizableTree.firstByte(bytes) == UInt8(ascii: "{") {
                let text = String(decoding: bytes.prefix(RecognizableTree.prefixByteCount), as: UTF8.self)
                self = ["Config", "Layers"].allSatisfy { text.contains("\"\($0)\"") } ? .yes : .no
            } else if root == nil, RecognizableTree.firstByte(bytes) == UInt8(ascii: "[") {
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
                guard let root else { return RecognizableTree.firstByte(bytes) == UInt8(ascii: "{") }
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
