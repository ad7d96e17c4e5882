// layerverify: the maps of sparse files in a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads the map of one sparse file in GNU's formats: the old one (type `S`), and those in pax headers, 0.0, 0.1 and 1.0.
///
/// Spec: GNU tar manual §Storing Sparse Files.
///
/// Memory: the old format and 1.0 have the map in blocks that follow the header, of which 1 MiB is read: 2 MiB and 4 MiB of
/// pieces. Go's readers have the same limit for 1.0 since 1.24.8 and 1.25.2, and none for the old format, which runtimes refuse.
struct SparseMapReader {
    /// The entry. Its size and its place are complete after the map.
    private(set) var member: TarMember
    private var pieces: [TarSparsePiece] = []
    private var format: Format
    /// The number of bytes of the entry that were not read.
    private(set) var storedByteCount: UInt64

    private enum Format {
        /// All pieces are known.
        case complete
        /// Blocks of 21 pieces follow; with their number so far.
        case old(blockCount: Int)
        case decimal(DecimalMap)
    }

    static let maximumByteCount = 1 << 20

    /// Begins the map of an entry, if it is a sparse file.
    ///
    /// - Parameter block: the header block of the entry.
    ///
    /// Throws: `.sparseHeader`, `.sparseRecord`, `.sparseMap` or `.notANumber`.
    init?(_ member: TarMember, block: RawSpan) throws(TarStreamFault) {
        self.member = member
        storedByteCount = StreamHeader.isWithoutContent(member.typeFlag) ? 0 : UInt64(max(0, member.size))
        format = .complete
        if member.typeFlag == UInt8(ascii: "S") {
            try beginOld(block)
        } else {
            guard member.paxRecords.hasSparseRecords, try beginPax() else { return nil }
        }
    }

    /// Whether the next block belongs to the map.
    ///
    /// Throws: `.sparseMapCut` or `.sparseMapTooLong` if it does, and cannot be read.
    func needsBlock() throws(TarStreamFault) -> Bool {
        let byteCount: Int
        switch format {
        case .complete: return false
        case .old(let blockCount): byteCount = StreamHeader.byteCount * blockCount
        case .decimal(let map):
            byteCount = map.text.count
            // The content ends, within the map.
            guard storedByteCount >= UInt64(StreamHeader.byteCount) else {
                throw byteCount < Self.maximumByteCount ? .sparseMapCut : .sparseMapTooLong
            }
        }
        guard byteCount < Self.maximumByteCount else { throw .sparseMapTooLong }
        return true
    }

    /// Reads a block of the map.
    ///
    /// Throws: `.sparseMap`.
    mutating func take(_ block: RawSpan) throws(TarStreamFault) {
        switch format {
        case .complete: break
        case .old(let blockCount):
            try addOldPieces(block, at: 0, count: 21)
            format = block.byte(504) == 0 ? .complete : .old(blockCount: blockCount + 1)
        case .decimal(var map):
            // The text is not shared while it grows.
            format = .complete
            storedByteCount -= UInt64(StreamHeader.byteCount)
            if try map.isComplete(with: block) {
                pieces = try map.pieces()
            } else {
                format = .decimal(map)
            }
        }
    }

    /// Checks the map, and gives it to the entry.
    ///
    /// - Parameter dataOffset: of the byte after the map.
    ///
    /// Throws: `.sparseMap`.
    mutating func finish(dataOffset: UInt64) throws(TarStreamFault) -> TarMember {
        guard !StreamHeader.isWithoutContent(member.typeFlag), member.size >= 0 else { throw .sparseMap }
        var end: Int64 = 0
        for piece in pieces {
            let (pieceEnd, overflows) = piece.offset.addingReportingOverflow(piece.byteCount)
            guard piece.byteCount >= 0, piece.offset >= end, !overflows, pieceEnd <= member.size else {
                throw .sparseMap
            }
            end = pieceEnd
        }
        member.place.dataOffset = dataOffset
        member.place.storedByteCount = storedByteCount
        member.place.sparseMap = pieces
        return member
    }

    private mutating func beginOld(_ block: RawSpan) throws(TarStreamFault) {
        guard member.format == .gnu else { throw .sparseHeader }
        guard let size = TarNumber.numeric(block, 483..<495) else { throw .sparseMap }
        member.size = size
        try addOldPieces(block, at: 386, count: 4)
        if block.byte(482) != 0 { format = .old(blockCount: 0) }
    }

