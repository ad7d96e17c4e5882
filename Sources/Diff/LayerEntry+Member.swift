// layerverify: what is compared of an entry of a tar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

extension LayerEntry {
    /// The entry without its content and the hash of its header.
    init(_ member: TarMember) {
        let (path, prefixByteCount) = Self.path(of: member.name)
        self.init(path: Array(path), typeFlag: member.typeFlag)
        droppedPrefixByteCount = prefixByteCount
        droppedSuffixByteCount = member.name.count - prefixByteCount - path.count
        linkTarget = member.linkName
        mode = member.mode
        (userID, groupID) = (member.userID, member.groupID)
        byteCount = member.size
        (seconds, nanoseconds) = (member.modificationTime.seconds, member.modificationTime.nanoseconds)
        (deviceMajor, deviceMinor) = (member.deviceMajor, member.deviceMinor)
        (userName, groupName) = (member.userName, member.groupName)
        format = Self.number(of: member.format)
        takeRecords(member.paxRecords)
    }

    /// The path that a name means, and the number of bytes before it: `./` and `/`, any number of times.
    private static func path(of name: [UInt8]) -> (ArraySlice<UInt8>, prefixByteCount: Int) {
        let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
        var path = name[...]
        while let first = path.first {
            if first == slash {
                path.removeFirst()
            } else if first == dot, path.count == 1 || path[path.startIndex + 1] == slash {
                path.removeFirst(min(2, path.count))
            } else {
                break
            }
        }
        let prefixByteCount = path.startIndex
        while path.last == slash { path.removeLast() }
        return (path, prefixByteCount)
    }

    private mutating func takeRecords(_ records: PaxRecords) {
        guard !records.isEmpty else { return }
        var (times, others) = ([PaxRecord](), [PaxRecord]())
        for record in records {
            if let name = Self.attributeName(record.key) {
                attributes.append(EntryAttribute(name: name, valueHash: Self.hash(of: record.value)))
            } else if Self.timeKeys.contains(where: { $0.elementsEqual(record.key) }) {
                times.append(record)
            } else if !Self.appliedKeys.contains(where: { $0.elementsEqual(record.key) }) {
                others.append(record)
            }
        }
        attributes.sort { $0.name.lexicographicallyPrecedes($1.name) }
        otherTimesHash = Self.hash(of: times)
        otherRecordsHash = Self.hash(of: others)
    }

    /// The name of an extended attribute; nil for another record. Access control lists are `SCHILY.acl.access` and so on.
    private static func attributeName(_ key: ArraySlice<UInt8>) -> [UInt8]? {
        if key.starts(with: extendedAttributes) { return Array(key.dropFirst(extendedAttributes.count)) }
        let isAttribute = otherAttributes.contains { key.starts(with: $0) }
        return isAttribute ? Array(key) : nil
    }

    private static let extendedAttributes = Array("SCHILY.xattr.".utf8)
    private static let otherAttributes = ["SCHILY.acl.", "LIBARCHIVE.xattr.", "RHT.security."].map { Array($0.utf8) }
    private static let timeKeys = ["atime", "ctime", "LIBARCHIVE.creationtime"].map { Array($0.utf8) }
    /// The records that are in other members of the entry.
    private static let appliedKeys = ["path", "linkpath", "size", "uid", "gid", "uname", "gname", "mtime"].map {
        Array($0.utf8)
    }

    /// 0 without records. The order of records is a difference of the header's bytes only.
    private static func hash(of records: [PaxRecord]) -> UInt64 {
        records.reduce(0) { sum, record in
            var hasher = Hasher()
            hasher.combine(record)
            return sum &+ UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }

    private static func hash(of bytes: ArraySlice<UInt8>) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func number(of format: TarMemberFormat) -> UInt8 {
        switch format {
        case .v7: 0
        case .unknownMagic: 1
        case .ustar: 2
        case .pax: 3
        case .gnu: 4
        case .star: 5
        }
    }
}
