// layerverify: comparing an entry of a table of contents with one of the tar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar

/// A property in which an entry of a TOC differs from the one of the tar.
struct TOCDifference: Equatable {
    var property: String
    var inTOC: String
    var inTar: String
}

extension TOCEntry {
    /// The properties in which a TOC differs from the tar. Names and content are not compared.
    ///
    /// Only what a runtime applies counts: not the names of owners, and of the mode the permissions. Writers of eStargz round
    /// times to seconds.
    func differences(from member: TarMember) -> [TOCDifference] {
        var result: [TOCDifference] = []
        func compare<Value: Equatable>(_ property: String, _ inTOC: Value, _ inTar: Value) {
            guard inTOC != inTar else { return }
            result.append(TOCDifference(property: property, inTOC: "\(inTOC)", inTar: "\(inTar)"))
        }
        let tarKind = Kind(typeFlag: member.typeFlag)
        compare("type", kind.rawValue, tarKind?.rawValue ?? String(UnicodeScalar(member.typeFlag)))
        guard kind == tarKind else { return result }
        compare("mode", Self.octal(mode), Self.octal(member.mode))
        compare("uid", owner.user, member.userID)
        compare("gid", owner.group, member.groupID)
        if let modificationTime, !modificationTime.matches(member.modificationTime) {
            compare("modtime", "\(modificationTime.seconds) s after 1970", "\(member.modificationTime.seconds) s")
        }
        switch kind {
        case .file: compare("size", size, member.size)
        case .characterDevice, .blockDevice:
            compare("devMajor", device.major, member.deviceMajor)
            compare("devMinor", device.minor, member.deviceMinor)
        case .symbolicLink: compareTexts("linkName", linkName, TOCName.written(member.linkName), &result)
        case .hardLink:
            let (one, other) = (TOCName.cleaned(linkName), TOCName.cleaned(TOCName.written(member.linkName)))
            compareTexts("linkName", one, other, &result)
        case .directory, .fifo, .chunk: break
        }
        compareAttributes(member, &result)
        return result
    }

    private func compareTexts(
        _ property: String, _ inTOC: [UInt8], _ inTar: [UInt8], _ result: inout [TOCDifference]
    ) {
        guard inTOC != inTar else { return }
        result.append(
            TOCDifference(
                property: property, inTOC: String(decoding: inTOC, as: UTF8.self),
                inTar: String(decoding: inTar, as: UTF8.self)))
    }

    private func compareAttributes(_ member: TarMember, _ result: inout [TOCDifference]) {
        let prefix = Array("SCHILY.xattr.".utf8)
        var inTar: [[UInt8]: [UInt8]] = [:]
        for record in member.paxRecords where record.key.starts(with: prefix) {
            inTar[TOCName.written(Array(record.key.dropFirst(prefix.count)))] = Array(record.value)
        }
        for (name, value) in attributes {
            let other = inTar.removeValue(forKey: name)
            guard other != value else { continue }
            let property = "xattrs " + String(decoding: name, as: UTF8.self)
            let text = other.map { "\($0.count) bytes" } ?? "missing"
            result.append(TOCDifference(property: property, inTOC: "\(value.count) bytes", inTar: text))
        }
        if let missing = inTar.min(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let property = "xattrs " + String(decoding: missing.key, as: UTF8.self)
            result.append(TOCDifference(property: property, inTOC: "missing", inTar: "\(missing.value.count) bytes"))
        }
    }

    private static func octal(_ mode: Int64) -> String { "0" + String(mode & 0o7777, radix: 8) }
}

extension TOCEntry.Kind {
    /// The kind of an entry of a tar; nil for types that no TOC has.
    init?(typeFlag: UInt8) {
        switch typeFlag {
        case UInt8(ascii: "0"): self = .file
        case UInt8(ascii: "1"): self = .hardLink
        case UInt8(ascii: "2"): self = .symbolicLink
        case UInt8(ascii: "3"): self = .characterDevice
        case UInt8(ascii: "4"): self = .blockDevice
        case UInt8(ascii: "5"): self = .directory
        case UInt8(ascii: "6"): self = .fifo
        default: return nil
        }
    }
}
