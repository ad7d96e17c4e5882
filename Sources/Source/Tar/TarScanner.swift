// layerverify: scan of the headers of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// Reads the headers of an archive one after another, but no content of entries.
struct TarScanner {
    private let reader: any BlobReader
    private var offset: UInt64 = 0
    private(set) var extensions = TarExtensions()
    /// The type flags of the extended headers of the next entry so far; empty before the first.
    private var extensionFlags: [UInt8] = []
    private var isWithinEntry: Bool { !extensionFlags.isEmpty }
    private var nameByteCount = 0
    private(set) var entries = TarEntryList()
    /// What readers interpret differently: the first of each kind.
    var doubts: [TarDoubt] = []
    var doubted: Set<TarDoubt> = []
    private(set) var hasPaxHeaders = false
    private var endsWithGlobalHeader = false
    /// Part of the archive, read ahead: the headers of small entries are close together.
    private var window: [UInt8] = []
    private var windowOffset: UInt64 = 0

    /// Not measured: one page, which costs no more to read than a header.
    private static let windowByteCount = 4096
    /// Extended headers hold names: the longest path of Linux has 4 KiB, and Go's reader accepts 1 MiB.
    private static let maximumExtensionByteCount: UInt64 = 1 << 20
    /// PATH_MAX: Linux does not accept longer names.
    static let maximumNameByteCount = 4096

    /// Why the scan stops.
    private struct Stop: Error {
        let ending: TarEnding
    }

    init(_ reader: any BlobReader) { self.reader = reader }

    /// Reads all headers until the archive ends or cannot be read.
    mutating func scan() -> TarEnding {
        do {
            while true { try scanHeader() }
        } catch {
            // Python requires an entry after it.
            if endsWithGlobalHeader { doubt(.ambiguous("a global pax header without an entry"), []) }
            return error.ending
        }
    }

    private mutating func scanHeader() throws(Stop) {
        let headerOffset = offset
        let block = try block(at: offset)
        guard !block.isEmpty else {
            throw Stop(ending: isWithinEntry ? truncated(nil) : .endOfFile)
        }
        guard block.count == TarHeader.byteCount else { throw Stop(ending: truncated(nil)) }
        guard !block.allSatisfy({ $0 == 0 }) else { throw Stop(ending: try endingAtZeros()) }
        guard let header = TarHeader(block) else { throw corrupt("header with a wrong checksum") }
        guard let size = header.size else { throw corrupt("size is not a natural number below 2^63") }
        if headerOffset == 0, Self.beginsAsAnother(block) {
            doubt(.ambiguous("a beginning as that of another kind of file"), header.name)
        }
        if !header.hasSoundNumbers { doubt(.ambiguous("a header with a field that is not a number"), header.name) }
        try checkOrder(of: header.typeFlag)
        offset += UInt64(TarHeader.byteCount)
        switch header.typeFlag {
        case UInt8(ascii: "x"):
            hasPaxHeaders = true
            try addExtension(headerOffset, size) { extensions, data throws(TarExtensions.Fault) in
                try extensions.addPax(data)
            }
        case UInt8(ascii: "g"):
            hasPaxHeaders = true
            endsWithGlobalHeader = true
            try addExtension(headerOffset, size) { extensions, data throws(TarExtensions.Fault) in
                try extensions.addGlobalPax(data)
            }
        case UInt8(ascii: "L"):
            try addExtension(headerOffset, size) { $0.longName = $0.longText($1) }
        case UInt8(ascii: "K"):
            try addExtension(headerOffset, size) { $0.longLink = $0.longText($1) }
        default:
            try addEntry(header, at: headerOffset, size: extensions.size ?? size)
        }
    }

    private mutating func addExtension(
        _ headerOffset: UInt64, _ size: UInt64,
        _ add: (inout TarExtensions, [UInt8]) throws(TarExtensions.Fault) -> Void
    ) throws(Stop) {
        guard size <= Self.maximumExtensionByteCount else {
            throw Stop(ending: .corrupt(atByte: headerOffset, reason: "extended header of \(size) bytes"))
        }
        let data: [UInt8]
        do {
            data = try reader.bytes(at: offset, upTo: ByteMath.clamp(size, to: .max))
        } catch {
            throw Stop(ending: .unreadable(error, atByte: offset))
        }
        guard ByteMath.fileSize(data.count) == size else { throw Stop(ending: truncated(nil)) }
        do {
            try add(&extensions, data)
        } catch {
            throw Stop(ending: .corrupt(atByte: headerOffset, reason: error.reason))
        }
        for found in extensions.takeDoubts() { doubt(found, extensions.name ?? []) }
        try skip(size, of: nil)
    }

    /// Refuses extended headers in an order that no writer produces: GNU and pax headers for one entry, two of the same
    /// kind, or a global header between them and their entry. Which name applies, if any, depends on the reader.
    private mutating func checkOrder(of typeFlag: UInt8) throws(Stop) {
        let gnu: [UInt8] = [UInt8(ascii: "L"), UInt8(ascii: "K")]
        let pax = UInt8(ascii: "x")
        guard typeFlag == pax || typeFlag == UInt8(ascii: "g") || gnu.contains(typeFlag) else { return }
        let isMixed = extensionFlags.contains { gnu.contains($0) != gnu.contains(typeFlag) }
        guard !isMixed, !extensionFlags.contains(typeFlag), typeFlag != UInt8(ascii: "g") || extensionFlags.isEmpty
        else { throw corrupt("extended headers that readers take for different names") }
        if typeFlag != UInt8(ascii: "g") { extensionFlags.append(typeFlag) }
    }

