// layerverify: scan of the headers of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads the headers of an archive one after another. It only moves forward.
struct TarScanner {
    private let input: any TarInput
    /// Receives the content of regular files.
    private let content: (any TarContentReader)?
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
    /// Where to look for bytes after the end of the archive.
    private(set) var remainderOffset: UInt64 = 0

    /// Extended headers hold names: the longest path of Linux has 4 KiB, and Go's reader accepts 1 MiB.
    private static let maximumExtensionByteCount: UInt64 = 1 << 20
    /// PATH_MAX: Linux does not accept longer names.
    static let maximumNameByteCount = 4096

    /// Why the scan stops.
    private struct Stop: Error {
        let ending: TarEnding
    }

    init(_ input: any TarInput, content: (any TarContentReader)? = nil) {
        self.input = input
        self.content = content
    }

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
            throw Stop(ending: isWithinEntry ? truncated(nil, at: offset) : .endOfFile)
        }
        guard block.count == TarHeader.byteCount else {
            throw Stop(ending: truncated(nil, at: offset + UInt64(block.count)))
        }
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
        let data = Array(try bytes(at: offset, upTo: Int(size)))
        guard data.count == Int(size) else { throw Stop(ending: truncated(nil, at: offset + UInt64(data.count))) }
        do {
            try add(&extensions, data)
        } catch {
            throw Stop(ending: .corrupt(atByte: headerOffset, reason: error.reason))
        }
        for found in extensions.takeDoubts() { doubt(found, extensions.name ?? []) }
        try skip(size)
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
        let entry = TarEntry(
            name: name ?? written, kind: kind, dataOffset: offset, byteCount: byteCount, climbsOut: name == nil,
            isNameDamaged: !written.utf8.elementsEqual(nameBytes))
        entries.append(entry)
        extensions = TarExtensions()
        endsWithGlobalHeader = false
        extensionFlags.removeAll(keepingCapacity: true)
        try pass(entry)
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
            guard block.count == TarHeader.byteCount else {
                throw Stop(ending: truncated(nil, at: offset + UInt64(block.count)))
            }
            offset += UInt64(TarHeader.byteCount)
            isContinued = block[block.startIndex + 504] != 0
        }
    }

    /// Moves over the content of an entry and the padding to a whole block.
    private mutating func pass(_ entry: TarEntry) throws(Stop) {
        guard let content, entry.kind == .file else { return try skip(entry.byteCount, of: entry.name) }
        content.begin(entry, place: entries.count - 1)
        do throws(Stop) {
            try moveOn(entry.byteCount, of: entry.name) { content.take($0) }
        } catch {
            if case .unreadable(let fault, _) = error.ending {
                content.end(.unreadable(fault))
            } else {
                content.end(.cutOff)
            }
            throw error
        }
        content.end(.complete)
        try skipPadding()
    }

    private mutating func skip(_ byteCount: UInt64, of entryName: String? = nil) throws(Stop) {
        try moveOn(byteCount, of: entryName, nil)
        try skipPadding()
    }

    /// The sum does not overflow: both numbers are less than 2^63.
    private mutating func moveOn(
        _ byteCount: UInt64, of entryName: String?, _ content: ((RawSpan) -> Void)?
    ) throws(Stop) {
        let end = offset + byteCount
        // The header was read ahead.
        _ = try move(to: offset, nil)
        let reached = try move(to: end, content)
        guard reached == end else { throw Stop(ending: truncated(entryName, at: reached)) }
        offset = end
    }

    private mutating func skipPadding() throws(Stop) {
        let end = (offset + UInt64(TarHeader.byteCount - 1)) / UInt64(TarHeader.byteCount) * UInt64(TarHeader.byteCount)
        let reached = try move(to: end, nil)
        guard reached == end else { throw Stop(ending: truncated(nil, at: reached)) }
        offset = end
    }

    private func move(to end: UInt64, _ content: ((RawSpan) -> Void)?) throws(Stop) -> UInt64 {
        do throws(TarFault) {
            return try input.move(to: end, content: content)
        } catch {
            throw Stop(ending: .unreadable(error, atByte: offset))
        }
    }

    private mutating func endingAtZeros() throws(Stop) -> TarEnding {
        let next = try block(at: offset + UInt64(TarHeader.byteCount))
        if isWithinEntry { return corrupt("extended header without an entry").ending }
        remainderOffset = offset + UInt64(TarHeader.byteCount + next.count)
        // Two blocks end an archive; if the file ends after the first, the archive also ends there.
        if next.isEmpty { return .endOfArchive(atByte: offset) }
        guard next.count == TarHeader.byteCount else { return truncated(nil, at: remainderOffset) }
        guard next.allSatisfy({ $0 == 0 }) else { return corrupt("a lone block of zeros").ending }
        return .endOfArchive(atByte: offset)
    }

    /// The block at an offset; shorter at the end of the file.
    private func block(at offset: UInt64) throws(Stop) -> ArraySlice<UInt8> {
        try bytes(at: offset, upTo: TarHeader.byteCount)
    }

    private func bytes(at offset: UInt64, upTo byteCount: Int) throws(Stop) -> ArraySlice<UInt8> {
        do throws(TarFault) {
            return try input.bytes(at: offset, upTo: byteCount)
        } catch {
            throw Stop(ending: .unreadable(error, atByte: offset))
        }
    }

    private func truncated(_ entryName: String?, at offset: UInt64) -> TarEnding {
        .truncated(atByte: offset, entryName: entryName)
    }

    private func corrupt(_ reason: String) -> Stop { Stop(ending: .corrupt(atByte: offset, reason: reason)) }
}
