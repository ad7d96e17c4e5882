// layerverify: header blocks of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A header block, read as Go's archive/tar reads it. `TarHeader` reads only what all readers agree on.
///
/// Spec: POSIX.1-2017 pax §ustar Interchange Format; GNU tar manual §Basic Tar Format.
struct StreamHeader {
    static let byteCount = 512

    let typeFlag: UInt8
    private(set) var name: [UInt8]
    let linkName: [UInt8]
    let mode: Int64
    let size: Int64
    private(set) var owner: TarOwner
    let modificationSeconds: Int64
    private(set) var device = TarDevice(major: 0, minor: 0)
    let format: TarMemberFormat
    private(set) var oddities: TarOddities = []

    /// Reads a block of 512 bytes.
    ///
    /// - Parameters:
    ///   - sum: the sum of all bytes of the block.
    ///   - previousOwner: of the header before. Most entries have the same owner, and share its names.
    ///
    /// Throws: `.checksum`, `.notANumber` or `.negativeSize`.
    init(_ block: RawSpan, sum: Int64, previousOwner: TarOwner) throws(TarStreamFault) {
        guard let isSigned = Self.hasSignedChecksum(block, sum: sum) else { throw .checksum }
        if isSigned { oddities.insert(.signedChecksum) }
        format = Self.format(block)
        if format == .unknownMagic { oddities.insert(.unknownMagic) }
        typeFlag = block.byte(156)
        name = block.text(0..<100)
        linkName = block.text(157..<257)
        var fields = Fields()
        mode = fields.number(block, 100..<108, .mode)
        let userID = fields.number(block, 108..<116, .userID)
        let groupID = fields.number(block, 116..<124, .groupID)
        size = fields.number(block, 124..<136, .size)
        modificationSeconds = fields.number(block, 136..<148, .modificationTime)
        if fields.hasBlankField { oddities.insert(.blankNumber) }
        owner = TarOwner(userID: userID, groupID: groupID, userName: [], groupName: [])
        if format != .v7, format != .unknownMagic {
            owner.userName = block.text(265..<297, ifNot: previousOwner.userName)
            owner.groupName = block.text(297..<329, ifNot: previousOwner.groupName)
            device.major = fields.number(block, 329..<337, .deviceMajor)
            device.minor = fields.number(block, 337..<345, .deviceMinor)
            addPrefix(block, &fields)
        }
        if let fault = fields.fault { throw .notANumber(fault) }
        // Before a pax header may replace it.
        if size < 0, !Self.isWithoutContent(typeFlag) { throw .negativeSize }
    }

    /// Whether entries of a type have no content, whatever their size is.
    static func isWithoutContent(_ typeFlag: UInt8) -> Bool { (0x31...0x36).contains(typeFlag) }

    /// The sum of all bytes of a block. It is 0 only for a block of zeros.
    static func sum(_ block: RawSpan) -> Int64 {
        precondition(block.byteCount == byteCount, "a header has 512 bytes")
        return block.withUnsafeBytes { bytes in
            // SAFETY: the span has 512 bytes. Without checks of bounds the loop is compiled to vector instructions.
            var sum: UInt32 = 0
            for place in 0..<byteCount { sum &+= UInt32(unsafe bytes.load(fromByteOffset: place, as: UInt8.self)) }
            return Int64(sum)
        }
    }

    /// Whether a block is a header, by its checksum.
    static func isHeader(_ block: RawSpan) -> Bool { hasSignedChecksum(block, sum: sum(block)) != nil }

    /// Whether the checksum sums signed bytes; nil if it is wrong in both ways. The checksum's own field counts as blanks.
    private static func hasSignedChecksum(_ block: RawSpan, sum: Int64) -> Bool? {
        let field = 148..<156
        guard let claimed = TarNumber.octal(block, field) else { return nil }
        let unsigned = sum - field.reduce(0) { $0 + Int64(block.byte($1)) } + 8 * 0x20
        if claimed == unsigned { return false }
        var signed: Int64 = 8 * 0x20
        for place in 0..<byteCount where !field.contains(place) { signed += Int64(Int8(bitPattern: block.byte(place))) }
        return claimed == signed ? true : nil
    }

    private static func format(_ block: RawSpan) -> TarMemberFormat {
        // The versions of ustar are not looked at.
        if block.has("ustar\u{0}", at: 257) { return block.has("tar\u{0}", at: 508) ? .star : .ustar }
        if block.has("ustar  \u{0}", at: 257) { return .gnu }
        return (257..<265).allSatisfy { block.byte($0) == 0 } ? .v7 : .unknownMagic
    }

    /// Adds the name's prefix, and reads the times that some formats have in its place.
    private mutating func addPrefix(_ block: RawSpan, _ fields: inout Fields) {
        var prefix: [UInt8] = []
        switch format {
        case .ustar: if block.byte(345) != 0 { prefix = block.text(345..<500) }
        case .star:
            prefix = block.text(345..<476)
            _ = fields.number(block, 476..<488, .accessTime)
            _ = fields.number(block, 488..<500, .changeTime)
        case .gnu:
            // Before Go 1.8, Go's writer put a prefix where these times are.
            let hasTimes = [345..<357, 357..<369].allSatisfy {
                block.byte($0.lowerBound) == 0 || TarNumber.numeric(block, $0) != nil
            }
            if !hasTimes {
                let text = block.text(345..<500)
                if text.allSatisfy({ $0 < 0x80 }) { prefix = text }
                if !prefix.isEmpty { oddities.insert(.prefixInGNUHeader) }
            }
        case .v7, .unknownMagic, .pax: break
        }
        if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
    }

    /// Reads the numbers of a header, and keeps which one is malformed.
    private struct Fields {
        var fault: TarNumericField?
        var hasBlankField = false

        mutating func number(_ block: RawSpan, _ range: Range<Int>, _ field: TarNumericField) -> Int64 {
            guard let number = TarNumber.numeric(block, range) else {
                if fault == nil { fault = field }
                return 0
            }
            if number == 0, range.upperBound <= 148, TarNumber.isBlankField(block, range) { hasBlankField = true }
            return number
        }
    }
}

extension RawSpan {
    /// The bytes of a field up to a NUL.
    func text(_ field: Range<Int>) -> [UInt8] {
        let field = extracting(field)
        var count = 0
        while count < field.byteCount, field.byte(count) != 0 { count += 1 }
        return count == 0 ? [] : field.extracting(first: count).withUnsafeBytes { Array($0) }
    }

    /// As `text`, without a copy if it is the same as another one.
    func text(_ field: Range<Int>, ifNot other: [UInt8]) -> [UInt8] {
        guard other.count <= field.count else { return text(field) }
        for place in other.indices where byte(field.lowerBound + place) != other[place] { return text(field) }
        let isSame = other.count == field.count || byte(field.lowerBound + other.count) == 0
        return isSame ? other : text(field)
    }

    /// Whether the bytes at an offset are those of a text.
    func has(_ text: StaticString, at offset: Int) -> Bool {
        text.withUTF8Buffer { text in text.indices.allSatisfy { byte(offset + $0) == text[$0] } }
    }
}
