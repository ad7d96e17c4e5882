// layerverify: header blocks of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Header blocks as Go's archive/tar reads them. `TarHeader` reads only what all readers agree on.
///
/// Spec: POSIX.1-2017 pax §ustar Interchange Format; GNU tar manual §Basic Tar Format.
enum StreamHeader {
    static let byteCount = 512

    /// Reads a block of 512 bytes.
    ///
    /// - Parameters:
    ///   - sum: the sum of all bytes of the block.
    ///   - offset: of the block.
    ///   - names: those of the last owner, and then of this one. Most entries have the same owner, and share them.
    ///   - member: is the last entry that was read with `names`. It is replaced by this one, without what extended headers say, and
    ///     without the place of its content.
    ///
    /// Throws: `.checksum`, `.notANumber` or `.negativeSize`.
    static func read(
        _ block: RawSpan, sum: Int64, at offset: UInt64, names: inout StreamOwnerNames, into member: inout TarMember
    ) throws(TarStreamFault) {
        guard let isSigned = hasSignedChecksum(block, sum: sum) else { throw .checksum }
        var fields = Fields()
        block.copyText(0..<100, to: &member.name)
        block.copyText(157..<257, to: &member.linkName)
        member.typeFlag = block.byte(156)
        member.mode = fields.number(block, 100..<108, .mode)
        member.size = fields.number(block, 124..<136, .size)
        member.owner.userID = fields.number(block, 108..<116, .userID)
        member.owner.groupID = fields.number(block, 116..<124, .groupID)
        member.modificationTime = TarTime(seconds: fields.number(block, 136..<148, .modificationTime))
        member.device = TarDevice(major: 0, minor: 0)
        if !member.paxRecords.isEmpty || !member.paxRecords.oddities.isEmpty { member.paxRecords = PaxRecords() }
        member.format = format(block)
        member.place = TarMemberPlace(headerOffset: offset, dataOffset: 0, storedByteCount: 0)
        member.oddities = fields.oddities
        if isSigned { member.oddities.insert(.signedChecksum) }
        switch member.format {
        case .v7, .unknownMagic:
            if member.format == .unknownMagic { member.oddities.insert(.unknownMagic) }
            names.isInMember = false
            (member.owner.userName, member.owner.groupName) = ([], [])
        case .ustar, .gnu, .star, .pax:
            names.read(block, into: &member.owner)
            member.device.major = fields.number(block, 329..<337, .deviceMajor)
            member.device.minor = fields.number(block, 337..<345, .deviceMinor)
            addPrefix(block, &member, &fields)
        }
        if let fault = fields.fault { throw .notANumber(fault) }
        // Before a pax header may replace it.
        if member.size < 0, !isWithoutContent(member.typeFlag) { throw .negativeSize }
    }

    /// Whether entries of a type have no content, whatever their size is.
    static func isWithoutContent(_ typeFlag: UInt8) -> Bool { (0x31...0x36).contains(typeFlag) }

    /// The sum of all bytes of a block. It is 0 only for a block of zeros.
    static func sum(_ block: RawSpan) -> Int64 {
        precondition(block.byteCount == byteCount, "a header has 512 bytes")
        return block.sum
    }

    /// Whether a block is a header, by its checksum.
    static func isHeader(_ block: RawSpan) -> Bool { hasSignedChecksum(block, sum: sum(block)) != nil }

    /// Whether the checksum sums signed bytes; nil if it is wrong in both ways. The checksum's own field counts as blanks.
    private static func hasSignedChecksum(_ block: RawSpan, sum: Int64) -> Bool? {
        let field = 148..<156
        guard let claimed = TarNumber.octal(block, field) else { return nil }
        var unsigned = sum + 8 * 0x20
        for place in field { unsigned -= Int64(block.byte(place)) }
        if claimed == unsigned { return false }
        var signed: Int64 = 8 * 0x20
        for place in 0..<byteCount where !field.contains(place) { signed += Int64(Int8(bitPattern: block.byte(place))) }
        return claimed == signed ? true : nil
    }

    private static func format(_ block: RawSpan) -> TarMemberFormat {
        let magic = block.bigEndianWord(257)
        // The version of ustar is not looked at.
        if magic >> 16 == 0x7573_7461_7200 {
            return block.bigEndianWord(504) & 0xffff_ffff == 0x7461_7200 ? .star : .ustar
        }
        // `ustar`, two blanks and NUL.
        if magic == 0x7573_7461_7220_2000 { return .gnu }
        return magic == 0 ? .v7 : .unknownMagic
    }

    /// Adds the name's prefix, and reads the times that some formats have in its place.
    private static func addPrefix(_ block: RawSpan, _ member: inout TarMember, _ fields: inout Fields) {
        var prefix: [UInt8] = []
        switch member.format {
        case .ustar: prefix = block.text(345..<500)
        case .star:
            prefix = block.text(345..<476)
            _ = fields.number(block, 476..<488, .accessTime)
            _ = fields.number(block, 488..<500, .changeTime)
        case .gnu:
            // Before Go 1.8, Go's writer put a prefix where these times are.
            let hasTimes = isTimeOrNone(block, 345..<357) && isTimeOrNone(block, 357..<369)
            if !hasTimes {
                let text = block.text(345..<500)
                if text.allSatisfy({ $0 < 0x80 }) { prefix = text }
                if !prefix.isEmpty { member.oddities.insert(.prefixInGNUHeader) }
            }
        case .v7, .unknownMagic, .pax: break
        }
        if !prefix.isEmpty { member.name = prefix + [UInt8(ascii: "/")] + member.name }
    }

    private static func isTimeOrNone(_ block: RawSpan, _ field: Range<Int>) -> Bool {
        block.byte(field.lowerBound) == 0 || TarNumber.numeric(block, field) != nil
    }

    /// Reads the numbers of a header, and keeps which one is malformed.
    private struct Fields {
        var fault: TarNumericField?
        var oddities: TarOddities = []

        @inline(__always) mutating func number(_ block: RawSpan, _ range: Range<Int>, _ field: TarNumericField) -> Int64
        {
            if let number = TarNumber.usual(block, range) { return number }
            guard let number = TarNumber.numeric(block, range) else {
                if fault == nil { fault = field }
                return 0
            }
            if number == 0, range.upperBound <= 148, TarNumber.isBlankField(block, range) {
                oddities.insert(.blankNumber)
            }
            return number
        }
    }
}

/// The names of the owner of an entry.
struct StreamOwnerNames {
    private var userName: [UInt8] = []
    private var groupName: [UInt8] = []
    /// The fields that they were read from.
    private var fields: [UInt8] = []
    /// Whether the last entry that was read has these names.
    var isInMember = false

    private static let range = 265..<329

    /// Gives an owner the names in a header. `owner` is that of the last entry.
    mutating func read(_ block: RawSpan, into owner: inout TarOwner) {
        let bytes = block.extracting(Self.range)
        let isSame = !fields.isEmpty && bytes.isEqual(to: fields.span.bytes)
        if isSame, isInMember { return }
        if !isSame {
            fields.removeAll(keepingCapacity: true)
            fields.append(bytes)
            userName = block.text(265..<297)
            groupName = block.text(297..<329)
        }
        owner.userName = userName
        owner.groupName = groupName
        isInMember = true
    }
}
