// layerverify: what must hold of a tar stream for any bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads the bytes as a stream, in one piece and in others, and a second time with correct checksums.
func fuzz(_ bytes: [UInt8]) {
    checkStream(bytes)
    let corrected = withChecksums(bytes)
    if corrected != bytes { checkStream(corrected) }
}

private func checkStream(_ bytes: [UInt8]) {
    let whole = StreamCheck.read(bytes) { bytes.count }
    // Sizes of pieces that depend on the input.
    var state = bytes.reduce(1) { ($0 &* 31) &+ UInt64($1) }
    let largest = [1, 3, 511, 513, 4000][Int(state % 5)]
    let split = StreamCheck.read(bytes) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return 1 + Int(state >> 33) % largest
    }
    require(whole.members == split.members, "other entries in pieces of up to \(largest) bytes")
    require(whole.ending == split.ending, "\(whole.ending) in one piece, \(split.ending) in pieces")
    require(whole.oddities == split.oddities, "other oddities in pieces")
    checkEnding(whole.ending, byteCount: UInt64(bytes.count))
}

private func checkEnding(_ ending: TarStreamEnding, byteCount: UInt64) {
    switch ending {
    case .empty: require(byteCount == 0, "empty")
    case .endOfArchive(let atByte, let trailing):
        require(atByte % 512 == 0 && atByte + 1024 <= byteCount, "an end outside of the stream")
        switch trailing {
        case .none: require(atByte + 1024 == byteCount, "something follows")
        case .zeros: require(atByte + 1024 < byteCount, "nothing follows")
        case .bytes(let place): require(place >= atByte + 1024 && place < byteCount, "bytes outside of the stream")
        case .entries(let place): require(place >= atByte + 1024 && place + 512 <= byteCount, "entries outside of it")
        }
    case .oneZeroBlock(let atByte): require(atByte + 512 == byteCount, "one block of zeros is elsewhere")
    case .noEndBlocks(let atByte): require(atByte == byteCount && atByte % 512 == 0, "a block is cut")
    case .noPadding(let atByte): require(atByte == byteCount && atByte % 512 > 0, "a block is not cut")
    case .cut(let atByte, _, let entryOffset): require(atByte == byteCount && entryOffset < atByte, "a cut elsewhere")
    case .invalid(let atByte, _, let isFirst):
        require(atByte % 512 == 0 && atByte + 512 <= byteCount && (!isFirst || atByte == 0), "a fault elsewhere")
    }
}

/// Reads a stream, and checks its entries and their content.
private final class StreamCheck: TarStreamVisitor {
    private let bytes: [UInt8]
    private(set) var members: [TarMember] = []
    private(set) var ending = TarStreamEnding.empty
    private(set) var oddities: TarOddities = []
    /// The next byte of content, and the number of bytes left.
    private var position: UInt64 = 0
    private var leftByteCount: UInt64 = 0

    static func read(_ bytes: [UInt8], _ pieceByteCount: () -> Int) -> StreamCheck {
        let check = StreamCheck(bytes)
        var reader = TarStreamReader()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + pieceByteCount())
            reader.take(bytes.span.bytes.extracting(start..<end), check)
            start = end
        }
        check.ending = reader.finish()
        check.oddities = reader.endingOddities
        return check
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    func visit(_ member: TarMember) -> Bool {
        require(member.headerOffset % 512 == 0 && member.dataOffset % 512 == 0, "an entry within a block")
        require(member.headerOffset < member.dataOffset && member.dataOffset <= UInt64(bytes.count), "an entry outside")
        let end = members.last.map { $0.dataOffset + $0.storedByteCount } ?? 0
        require(end <= member.headerOffset, "entries overlap")
        require(member.typeFlag != 0, "a type that is not known")
        require(member.paxRecords.count * 3 <= bytes.count, "records without a bound")
        require((member.place.sparseMap?.count ?? 0) * 4 <= bytes.count, "a map without a bound")
        members.append(member)
        (position, leftByteCount) = (member.dataOffset, member.storedByteCount)
        return member.mode & 1 == 0
    }

    func content(_ piece: RawSpan) {
        require(UInt64(piece.byteCount) <= leftByteCount, "too much content")
        piece.withUnsafeBytes { piece in
            require(piece.elementsEqual(bytes[Int(position)..<Int(position) + piece.count]), "other bytes than stored")
        }
        position += UInt64(piece.byteCount)
        leftByteCount -= UInt64(piece.byteCount)
    }

    func contentEnded() { require(leftByteCount == 0, "content that ends early") }
}
