// layerverify: the rules about one header of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

extension LayerRules {
    /// What is unusual in a header, whatever its entry is.
    mutating func noteHeader(_ member: TarMember) {
        if member.isSparse { add(.sparseFile, member) }
        guard !member.oddities.isEmpty else { return }
        for (oddity, kind) in Self.oddities where member.oddities.contains(oddity) {
            add(kind, member, other: kind == .sizeWithoutData ? Array("\(member.size)".utf8) : [])
        }
    }

    private static let oddities: [(TarOddities, LayerFault.Kind)] = [
        (.unknownMagic, .unknownMagic), (.blankNumber, .blankNumber), (.sizeWithoutData, .sizeWithoutData),
        (.namesDiffer, .namesDiffer), (.forgottenExtendedHeader, .extendedHeaderIgnored),
        (.repeatedPaxRecord, .paxRecordTwice),
    ]

    /// What is unusual in a name. Backslashes are not: systemd's units have them.
    mutating func noteName(_ member: TarMember) {
        let traits = name.traits
        guard !traits.isEmpty else { return }
        if traits.contains(.parentComponent), !traits.contains(.leavesRoot) { add(.parentComponent, member) }
        if traits.contains(.heldBack), member.hasContent {
            add(.notFoundAgain, member, other: Array("leads above the root".utf8))
        }
        if traits.contains(.controls) { add(.nameHasControls, member) }
        if traits.contains(.endsInSlash), member.typeFlag != .directory { add(.nameEndsInSlash, member) }
        if traits.contains(.highBytes), String(validating: member.name, as: UTF8.self) == nil {
            add(.nameNotUTF8, member)
        }
    }

    /// Whether Linux takes a name. If not, that is a fault.
    mutating func isShortEnough(_ member: TarMember, _ whiteout: Whiteout?) -> Bool {
        var isTooLong = name.hasLongDirectory
        // The name of a whiteout is not made, only what it names.
        if case .path(let range) = whiteout {
            isTooLong = isTooLong || range.count > 255
        } else {
            isTooLong = isTooLong || name.component(name.count - 1).count > 255
        }
        if isTooLong {
            add(.nameTooLong, member)
            return false
        }
        return isShortEnough(member, byteCount: name.byteCount)
    }

    /// Whether Linux takes a path of this length in bytes. If not, that is a fault.
    mutating func isShortEnough(_ member: TarMember, byteCount: Int) -> Bool {
        guard byteCount <= Self.maximumPathByteCount else {
            add(.nameTooLong, member)
            return false
        }
        if byteCount > Self.maximumPathByteCount - Self.dataRootByteCount { add(.nameNearLimit, member) }
        return true
    }

    /// PATH_MAX counts the NUL, and the slash of the root is before the name.
    private static let maximumPathByteCount = 4094
    /// What the folder of a layer may take of a path, for instance /var/lib/docker/overlay2/ and 64 digits.
    private static let dataRootByteCount = 254

    /// What is wrong with the type of an entry, or with its link or device.
    mutating func noteType(_ member: TarMember) {
        switch member.typeFlag {
        case .file, .hardLink, .directory, .fifo: break
        case .symbolicLink:
            if member.linkName.isEmpty || member.linkName.count > 4095 {
                add(.linkTargetRefused, member, other: member.linkName)
            } else if member.linkName.count > 1023 {
                add(.linkTargetLong, member, other: member.linkName)
            }
        case .characterDevice, .blockDevice:
            if member.isDeviceCut {
                add(
                    .deviceNumberCut, member,
                    other: Array("\(member.deviceMajor):\(member.deviceMinor)".utf8))
            }
            if member.isOverlayDevice { add(.overlayDevice, member) }
        default: add(.typeUnsupported, member, other: [member.typeFlag])
        }
    }
}

extension TarMember {
    /// Whether Docker's graph drivers look for its file when they save the image.
    var hasContent: Bool { typeFlag == .file && size > 0 }

    /// Whether runtimes make a device of other numbers: they keep 12 bits of the major one, and 20 of the minor one.
    var isDeviceCut: Bool { device.major & 0xfff != device.major || device.minor & 0xf_ffff != device.minor }

    /// Whether it is a character device 0/0 when it is unpacked.
    var isOverlayDevice: Bool {
        typeFlag == .characterDevice && device.major & 0xfff == 0 && device.minor & 0xf_ffff == 0
    }
}
