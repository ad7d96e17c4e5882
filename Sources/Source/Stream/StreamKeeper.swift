// layerverify: what is kept of an archive that is read in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import StrictJSON
import SystemPackage
import Tar

/// Computes the facts of the files in an archive while it goes by, and keeps the bytes of those that may be documents.
///
/// Which files are documents is known only when the archive has ended: most writers put the documents that name the
/// others last.
final class StreamKeeper: TarContentReader {
    /// The facts of each entry; nil for one that is not a file, or if facts were not computed.
    private(set) var facts = FactsList()
    /// The bytes that were kept, by the place of the entry. Fewer than the file has if it was not kept as a whole.
    private(set) var kept: [Int: [UInt8]] = [:]
    /// The bytes left for files that begin as JSON, for other small ones, and for the beginnings of all others.
    private var documentRoom = StreamKeeper.documentByteCount
    private var smallFileRoom = StreamKeeper.smallFilesByteCount
    private var beginningRoom = StreamKeeper.beginningsByteCount
    /// The file that the end of the archive cuts off.
    private(set) var cutOff: CutOff?
    private let reader: (any StreamedBlobReader)?

    /// A file of which only the first bytes exist.
    struct CutOff: Sendable {
        var place: Int
        var byteCount: UInt64
    }

    private var place = 0
    private var entry: TarEntry?
    /// The bytes of the current file, as long as they are kept.
    private var bytes: [UInt8] = []
    private var use = Use.undecided
    /// The bytes of the current file so far.
    private var passedByteCount: UInt64 = 0

    /// Whether the current file is kept.
    private enum Use {
        case undecided
        case document
        case smallFile
        /// Its beginning only.
        case beginning
    }

    /// The documents of an image with 1 000 platforms have less than 10 MiB.
    static let documentByteCount = 16 << 20
    /// Damaged documents do not begin as JSON. Files up to this size are kept as well, as long as there is room.
    private static let smallFileByteCount: UInt64 = 64 << 10
    private static let smallFilesByteCount = 2 << 20
    /// The bytes kept of each other file: a tar header.
    private static let beginningByteCount = TarHeader.byteCount
    private static let beginningsByteCount = 2 << 20

    init(_ reader: (any StreamedBlobReader)?) { self.reader = reader }

    func begin(_ entry: TarEntry, place: Int) {
        self.entry = entry
        self.place = place
        bytes = []
        use = .undecided
        passedByteCount = 0
        reader?.begin(Self.algorithms(entry.name), byteCount: entry.byteCount)
    }

    /// SHA-256 always, since reports name files by it, and the algorithm of a file's folder.
    private static func algorithms(_ name: String) -> [DigestAlgorithm] {
        let parts = name.split(separator: "/")
        guard parts.count > 1, let own = DigestAlgorithm(rawValue: String(parts[parts.count - 2])), own != .sha256
        else { return [.sha256] }
        return [.sha256, own]
    }

    func take(_ bytes: RawSpan) {
        reader?.take(bytes)
        passedByteCount += UInt64(byteCount: bytes.byteCount)
        guard let entry else { return }
        var room: Int
        switch use {
        case .undecided: room = Self.beginningByteCount - self.bytes.count
        case .document, .smallFile: room = JSONDocument.maximumByteCount
        case .beginning: return
        }
        var rest = bytes
        if use == .undecided {
            append(&rest, room)
            // White space may be longer than the beginning; then the file counts as another one.
            guard self.bytes.count == Self.beginningByteCount || UInt64(byteCount: self.bytes.count) == entry.byteCount
            else { return }
            decide(entry)
            room = JSONDocument.maximumByteCount
        }
        if use == .document || use == .smallFile { append(&rest, room) }
    }

    private func append(_ bytes: inout RawSpan, _ room: Int) {
        let count = min(room, bytes.byteCount)
        bytes.extracting(first: count).withUnsafeBytes { self.bytes.append(contentsOf: $0) }
        bytes = bytes.extracting(droppingFirst: count)
    }

    private func decide(_ entry: TarEntry) {
        let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        if isJSON, entry.byteCount <= UInt64(JSONDocument.maximumByteCount), entry.byteCount <= UInt64(documentRoom) {
            documentRoom -= Int(entry.byteCount)
            use = .document
            bytes.reserveCapacity(Int(entry.byteCount))
        } else if entry.byteCount <= Self.smallFileByteCount, entry.byteCount <= UInt64(smallFileRoom) {
            smallFileRoom -= Int(entry.byteCount)
            use = .smallFile
        } else {
            use = .beginning
            beginningRoom -= bytes.count
            if beginningRoom < 0 { bytes = [] }
        }
    }

    func end(_ ending: TarContentEnding) {
        guard let entry else { return }
        if use == .undecided { decide(entry) }
        self.entry = nil
        if ending == .cutOff { cutOff = CutOff(place: place, byteCount: passedByteCount) }
        if !bytes.isEmpty { kept[place] = bytes }
        bytes = []
        guard let reader else { return }
        // Entries that are not files have no facts.
        while facts.count < place { facts.append(nil) }
        facts.append(reader.finish(reading(ending)))
    }

    private func reading(_ ending: TarContentEnding) -> ReadEnding {
        switch ending {
        case .complete: .complete
        case .cutOff: .cutOff(atByte: passedByteCount)
        case .unreadable(.failed(Errno.canceled.rawValue)): .cancelled
        case .unreadable(.failed(let errno)): .unreadable(errno: errno, atByte: passedByteCount)
        case .unreadable(.changed): .changed
        case .unreadable(.stopped): .unindexed
        }
    }
}
