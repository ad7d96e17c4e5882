// layerverify: the kind of a file that is not an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage
import Tar

/// The kind of a file in which no image was found. Some kinds never contain an image; others may be a damaged or
/// compressed one.
enum FileClassification: Hashable {
    case empty
    /// Neither an archive nor compressed; `beginning` is its first 64 KiB.
    case other(beginning: [UInt8])
    /// A tar archive of other files, without a fault in its headers.
    case otherArchive(ArchiveShape)
    /// The same with entries that readers read differently for the reason `why`: another reader may find an image in
    /// it.
    case disputedArchive(why: String)
    /// A tar archive that ends or is damaged before any file of an image.
    ///
    /// `looksLikeImage` if its first entries are typical of images, `holdsLayer` if one of them belongs to a layer.
    case brokenArchive(TarEnding, looksLikeImage: Bool, holdsLayer: Bool)
    /// A complete tar archive with layers of an image. `hasDocuments` if it has files with the names of an image's
    /// documents and other content.
    case undocumentedArchive(hasDocuments: Bool)
    /// The end marker of an archive without entries.
    case archiveWithoutEntries
    /// A file that begins without a tar header, and has one later.
    case tarWithDamagedStart
    case compressed(Compression, PackedContent)
    case unreadable(ReadFault)

    /// The bytes of a file in which a tar header is searched.
    private static let lookByteCount = 64 << 10
    /// The bytes of an archive, if readers read it differently, in which the names of an image's documents are
    /// searched.
    private static let disputedByteCount = 4 << 20
    /// The bytes of a compressed file that are decoded to detect an archive.
    private static let packedLookByteCount = 4 << 10
    /// The bytes of a compressed archive that are decoded to read its entries.
    static let packedByteCount = 256 << 10

    /// Classifies a file that begins like a tar archive.
    ///
    /// - Parameter shape: the content by the names of the entries.
    init(
        archive index: TarIndex, of file: any BlobReader, _ forms: ImageSources, shape: @autoclosure () -> ArchiveShape
    ) {
        do throws(ReadFault) {
            switch index.ending {
            case .endOfArchive, .endOfFile:
                if index.entries.isEmpty {
                    self = index.bytesAfterEnd == nil ? .archiveWithoutEntries : .tarWithDamagedStart
                    return
                }
                let doubts = index.doubts.compactMap { if case .ambiguous(let text) = $0 { text } else { nil } }
                if let doubt = doubts.first, try Self.namesDocuments(forms, file) {
                    self = .disputedArchive(why: doubt)
                } else {
                    let isUndocumented = PackedArchive(try file.bytes(at: 0, upTo: Self.lookByteCount), forms)
                        .holdsLayer
                    // containerd's content store has a folder next to its blobs.
                    let hasDocuments = (forms.documents + ["ingest"]).contains { !index.entries(named: $0).isEmpty }
                    self = isUndocumented ? .undocumentedArchive(hasDocuments: hasDocuments) : .otherArchive(shape())
                }
            case .truncated, .corrupt, .tooManyEntries:
                let beginning = try file.bytes(at: 0, upTo: Self.lookByteCount)
                // The index of an archive with too many entries may have a mark of an image and still not identify the
                // form.
                let hasMark =
                    !index.ending.isEndOfEntries && forms.documents.contains { !index.entries(named: $0).isEmpty }
                let archive = PackedArchive(beginning, forms)
                self = .brokenArchive(
                    index.ending, looksLikeImage: hasMark || archive.looksLikeImage, holdsLayer: archive.holdsLayer)
            case .unreadable(.failed(let errno), _): throw .failed(Errno(rawValue: errno))
            case .unreadable(.changed, _): throw .changed
            case .unreadable(.stopped, _): throw .failed(.illegalSeek)
            }
        } catch {
            self = .unreadable(error)
        }
    }

    /// Classifies a file that does not begin like a tar archive.
    init(_ file: any BlobReader, _ forms: ImageSources) {
        guard file.byteCount > 0 else {
            self = .empty
            return
        }
        do throws(ReadFault) {
            let prefix = try file.bytes(at: 0, upTo: Self.lookByteCount)
            switch Compression.detect(prefix: prefix) {
            case .none:
                // A disk image or a program may contain tar headers.
                let isBeheaded = Self.hasHeader(prefix) && !FileContent.isBinaryFormat(prefix)
                self = isBeheaded ? .tarWithDamagedStart : .other(beginning: prefix)
            case let compression:
                guard Codecs.reference(for: compression) != nil else {
                    self = .compressed(compression, .undecoded)
                    return
                }
                var first = Codecs.decodedPrefix(prefix, byteCount: Self.packedLookByteCount)
                if first.isEmpty, file.byteCount > UInt64(prefix.count) {
                    // A block of zstd may have 128 KiB, and nothing comes out before its end.
                    let longer = try file.bytes(at: 0, upTo: Self.packedByteCount)
                    first = Codecs.decodedPrefix(longer, byteCount: Self.packedLookByteCount)
                }
                guard TarIndex.isTar(prefix: first) else {
                    self = .compressed(compression, first.isEmpty ? .nothing : .other(beginning: first))
                    return
                }
                let beginning = try file.bytes(at: 0, upTo: Self.packedByteCount)
                let decoded = Codecs.decodedPrefix(beginning, byteCount: PackedArchive.maximumByteCount)
                let archive = PackedArchive(decoded, forms)
                // Whether a damaged one is an image is unknown until it is read.
                self = .compressed(compression, .archive(looksLikeImage: archive.looksLikeImage || archive.isDamaged))
            }
        } catch {
            self = .unreadable(error)
        }
    }

