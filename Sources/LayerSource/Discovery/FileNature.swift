// layerverify: what a file is that is no image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

/// What a file is in which no image was found: something that never was one, or something that may be one damaged or packed.
enum FileNature: Hashable {
    case empty
    /// Neither an archive nor compressed.
    case other
    /// A tar archive of other things, whole as far as its headers go.
    case otherArchive
    /// The same, but for entries that readers take differently, as `why` says: others may find an image in it.
    case disputedArchive(why: String)
    /// A tar archive that ends or breaks before anything of an image was found in it.
    ///
    /// `looksLikeImage` if it begins with an entry as archives of images have them, `holdsLayer` if one is a layer's.
    case brokenArchive(TarEnding, looksLikeImage: Bool, holdsLayer: Bool)
    /// A whole tar archive with entries as archives of images have them, and without the documents of an image.
    case undocumentedArchive
    /// The end of an archive and no entry before it.
    case archiveWithoutEntries
    /// No archive by its first header, but one by a later one.
    case beheadedArchive
    /// Compressed; `looksLikeImage` if entries as archives of images have them are among its first.
    case compressed(Compression, looksLikeImage: Bool)
    case unreadable(ReadFault)

    /// So much of a file is searched for a tar header.
    private static let lookByteCount = 64 << 10
    /// So much of a compressed archive is decoded, to look at its entries.
    private static let packedByteCount = 256 << 10

    /// Looks at a file whose beginning is that of a tar archive.
    init(archive index: TarIndex, of file: any BlobReader) {
        do throws(ReadFault) {
            switch index.ending {
            case .endOfArchive, .endOfFile:
                if index.entries.isEmpty {
                    self = index.bytesAfterEnd == nil ? .archiveWithoutEntries : .beheadedArchive
                    return
                }
                let doubts = index.doubts.compactMap { if case .ambiguous(let text) = $0 { text } else { nil } }
                if let doubt = doubts.first {
                    self = .disputedArchive(why: doubt)
                } else {
                    let isUndocumented = PackedArchive(try file.bytes(at: 0, upTo: Self.lookByteCount)).holdsLayer
                    self = isUndocumented ? .undocumentedArchive : .otherArchive
                }
            case .truncated, .corrupt, .tooManyEntries:
                let beginning = try file.bytes(at: 0, upTo: Self.lookByteCount)
                // The index of too many entries may have a mark of an image, and not tell which form it is.
                let marks = ["oci-layout", "index.json", "manifest.json", "repositories"]
                let hasMark = !index.ending.isEndOfEntries && marks.contains { !index.entries(named: $0).isEmpty }
                let archive = PackedArchive(beginning)
                self = .brokenArchive(
                    index.ending, looksLikeImage: hasMark || archive.looksLikeImage, holdsLayer: archive.holdsLayer)
            case .unreadable(let fault, _): throw fault
            }
        } catch {
            self = .unreadable(error)
        }
    }

    /// Looks at a file whose beginning is not that of a tar archive.
    init(_ file: any BlobReader) {
        guard file.byteCount > 0 else {
            self = .empty
            return
        }
        do throws(ReadFault) {
            let prefix = try file.bytes(at: 0, upTo: Self.lookByteCount)
            switch Compression.detect(prefix: prefix) {
            case .none:
                self = Self.hasHeader(prefix) ? .beheadedArchive : .other
            case let compression:
                let isArchive = TarHeader(Codecs.decodedPrefix(prefix, byteCount: TarHeader.byteCount)) != nil
                let beginning = isArchive ? try file.bytes(at: 0, upTo: Self.packedByteCount) : []
                let decoded = Codecs.decodedPrefix(beginning, byteCount: PackedArchive.maximumByteCount)
                self = .compressed(compression, looksLikeImage: PackedArchive(decoded).looksLikeImage)
            }
        } catch {
            self = .unreadable(error)
        }
    }

