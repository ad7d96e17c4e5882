// layerverify: the rules about owners, times and extended attributes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

extension LayerRules {
    /// What is wrong with the owner, the time and the extended attributes of an entry.
    mutating func noteAttributes(_ member: TarMember) {
        if !Self.owners.contains(member.userID) || !Self.owners.contains(member.groupID) {
            add(.ownerOutOfRange, member, other: Array("\(member.userID):\(member.groupID)".utf8))
        }
        if !Self.seconds.contains(member.modificationTime.seconds) {
            add(.timeOutOfRange, member, other: Array("\(member.modificationTime.seconds)".utf8))
        }
        guard !member.paxRecords.isEmpty else { return }
        for attribute in Self.attributes(of: member) {
            guard let kind = attribute.fault(on: member.typeFlag) else { continue }
            add(kind, member, other: Array(attribute.name))
        }
    }

    /// What the entry of the root sets and not every runtime takes.
    mutating func noteRootAttributes(_ member: TarMember) {
        // The root of Fedora has mode 0555, which is the same to its owner.
        if !member.hasDefaultAttributes, !member.hasOwnerRoot(mode: 0o555) {
            let text = "mode 0\(String(member.mode & 0o7777, radix: 8)), owner \(member.userID):\(member.groupID)"
            add(.rootAttributes, member, other: Array(text.utf8))
        }
        // Those with a fault have it reported.
        for attribute in Self.attributes(of: member) where attribute.fault(on: member.typeFlag) == nil {
            add(.rootAttributes, member, other: Array(attribute.name))
        }
    }

    private static func attributes(of member: TarMember) -> some Sequence<ExtendedAttribute> {
        member.paxRecords.lazy.filter { $0.key.starts(with: attributePrefix) }.map {
            ExtendedAttribute(name: $0.key.dropFirst(attributePrefix.count), value: $0.value)
        }
    }

    /// 2^32 - 1 means to chown(2) that the owner stays as it is.
    private static let owners: Range<Int64> = 0..<(1 << 32 - 1)
    /// Docker, containerd and containers/storage set all other times to 1970: those that do not fit into 63 bits of nanoseconds.
    private static let seconds: ClosedRange<Int64> = 0...9_223_372_036
    private static let attributePrefix = Array("SCHILY.xattr.".utf8)
}
