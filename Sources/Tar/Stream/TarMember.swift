// layerverify: one entry of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// An entry of a tar stream, with its extended headers applied as Go's archive/tar applies them.
///
/// Names and values are bytes: nothing says that they are UTF-8.
package struct TarMember: Hashable, Sendable {
    /// With the prefix; or from a pax record or a GNU header.
    package var name: [UInt8]
    /// The target of a link, in the same way.
    package var linkName: [UInt8]
    /// As in the header, except NUL, which is `0`, or `5` if the name ends in a slash.
    package var typeFlag: UInt8
    /// All bits of the field, which may be negative.
    package var mode: Int64
    /// In bytes; of a sparse file, with its holes. Entries of the types 1 to 6 have no content, whatever it says.
    package var size: Int64
    package var owner: TarOwner
    package var modificationTime: TarTime
    package var device: TarDevice
    /// The records of the entry's own pax header.
    package var paxRecords: PaxRecords
    package var format: TarMemberFormat
    package var place: TarMemberPlace
    package var oddities: TarOddities

    /// An entry without values.
    static let empty = TarMember(
        name: [], linkName: [], typeFlag: 0, mode: 0, size: 0, owner: TarOwner(userID: 0, groupID: 0),
        modificationTime: TarTime(seconds: 0), device: TarDevice(major: 0, minor: 0), paxRecords: PaxRecords(),
        format: .v7,
        place: TarMemberPlace(headerOffset: 0, dataOffset: 0, storedByteCount: 0), oddities: [])

    /// An entry that is in no archive.
    package static func outsideOfArchive(
        name: [UInt8], linkName: [UInt8], typeFlag: UInt8, mode: Int64, size: Int64, owner: TarOwner, time: TarTime,
        device: TarDevice, records: PaxRecords
    ) -> TarMember {
        var member = empty
        (member.name, member.linkName, member.typeFlag) = (name, linkName, typeFlag)
        (member.mode, member.size, member.owner, member.modificationTime) = (mode, size, owner, time)
        (member.device, member.paxRecords) = (device, records)
        return member
    }

    package var userID: Int64 { owner.userID }
    package var groupID: Int64 { owner.groupID }
    package var userName: [UInt8] { owner.userName }
    package var groupName: [UInt8] { owner.groupName }
    package var deviceMajor: Int64 { device.major }
    package var deviceMinor: Int64 { device.minor }
    package var storedByteCount: UInt64 { place.storedByteCount }
    package var headerOffset: UInt64 { place.headerOffset }
    package var dataOffset: UInt64 { place.dataOffset }
    package var isSparse: Bool { place.sparseMap != nil }
}

/// The owner of an entry. Runtimes use the numbers.
package struct TarOwner: Hashable, Sendable {
    package var userID: Int64
    package var groupID: Int64
    package var userName: [UInt8]
    package var groupName: [UInt8]

    package init(userID: Int64, groupID: Int64, userName: [UInt8] = [], groupName: [UInt8] = []) {
        self.userID = userID
        self.groupID = groupID
        self.userName = userName
        self.groupName = groupName
    }
}

/// The numbers of a device. Every header has these fields; only those of devices mean something.
package struct TarDevice: Hashable, Sendable {
    package var major: Int64
    package var minor: Int64

    package init(major: Int64, minor: Int64) {
        self.major = major
        self.minor = minor
    }
}

/// A time since 1970.
///
/// Units: `nanoseconds` are 0 to 999 999 999, and count up from `seconds`, also before 1970.
package struct TarTime: Hashable, Sendable {
    package var seconds: Int64
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

/// Where an entry is in its archive.
///
/// Units: offsets are bytes from the beginning of the archive.
package struct TarMemberPlace: Hashable, Sendable {
    /// Of the first block that belongs to the entry: its first extended header, if it has one.
    package var headerOffset: UInt64
    /// Of the first byte of its content. The map of a sparse file is before it.
    package var dataOffset: UInt64
    /// The number of bytes of content in the archive, without padding and without the map of a sparse file.
    package var storedByteCount: UInt64
    /// The pieces of a sparse file that are stored, in order; nil for any other file.
    package var sparseMap: [TarSparsePiece]?
}

/// A part of a sparse file that is stored. All else is zeros.
package struct TarSparsePiece: Hashable, Sendable {
    /// In bytes from the beginning of the file.
    package var offset: Int64
    package var byteCount: Int64

    package init(offset: Int64, byteCount: Int64) {
        self.offset = offset
        self.byteCount = byteCount
    }
}

/// The format of an entry's header, by its magic.
package enum TarMemberFormat: Hashable, Sendable {
    /// Without magic.
    case v7
    /// With a magic that is not known; it is read as v7.
    case unknownMagic
    case ustar
    /// A ustar header after a pax header.
    case pax
    case gnu
    case star
}
