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
    /// Neither an archive nor compressed; `beginning` is its first 64 KiB.
    case other(beginning: [UInt8])
    /// A tar archive of other things, whole as far as its headers go.
    case otherArchive(ArchiveShape)
    /// The same, but for entries that readers take differently, as `why` says: others may find an image in it.
    case disputedArchive(why: String)
    /// A tar archive that ends or breaks before anything of an image was found in it.
    ///
    /// `looksLikeImage` if it begins with an entry as archives of images have them, `holdsLayer` if one is a layer's.
    case brokenArchive(TarEnding, looksLikeImage: Bool, holdsLayer: Bool)
    /// A whole tar archive with layers of an image. `hasDocuments` if it has files named like the documents of one, of another kind.
    case undocumentedArchive(hasDocuments: Bool)
    /// The end of an archive and no entry before it.
    case archiveWithoutEntries
    /// No archive by its first header, but one by a later one.
    case beheadedArchive
    case compressed(Compression, PackedContent)
    case unreadable(ReadFault)

    /// The documents that tell the form of an image.
    private static let marks = ["oci-layout", "index.json", "manifest.json", "repositories"]
    /// So much of a file is searched for a tar header.
    private static let lookByteCount = 64 << 10
    /// So much of an archive that readers take differently is searched for the names of an image's documents.
    private static let disputedByteCount = 4 << 20
    /// So much of a compressed file is decoded, to tell whether it is an archive.
    private static let packedLookByteCount = 4 << 10
    /// So much of a compressed archive is decoded, to look at its entries.
    private static let packedByteCount = 256 << 10

    /// Looks at a file whose beginning is that of a tar archive.
    ///
    /// - Parameter shape: what its names tell.
    init(archive index: TarIndex, of file: any BlobReader, shape: @autoclosure () -> ArchiveShape) {
        do throws(ReadFault) {
            switch index.ending {
            case .endOfArchive, .endOfFile:
                if index.entries.isEmpty {
                    self = index.bytesAfterEnd == nil ? .archiveWithoutEntries : .beheadedArchive
                    return
                }
                let doubts = index.doubts.compactMap { if case .ambiguous(let text) = $0 { text } else { nil } }
                if let doubt = doubts.first, try Self.namesDocuments(file) {
                    self = .disputedArchive(why: doubt)
                } else {
                    let isUndocumented = PackedArchive(try file.bytes(at: 0, upTo: Self.lookByteCount)).holdsLayer
                    // containerd's content store has a folder next to its blobs.
                    let hasDocuments = (Self.marks + ["ingest"]).contains { !index.entries(named: $0).isEmpty }
                    self = isUndocumented ? .undocumentedArchive(hasDocuments: hasDocuments) : .otherArchive(shape())
                }
            case .truncated, .corrupt, .tooManyEntries:
                let beginning = try file.bytes(at: 0, upTo: Self.lookByteCount)
                // The index of too many entries may have a mark of an image, and not tell which form it is.
                let hasMark = !index.ending.isEndOfEntries && Self.marks.contains { !index.entries(named: $0).isEmpty }
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
                // A disk image or a program may have tar headers in it.
                let isBeheaded = Self.hasHeader(prefix) && !FileContent.isBinaryFormat(prefix)
                self = isBeheaded ? .beheadedArchive : .other(beginning: prefix)
            case let compression:
                guard Codecs.reference(for: compression) != nil else {
                    self = .compressed(compression, .undecoded)
                    return
                }
                let first = Codecs.decodedPrefix(prefix, byteCount: Self.packedLookByteCount)
                guard TarIndex.isTar(prefix: first) else {
                    self = .compressed(compression, first.isEmpty ? .nothing : .other(beginning: first))
                    return
                }
                let beginning = try file.bytes(at: 0, upTo: Self.packedByteCount)
                let decoded = Codecs.decodedPrefix(beginning, byteCount: PackedArchive.maximumByteCount)
                self = .compressed(compression, .archive(looksLikeImage: PackedArchive(decoded).looksLikeImage))
            }
        } catch {
            self = .unreadable(error)
        }
    }

    /// True of a file that is called an archive and is none, or one that cannot be looked into: as a write that failed leaves
    /// it, or compressed in a way that is not decoded here. macOS writes files `._name` next to others, which are not archives.
    func isArchiveByName(_ path: String) -> Bool {
        switch self {
        case .empty, .other, .archiveWithoutEntries, .brokenArchive, .beheadedArchive,
            .compressed(_, .undecoded), .compressed(_, .nothing), .compressed(_, .other):
            // Bytes: this is asked of each file that a search finds.
            let end = path.utf8.suffix(Self.longestSuffixByteCount).map { (65...90).contains($0) ? $0 | 0x20 : $0 }
            guard Self.suffixes.contains(where: { end.reversed().starts(with: $0.utf8.reversed()) }) else {
                return false
            }
            return path.split(separator: "/").last?.hasPrefix("._") == false
        case .otherArchive, .disputedArchive, .undocumentedArchive, .unreadable, .compressed(_, .archive): return false
        }
    }

    /// The ends of the names of archives, compressed or not.
    static let suffixes =
        [".tar"] + ["gz", "zst", "xz", "bz2", "lz4"].map { ".tar." + $0 } + [".tgz", ".tzst", ".txz", ".tbz", ".tbz2"]

    private static let longestSuffixByteCount = 8

    /// True of what may be an image that was not checked: not to mention it would be to pass it.
    var mayBeImage: Bool {
        switch self {
        case .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive, .unreadable,
            .compressed(_, .archive(looksLikeImage: true)), .otherArchive(.indexAlone):
            true
        case .empty, .other, .otherArchive, .archiveWithoutEntries, .compressed: false
        }
    }

    /// The same of a file that lies right beside the documents of an image: only what begins as an archive of an image does.
    var mayBeImageBesideOne: Bool {
        switch self {
        case .brokenArchive(_, looksLikeImage: true, _), .unreadable, .compressed(_, .archive(looksLikeImage: true)):
            true
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive,
            .archiveWithoutEntries, .compressed:
            false
        }
    }

    /// True of an archive of an image without its documents. Writers put these after the layers, so an archive that has layers and
    /// breaks off has none.
    var isIncompleteImage: Bool {
        switch self {
        case .brokenArchive(.truncated, _, holdsLayer: true), .brokenArchive(.corrupt, _, holdsLayer: true),
            .undocumentedArchive(hasDocuments: false):
            true
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive,
            .archiveWithoutEntries, .compressed, .unreadable:
            false
        }
    }

    /// The code of the finding about the file.
    var code: FindingCode {
        switch self {
        case .unreadable: .pathUnreadable
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .beheadedArchive, .undocumentedArchive,
            .archiveWithoutEntries, .compressed:
            .notAnImage
        }
    }

    /// Whether the beginning of an archive has the name of a document of an image, however readers find it there; true of an
    /// archive that is longer than what is looked at.
    private static func namesDocuments(_ file: any BlobReader) throws(ReadFault) -> Bool {
        guard file.byteCount <= UInt64(disputedByteCount) else { return true }
        let bytes = try file.bytes(at: 0, upTo: disputedByteCount)
        return marks.contains { name in
            bytes.contains(Array(name.utf8))
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
