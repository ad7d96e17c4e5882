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
        for record in member.paxRecords where record.key.starts(with: Self.attributePrefix) {
            let attribute = ExtendedAttribute(
                name: record.key.dropFirst(Self.attributePrefix.count), value: record.value)
            guard let kind = attribute.fault(on: member.typeFlag) else { continue }
            add(kind, member, other: Array(attribute.name))
        }
    }

    /// 2^32 - 1 means to chown(2) that the owner stays as it is.
    private static let owners: Range<Int64> = 0..<(1 << 32 - 1)
    /// Docker, containerd and containers/storage set all other times to 1970: those that do not fit into 63 bits of nanoseconds.
    private static let seconds: ClosedRange<Int64> = 0...9_223_372_036
    private static let attributePrefix = Array("SCHILY.xattr.".utf8)
}
