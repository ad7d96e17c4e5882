// layerverify: detecting images in compressed archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

/// The content of a compressed file.
enum PackedContent: Hashable {
    /// A tar archive; `looksLikeImage` if its first entries are typical of images.
    case archive(looksLikeImage: Bool)
    /// Other content; `beginning` is its first 4 KiB.
    case other(beginning: [UInt8])
    /// No content: the stream is empty, truncated or damaged.
    case nothing
    /// Unknown content, because the compression is not supported.
    case undecoded
}

/// The first entries of a tar archive, decoded from its beginning.
struct PackedArchive {
    /// The bytes of the archive that are examined: enough for the entries before and after a small layer.
    static let maximumByteCount = 1 << 20

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// True if an entry, at any position, is one that archives of images have and other archives rarely have.
    var looksLikeImage: Bool { contains(Self.isOfImage) }

    /// True if an entry belongs to a layer: a file that is named by its digest, or a file in a layer's folder.
    var holdsLayer: Bool { contains { path, _, _, _ in Self.isLayer(path) } }

    private func contains(_ isWanted: ([String], ArraySlice<UInt8>, Bool, Bool) -> Bool) -> Bool {
        var offset = 0
        var isFirst = true
        while bytes.count - offset >= TarHeader.byteCount,
            let header = TarHeader(bytes[offset..<offset + TarHeader.byteCount])
        {
            // Links, folders and devices have no content, whatever their size field contains.
            let hasContent = !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(header.typeFlag)
            guard let size = hasContent ? header.size : 0 else { return false }
            offset += TarHeader.byteCount
            let visibleCount = Int(min(size, UInt64(bytes.count - offset)))
            let content = bytes[offset..<offset + visibleCount]
            // Extended headers have names of their own.
            if !"xgLKX".utf8.contains(header.typeFlag),
                let name = TarEntry.normalized(String(decoding: header.name, as: UTF8.self)), !name.isEmpty
            {
                let path = name.split(separator: "/").map(String.init)
                if isWanted(path, content.prefix(4096), visibleCount < size && content.isEmpty, isFirst) {
                    return true
                }
                isFirst = false
            }
            let blockCount = size / UInt64(TarHeader.byteCount) + (size % UInt64(TarHeader.byteCount) == 0 ? 0 : 1)
            guard blockCount <= UInt64((bytes.count - offset) / TarHeader.byteCount) else { return false }
            offset += Int(blockCount) * TarHeader.byteCount
        }
        return false
    }

    private static func isLayer(_ path: [String]) -> Bool {
        func isHex(_ text: some StringProtocol, _ count: Int = 64) -> Bool {
            text.count == count && text.allSatisfy { $0.isHexDigit }
        }
        switch path.count {
        case 1:
            return [".tar", ".tar.gz"].contains { path[0].hasSuffix($0) && isHex(path[0].dropLast($0.count)) }
        case 2: return isHex(path[0]) && path[1] == "layer.tar"
        case 3:
            guard path[0] == "blobs", let algorithm = DigestAlgorithm(rawValue: path[1]) else { return false }
            return isHex(path[2], 2 * algorithm.byteCount)
        default: return false
        }
    }

    /// True for entries at the top of archives of images. Documents with common names are examined.
    private static func isOfImage(_ path: [String], _ content: ArraySlice<UInt8>, _ isCut: Bool, _ isFirst: Bool)
        -> Bool
    {
        let text = String(decoding: content, as: UTF8.self)
        let firstByte = content.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        switch path {
        case ["oci-layout"]: return true
        case ["index.json"]: return isCut || ["schemaVersion", "manifests"].allSatisfy { text.contains("\"\($0)\"") }
        case ["manifest.json"]:
            // Jib writes the members in lower case. In an object, lower-case members are those of another kind of
            // manifest.
            let members = firstByte == UInt8(ascii: "[") ? text.lowercased() : text
            let names = firstByte == UInt8(ascii: "[") ? ["\"config\"", "\"layers\""] : ["\"Config\"", "\"Layers\""]
            return isCut || names.allSatisfy { members.contains($0) }
        case ["repositories"]: return isFirst && (isCut || firstByte == UInt8(ascii: "{"))
        default: break
        }
        if path.count > 1, path[0] == "blobs", let algorithm = DigestAlgorithm(rawValue: path[1]) {
            return path.count == 2 || path[2].count == 2 * algorithm.byteCount && path[2].allSatisfy { $0.isHexDigit }
        }
        let top = path[0].hasPrefix("sha256:") ? path[0].dropFirst("sha256:".count) : path[0][...]
        guard top.prefix(while: { $0.isHexDigit }).count == 64 else { return false }
        if path.count == 2 { return isFirst || ["layer.tar", "VERSION", "json"].contains(path[1]) }
        return isFirst && ["", ".json", ".tar", ".tar.gz"].contains(top.dropFirst(64))
    }
}