    /// True for a file that has the name of an archive and is not one, as after a failed write, or whose compression is
    /// not supported. Files `._name`, which macOS writes next to others, are not archives.
    func isArchiveByName(_ path: String) -> Bool {
        switch self {
        case .empty, .other, .archiveWithoutEntries, .brokenArchive, .tarWithDamagedStart,
            .compressed(_, .undecoded), .compressed(_, .nothing), .compressed(_, .other):
            // Compares bytes, since this is called for each file that a search finds.
            let end = path.utf8.suffix(Self.longestSuffixByteCount).map { (65...90).contains($0) ? $0 | 0x20 : $0 }
            guard Self.suffixes.contains(where: { end.reversed().starts(with: $0.utf8.reversed()) }) else {
                return false
            }
            return path.split(separator: "/").last?.hasPrefix("._") == false
        case .otherArchive, .disputedArchive, .undocumentedArchive, .unreadable, .compressed(_, .archive): return false
        }
    }

    /// The extensions of archives, compressed or not.
    static let suffixes =
        [".tar"] + ["gz", "zst", "xz", "bz2", "lz4"].map { ".tar." + $0 } + [".tgz", ".tzst", ".txz", ".tbz", ".tbz2"]

    private static let longestSuffixByteCount = 8

    /// True for a file that may be an image and was not checked. It must be reported.
    var mayBeImage: Bool {
        switch self {
        case .disputedArchive, .brokenArchive, .tarWithDamagedStart, .undocumentedArchive, .unreadable,
            .compressed(_, .archive(looksLikeImage: true)), .otherArchive(.documentAlone):
            true
        case .empty, .other, .otherArchive, .archiveWithoutEntries, .compressed: false
        }
    }

    /// The same for a file next to the documents of an image: true only for a file that begins like an archive of an
    /// image.
    var mayBeImageNextToOne: Bool {
        switch self {
        case .brokenArchive(_, looksLikeImage: true, _), .unreadable, .compressed(_, .archive(looksLikeImage: true)):
            true
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .tarWithDamagedStart,
            .undocumentedArchive,
            .archiveWithoutEntries, .compressed:
            false
        }
    }

    /// True for an archive of an image without its documents. Writers put these after the layers, so an archive that
    /// has layers and is truncated has none.
    var isIncompleteImage: Bool {
        switch self {
        case .brokenArchive(.truncated, _, holdsLayer: true), .brokenArchive(.corrupt, _, holdsLayer: true),
            .undocumentedArchive(hasDocuments: false):
            true
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .tarWithDamagedStart,
            .undocumentedArchive,
            .archiveWithoutEntries, .compressed, .unreadable:
            false
        }
    }

    /// The code of the finding about the file.
    var code: FindingCode {
        switch self {
        case .unreadable: .pathUnreadable
        case .empty, .other, .otherArchive, .disputedArchive, .brokenArchive, .tarWithDamagedStart,
            .undocumentedArchive,
            .archiveWithoutEntries, .compressed:
            .notAnImage
        }
    }

    /// Whether the beginning of an archive contains the name of an image's document, in any reader's interpretation.
    /// Also true for an archive that is longer than the bytes that are searched.
    private static func namesDocuments(_ forms: ImageSources, _ file: any BlobReader) throws(ReadFault) -> Bool {
        guard file.byteCount <= UInt64(disputedByteCount) else { return true }
        let bytes = try file.bytes(at: 0, upTo: disputedByteCount)
        return forms.documents.contains { name in
            bytes.contains(Array(name.utf8))
        }
    }

    /// True if a block begins with a tar header: one with a correct checksum, or, for the first block, one with a
    /// header's magic.
    private static func hasHeader(_ prefix: [UInt8]) -> Bool {
        let mark = Array("ustar".utf8)
        return stride(from: 0, to: prefix.count - TarHeader.byteCount + 1, by: TarHeader.byteCount).contains { start in
            guard prefix[(start + 257)...].starts(with: mark) else { return false }
            return start == 0 || TarHeader(prefix[start..<start + TarHeader.byteCount]) != nil
        }
    }
}