    private mutating func addEntry(_ header: TarHeader, at headerOffset: UInt64, size: UInt64) throws(Stop) {
        let nameBytes = extensions.name ?? header.name
        let linkBytes = extensions.linkName ?? header.linkName
        guard max(nameBytes.count, linkBytes.count) < Self.maximumNameByteCount else {
            throw Stop(ending: .corrupt(atByte: headerOffset, reason: "name longer than any path"))
        }
        nameByteCount += nameBytes.count + linkBytes.count
        guard TarIndex.byteCountOfEntry * (entries.count + 1) + nameByteCount <= TarIndex.maximumByteCount else {
            throw Stop(ending: .tooManyEntries(atByte: headerOffset))
        }
        if header.typeFlag == UInt8(ascii: "S") { try skipSparseMap(header) }
        let written = String(decoding: nameBytes, as: UTF8.self)
        let name = TarEntry.normalized(written)
        let link = String(decoding: linkBytes, as: UTF8.self)
        let kind = kind(of: header.typeFlag, name: nameBytes, link: link)
        for found in doubts(about: header, name: nameBytes, link: linkBytes, size: size) { doubt(found, nameBytes) }
        // Go's reader, and docker load with it, expects no content after these, whatever the size is.
        let byteCount: UInt64 =
            switch header.typeFlag {
            case UInt8(ascii: "1")...UInt8(ascii: "6"): 0
            default: size
            }
        entries.append(
            TarEntry(
                name: name ?? written, kind: kind, dataOffset: offset, byteCount: byteCount, climbsOut: name == nil,
                isNameDamaged: !written.utf8.elementsEqual(nameBytes)))
        extensions = TarExtensions()
        endsWithGlobalHeader = false
        extensionFlags.removeAll(keepingCapacity: true)
        try skip(byteCount, of: name ?? written)
    }

    private func kind(of typeFlag: UInt8, name: [UInt8], link: String) -> TarEntry.Kind {
        switch typeFlag {
        // The oldest writers have no type for folders and mark them by the slash.
        case 0 where name.last == UInt8(ascii: "/"): .directory
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): extensions.isSparse ? .sparse : .file
        case UInt8(ascii: "1"): .hardLink(target: link)
        case UInt8(ascii: "2"): .symbolicLink(target: link)
        case UInt8(ascii: "3"): .characterDevice
        case UInt8(ascii: "4"): .blockDevice
        case UInt8(ascii: "5"): .directory
        case UInt8(ascii: "6"): .fifo
        case UInt8(ascii: "S"): .sparse
        default: .other(typeFlag: typeFlag)
        }
    }

    /// Skips the blocks that continue the map of an old GNU sparse file; each says whether another one follows.
    private mutating func skipSparseMap(_ header: TarHeader) throws(Stop) {
        var isContinued = header.hasSparseExtension
        while isContinued {
            let block = try block(at: offset)
            guard block.count == TarHeader.byteCount else { throw Stop(ending: truncated(nil)) }
            offset += UInt64(TarHeader.byteCount)
            isContinued = block[block.startIndex + 504] != 0
        }
    }

    /// Skips content and the padding to a whole block. The sum does not overflow: both numbers are less than 2^63.
    private mutating func skip(_ byteCount: UInt64, of entryName: String?) throws(Stop) {
        let end = offset + byteCount
        guard end <= reader.byteCount else { throw Stop(ending: truncated(entryName)) }
        offset = (end + UInt64(TarHeader.byteCount - 1)) / UInt64(TarHeader.byteCount) * UInt64(TarHeader.byteCount)
        guard offset <= reader.byteCount else { throw Stop(ending: truncated(nil)) }
    }

    private mutating func endingAtZeros() throws(Stop) -> TarEnding {
        let next = try block(at: offset + UInt64(TarHeader.byteCount))
        if isWithinEntry { return corrupt("extended header without an entry").ending }
        // Two blocks end an archive; if the file ends after the first, the archive also ends there.
        if next.isEmpty { return .endOfArchive(atByte: offset) }
        guard next.count == TarHeader.byteCount else { return truncated(nil) }
        guard next.allSatisfy({ $0 == 0 }) else { return corrupt("a lone block of zeros").ending }
        return .endOfArchive(atByte: offset)
    }

    /// The block at `offset`; shorter at the end of the file.
    private mutating func block(at offset: UInt64) throws(Stop) -> ArraySlice<UInt8> {
        let end = offset + UInt64(TarHeader.byteCount)
        if offset < windowOffset || end > windowOffset + ByteMath.fileSize(window.count) {
            do {
                window = try reader.bytes(at: offset, upTo: Self.windowByteCount)
            } catch {
                throw Stop(ending: .unreadable(error, atByte: offset))
            }
            windowOffset = offset
        }
        let start = ByteMath.clamp(offset - windowOffset, to: window.count)
        return window[start..<min(start + TarHeader.byteCount, window.count)]
    }

    private func truncated(_ entryName: String?) -> TarEnding {
        .truncated(atByte: reader.byteCount, entryName: entryName)
    }

    private func corrupt(_ reason: String) -> Stop { Stop(ending: .corrupt(atByte: offset, reason: reason)) }
}