    private mutating func addOldPieces(_ block: RawSpan, at start: Int, count: Int) throws(TarStreamFault) {
        for place in stride(from: start, to: start + 24 * count, by: 24) {
            guard block.byte(place) != 0 else { return }
            guard let offset = TarNumber.numeric(block, place..<place + 12),
                let byteCount = TarNumber.numeric(block, place + 12..<place + 24)
            else { throw .sparseMap }
            pieces.append(TarSparsePiece(offset: offset, byteCount: byteCount))
        }
    }

    /// Begins the map that pax records announce; false if their version is not known, and the file is read as it is stored.
    private mutating func beginPax() throws(TarStreamFault) -> Bool {
        let records = member.paxRecords
        let (major, minor) = (records["GNU.sparse.major"], records["GNU.sparse.minor"])
        let isVersion0 =
            major.elementsEqual("0".utf8) && (minor.elementsEqual("0".utf8) || minor.elementsEqual("1".utf8))
        let isVersion1 = major.elementsEqual("1".utf8) && minor.elementsEqual("0".utf8)
        // Early versions did not say which they are.
        let isUnnumbered = major.isEmpty && minor.isEmpty && !records["GNU.sparse.map"].isEmpty
        guard isVersion0 || isVersion1 || isUnnumbered else { return false }
        let name = records["GNU.sparse.name"]
        if !name.isEmpty { member.name = Array(name) }
        let realSize = records["GNU.sparse.size"]
        let size = realSize.isEmpty ? records["GNU.sparse.realsize"] : realSize
        if !size.isEmpty {
            guard let number = TarNumber.decimal(size) else { throw .sparseRecord }
            member.size = number
        }
        if isVersion1 {
            format = .decimal(DecimalMap())
        } else {
            try readMap(records)
        }
        return true
    }

    private mutating func readMap(_ records: PaxRecords) throws(TarStreamFault) {
        let map = records["GNU.sparse.map"]
        var numbers: [Int64] = []
        if !map.isEmpty {
            for text in map.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let number = TarNumber.decimal(text) else { throw .sparseMap }
                numbers.append(number)
            }
        }
        guard let count = TarNumber.decimal(records["GNU.sparse.numblocks"]), count >= 0,
            numbers.count.isMultiple(of: 2), numbers.count / 2 == count
        else { throw .sparseMap }
        pieces = stride(from: 0, to: numbers.count, by: 2).map {
            TarSparsePiece(offset: numbers[$0], byteCount: numbers[$0 + 1])
        }
    }
}

/// The map of version 1.0: decimal numbers, each with a line feed after it. The first one is the number of pieces.
private struct DecimalMap {
    private(set) var text: [UInt8] = []
    private var lineFeedCount = 0
    private var pieceCount: Int?
    /// Where the pieces begin in the text.
    private var start = 0

    /// Adds a block, and returns whether the map is complete.
    mutating func isComplete(with block: RawSpan) throws(TarStreamFault) -> Bool {
        block.withUnsafeBytes { bytes in
            text.append(contentsOf: bytes)
            for byte in bytes where byte == UInt8(ascii: "\n") { lineFeedCount += 1 }
        }
        if pieceCount == nil, let end = text.firstIndex(of: UInt8(ascii: "\n")) {
            // Twice this number must not overflow.
            guard let count = TarNumber.decimal(text[..<end]), count >= 0, count < 1 << 62 else { throw .sparseMap }
            pieceCount = Int(count)
            start = end + 1
            lineFeedCount -= 1
        }
        return pieceCount.map { lineFeedCount >= 2 * $0 } ?? false
    }

    func pieces() throws(TarStreamFault) -> [TarSparsePiece] {
        var pieces: [TarSparsePiece] = []
        pieces.reserveCapacity(pieceCount ?? 0)
        var rest = text[start...]
        for _ in 0..<(pieceCount ?? 0) {
            guard let offset = Self.number(&rest), let byteCount = Self.number(&rest) else { throw .sparseMap }
            pieces.append(TarSparsePiece(offset: offset, byteCount: byteCount))
        }
        return pieces
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return TarNumber.decimal(rest[..<end])
    }
}