    /// True of a file that is called an archive and has no header, as a write that failed leaves it. macOS writes
    /// files `._name` next to others, which are not archives.
    func isArchiveByName(_ path: String) -> Bool {
        let suffixes = self == .empty ? [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz"] : [".tar"]
        guard self == .empty || self == .other || self == .archiveWithoutEntries,
            suffixes.contains(where: path.lowercased().hasSuffix)
        else { return false }
        return path.split(separator: "/").last?.hasPrefix("._") == false
    }

    /// True of what may be an image that was not checked: not to mention it would be to pass it.
    var mayBeImage: Bool {
        switch self {
        case .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive, .unreadable,
            .compressed(_, looksLikeImage: true):
            true
        case .empty, .other, .otherArchive, .archiveWithoutEntries, .compressed(_, looksLikeImage: false): false
        }
    }

    /// The same of a file that lies right beside the documents of an image: only what begins as an archive of an image does.
    var mayBeImageBesideOne: Bool {
        switch self {
        case .brokenArchive(_, looksLikeImage: true, _), .unreadable, .compressed(_, looksLikeImage: true): true
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive,
            .archiveWithoutEntries, .compressed:
            false
        }
    }

    /// The code of the finding about the file. Writers put the documents of an image behind its layers, so an archive that has
    /// layers and breaks off has no documents: it is refuted.
    var code: FindingCode {
        switch self {
        case .unreadable: .pathUnreadable
        case .brokenArchive(.truncated, _, holdsLayer: true): .archiveTruncated
        case .brokenArchive(.corrupt, _, holdsLayer: true): .archiveCorrupt
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive,
            .archiveWithoutEntries, .compressed:
            .notAnImage
        }
    }

    /// What people are told, and what they might do.
    var explanation: (message: String, hint: String?) {
        let marks = ImageSources.all.map { $0.marks }.joined(separator: "; ")
        switch self {
        case .empty: return ("the file is empty", nil)
        case .other: return ("the file is neither a tar archive nor a folder", nil)
        case .otherArchive: return ("the tar archive holds no image; looked for \(marks)", nil)
        case .disputedArchive(let why):
            return ("the tar archive holds no image as it is read here; readers take differently: \(why)", nil)
        case .brokenArchive(let ending, _, _) where code != .notAnImage:
            return (
                "\(ending.explanation); it has layers of an image, and not the documents that follow them",
                "download or write the archive again"
            )
        case .undocumentedArchive:
            return ("the tar archive has layers of an image, and no document that lists them", nil)
        case .archiveWithoutEntries: return ("the tar archive has no entries", nil)
        case .brokenArchive(let ending, _, _):
            return ("\(ending.explanation), and before that no image was found; looked for \(marks)", nil)
        case .beheadedArchive:
            return ("the file is a tar archive whose beginning is damaged", "download or copy the archive again")
        case .compressed(let compression, _):
            return (
                "the file is \(compression.rawValue)-compressed; only uncompressed archives are supported",
                "decompress it first, or see layerverify digest if it is a single layer"
            )
        case .unreadable(let fault): return (fault.explanation, nil)
        }
    }

    /// True if a tar header lies at the beginning of some block: one with a right checksum, or the first with the mark of one.
    private static func hasHeader(_ prefix: [UInt8]) -> Bool {
        let mark = Array("ustar".utf8)
        return stride(from: 0, to: prefix.count - TarHeader.byteCount + 1, by: TarHeader.byteCount).contains { start in
            guard prefix[(start + 257)...].starts(with: mark) else { return false }
            return start == 0 || TarHeader(prefix[start..<start + TarHeader.byteCount]) != nil
        }
    }
}

extension ReadFault {
    /// Why something could not be read, for a message.
    var explanation: String {
        switch self {
        case .failed(let errno): ErrorText.describe(errno.rawValue)
        case .changed: "the file changed while it was read"
        }
    }
}

extension TarEnding {
    /// Where and why an archive ends, for a message.
    var explanation: String {
        switch self {
        case .endOfArchive(let atByte): "the archive ends at byte \(atByte)"
        case .endOfFile: "the archive ends with the file"
        case .truncated(let atByte, let entryName):
            "the archive ends at byte \(atByte), within \(entryName ?? "a header")"
        case .corrupt(let atByte, let reason): "the header at byte \(atByte) is damaged: \(reason)"
        case .tooManyEntries(let atByte):
            "the archive has more entries than are read; from byte \(atByte) on nothing was"
        case .unreadable(.failed(let errno), let atByte): "\(ErrorText.describe(errno.rawValue)) at byte \(atByte)"
        case .unreadable(.changed, _): ReadFault.changed.explanation
        }
    }
}
