// layerverify: the files of docker-save archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import StrictJSON

extension FormFiles.LayerFolder {
    /// The folder of a layer, with an identifier for a name.
    static let docker = FormFiles.LayerFolder(
        isName: { $0.utf8.count == 64 && $0.allSatisfy(\.isHexDigit) }, layer: "layer.tar",
        files: ["layer.tar", "json", "VERSION"])
}

/// The names of files of docker-save archives.
enum DockerFiles {
    /// Documents with common names are examined.
    static func meaning(of entry: FormFiles.ArchiveEntry) -> FormFiles.EntryMeaning {
        let path = entry.path
        if path == ["manifest.json"] { return isListOfImages(entry) ? .image : [] }
        var meaning: FormFiles.EntryMeaning = isLayer(path) ? .layer : []
        let top = path[0].hasPrefix("sha256:") ? path[0].dropFirst("sha256:".count) : path[0][...]
        guard top.prefix(while: { $0.isHexDigit }).count == 64 else { return meaning }
        let isOfImage =
            path.count == 2
            ? entry.isFirst || FormFiles.LayerFolder.docker.files.contains(path[1])
            : entry.isFirst && ["", ".json", ".tar", ".tar.gz"].contains(top.dropFirst(64))
        if isOfImage { meaning.insert(.image) }
        return meaning
    }

    /// `HEX.tar`, `HEX.tar.gz` or `HEX/layer.tar`.
    private static func isLayer(_ path: [String]) -> Bool {
        func isHex(_ text: some StringProtocol) -> Bool { text.count == 64 && text.allSatisfy { $0.isHexDigit } }
        switch path.count {
        case 1: return [".tar", ".tar.gz"].contains { path[0].hasSuffix($0) && isHex(path[0].dropLast($0.count)) }
        case 2: return isHex(path[0]) && path[1] == FormFiles.LayerFolder.docker.layer
        default: return false
        }
    }

    private static func isListOfImages(_ entry: FormFiles.ArchiveEntry) -> Bool {
        guard !entry.isCut else { return true }
        let text = String(decoding: entry.beginning, as: UTF8.self)
        // Jib writes the members in lower case. In an object, lower-case members are those of another kind of manifest.
        let isList = entry.firstByte == UInt8(ascii: "[")
        let members = isList ? text.lowercased() : text
        return (isList ? ["\"config\"", "\"layers\""] : ["\"Config\"", "\"Layers\""]).allSatisfy {
            members.contains($0)
        }
    }

    /// The files that the `manifest.json` of an extracted archive lists. The walk reports faults of the document.
    static func listed(in folder: DirectoryRoot, _ tree: any ImageTree) -> FormFiles.Listing {
        let name = "manifest.json"
        let consequence = "the folder was not searched for other images, since its layers are not known"
        switch tree.kind(of: name) {
        case .absent, .found(.symbolicLink), .found(.directory): return .names([])
        case .unreadable(let ending): return .unknown(.unread(ending, name, consequence))
        case .found: break
        }
        switch folder.open(name).prefix(byteCount: JSONDocument.maximumByteCount + 1) {
        case .failure(let fault): return .unknown(.unread(ReadEnding(fault, atByte: 0), name, consequence))
        case .success(let bytes):
            do throws(JSONFault) {
                return .names(listed(try JSONDocument(parsing: bytes, keys: KnownMembers.comparison).root))
            } catch {
                guard error.code == .tooLarge else { return .names([]) }
                return .unknown(Finding(.documentTooLarge, "\(name) is too large; \(consequence)", at: Place(name)))
            }
        }
    }

    private static func listed(_ root: JSONValue) -> [String] {
        var names: [String] = []
        guard let images = root.array else { return names }
        for image in images {
            if let config = image.member(ignoringCase: "Config")?.string { names.append(config) }
            guard let layers = image.member(ignoringCase: "Layers")?.array else { continue }
            for layer in layers {
                guard names.count <= FormFiles.maximumListedCount else { return names }
                if let layer = layer.string { names.append(layer) }
            }
        }
        return names
    }
}
