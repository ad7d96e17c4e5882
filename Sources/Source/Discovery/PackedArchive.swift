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
    private let forms: ImageSources

    init(_ bytes: [UInt8], _ forms: ImageSources) {
        self.bytes = bytes
        self.forms = forms
    }

    /// True if an entry, at any position, is one that archives of images have and other archives rarely have.
    var looksLikeImage: Bool { contains(.image) }

    /// True if an entry belongs to a layer: a file that is named by its digest, or a file in a layer's folder.
    var holdsLayer: Bool { contains(.layer) }

    /// True if what follows an entry is neither a header nor the end of the archive.
    var isDamaged: Bool { walk { _ in true } }

    private func contains(_ wanted: FormFiles.EntryMeaning) -> Bool {
        var isFound = false
        _ = walk { entry in
            isFound = forms.meaning(of: entry).contains(wanted)
            return !isFound
        }
        return isFound
    }

    /// Passes the entries to `body` until it returns false. Returns: whether a block is damaged before that.
    private func walk(_ body: (FormFiles.ArchiveEntry) -> Bool) -> Bool {
        var offset = 0
        var isFirst = true
        while bytes.count - offset >= TarHeader.byteCount {
            let block = bytes[offset..<offset + TarHeader.byteCount]
            guard let header = TarHeader(block) else { return block.contains { $0 != 0 } }
            // Links, folders and devices have no content, whatever their size field contains.
            let hasContent = !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(header.typeFlag)
            guard let size = hasContent ? header.size : 0 else { return true }
            offset += TarHeader.byteCount
            let visibleCount = Int(min(size, UInt64(bytes.count - offset)))
            let content = bytes[offset..<offset + visibleCount]
            // Extended headers have names of their own.
            if !"xgLKX".utf8.contains(header.typeFlag),
                let name = TarEntry.normalized(String(decoding: header.name, as: UTF8.self)), !name.isEmpty
            {
                let path = name.split(separator: "/").map(String.init)
                let entry = FormFiles.ArchiveEntry(
                    path: path, beginning: content.prefix(4096), isCut: visibleCount < size && content.isEmpty,
                    isFirst: isFirst)
                guard body(entry) else { return false }
                isFirst = false
            }
            let blockCount = size / UInt64(TarHeader.byteCount) + (size % UInt64(TarHeader.byteCount) == 0 ? 0 : 1)
            guard blockCount <= UInt64((bytes.count - offset) / TarHeader.byteCount) else { return false }
            offset += Int(blockCount) * TarHeader.byteCount
        }
        return false
    }
}
