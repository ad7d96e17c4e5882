// layerverify: extended headers of a tar stream that wait for their entry.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What extended headers say about the entry that follows them.
struct PendingHeaders {
    /// The offset of the first one; nil if there is none.
    private(set) var firstOffset: UInt64?
    /// The records of the last pax header; nil if there is none.
    private var records: PaxRecords?
    /// The offset of its header block.
    private(set) var recordsOffset: UInt64 = 0
    private var longName: [UInt8]?
    private var longLink: [UInt8]?
    private(set) var oddities: TarOddities = []
    /// The name of the last global header, as Go gives it: that in its record, or in its header.
    private(set) var globalName: [UInt8] = []
    /// What is unusual in the last global header.
    private(set) var globalOddities: TarOddities = []

    /// True if there is nothing to apply.
    var isEmpty: Bool { firstOffset == nil && oddities.isEmpty }

    /// Adds an extended header.
    ///
    /// - Parameters:
    ///   - data: its content, complete.
    ///   - offset: of its header block.
    ///
    /// Throws: `.paxRecord` or `.sparseRecord`.
    mutating func add(_ header: TarMember, _ data: [UInt8], at offset: UInt64) throws(TarStreamFault) {
        switch header.typeFlag {
        case UInt8(ascii: "g"):
            try addGlobal(header, data)
            return
        case UInt8(ascii: "x"):
            if records != nil { oddities.insert(.forgottenExtendedHeader) }
            records = try PaxRecords(parsing: data)
            recordsOffset = offset
        case UInt8(ascii: "L"):
            if longName != nil { oddities.insert(.forgottenExtendedHeader) }
            longName = Array(data.prefix { $0 != 0 })
        default:
            if longLink != nil { oddities.insert(.forgottenExtendedHeader) }
            longLink = Array(data.prefix { $0 != 0 })
        }
        if firstOffset == nil { firstOffset = offset }
    }

    /// Reads a global header. Runtimes get it as an entry, and ignore it; what was pending is forgotten.
    private mutating func addGlobal(_ header: TarMember, _ data: [UInt8]) throws(TarStreamFault) {
        let global = try PaxRecords(parsing: data)
        var oddities = oddities
        if firstOffset != nil { oddities.insert(.forgottenExtendedHeader) }
        let hasEffect = global.contains { !$0.key.elementsEqual("comment".utf8) }
        var own: TarOddities = hasEffect ? .globalHeaderBefore : .globalComment
        let path = global["path"]
        let name = path.isEmpty ? header.name[...] : path
        let inner = name.dropLast().drop { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }
        if inner.contains(UInt8(ascii: "/")) { own.insert(.globalHeaderInFolder) }
        self = PendingHeaders()
        self.oddities = oddities.union(own)
        globalOddities = own
        globalName = Array(name)
    }

    /// Gives an entry what the headers say. The names of GNU headers win over those of records.
    ///
    /// Throws: `.paxNumber`.
    func apply(to member: inout TarMember) throws(TarStreamFault) {
        member.oddities.formUnion(oddities)
        if let firstOffset { member.place.headerOffset = firstOffset }
        if let records {
            for record in records { try Self.apply(record, to: &member) }
            member.oddities.formUnion(records.oddities)
            if member.format == .ustar { member.format = .pax }
            member.paxRecords = records
        }
        if let longName {
            replace(&member.name, by: longName, record: records?["path"], &member.oddities)
            if longName.isEmpty { member.oddities.insert(.emptyLongName) }
        }
        if let longLink { replace(&member.linkName, by: longLink, record: records?["linkpath"], &member.oddities) }
    }

    private func replace(
        _ name: inout [UInt8], by longName: [UInt8], record: ArraySlice<UInt8>?, _ oddities: inout TarOddities
    ) {
        guard !longName.isEmpty else { return }
        if let record, !record.isEmpty, !record.elementsEqual(longName) { oddities.insert(.namesDiffer) }
        name = longName
    }

    private static func apply(_ record: PaxRecord, to member: inout TarMember) throws(TarStreamFault) {
        let value = record.value
        guard !value.isEmpty else {
            member.oddities.insert(.emptyPaxRecord)
            return
        }
        switch PaxKeyword(record.key) {
        case .path: member.name = Array(value)
        case .linkpath: member.linkName = Array(value)
        case .uname: member.owner.userName = Array(value)
        case .gname: member.owner.groupName = Array(value)
        case .uid: member.owner.userID = try number(value, .userID)
        case .gid: member.owner.groupID = try number(value, .groupID)
        case .size: member.size = try number(value, .size)
        case .mtime: member.modificationTime = try time(value, .modificationTime)
        case .atime: _ = try time(value, .accessTime)
        case .ctime: _ = try time(value, .changeTime)
        case nil: break
        }
    }

    private static func number(_ value: ArraySlice<UInt8>, _ field: TarNumericField) throws(TarStreamFault) -> Int64 {
        guard let number = TarNumber.decimal(value) else { throw .paxNumber(field) }
        return number
    }

    private static func time(_ value: ArraySlice<UInt8>, _ field: TarNumericField) throws(TarStreamFault) -> TarTime {
        guard let time = TarNumber.time(value) else { throw .paxNumber(field) }
        return time
    }
}
