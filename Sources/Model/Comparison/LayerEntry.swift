// layerverify: an entry of a layer, as two images are compared.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What is compared of one entry of the tar of a layer.
///
/// Hashes are comparable only within the process that computed them, except for `content`.
package struct LayerEntry: Hashable, Sendable {
    /// The name without `./` and `/` at its beginning and `/` at its end; empty for the root. Any bytes.
    package var path: [UInt8]
    /// The number of bytes that `path` lacks at the beginning and at the end of the name as it is written.
    package var droppedPrefixByteCount = 0
    package var droppedSuffixByteCount = 0
    /// The typeflag. Spec: POSIX.1-2017 pax §ustar Interchange Format.
    package var typeFlag: UInt8
    /// The target of a symbolic or a hard link.
    package var linkTarget: [UInt8] = []
    package var mode: Int64 = 0
    package var userID: Int64 = 0
    package var groupID: Int64 = 0
    /// The size of the content in bytes.
    package var byteCount: Int64 = 0
    /// The time of the last change, in seconds since 1970 and nanoseconds.
    package var seconds: Int64 = 0
    package var nanoseconds: Int32 = 0
    package var deviceMajor: Int64 = 0
    package var deviceMinor: Int64 = 0
    /// The first 16 bytes of the SHA-256 of the stored content; empty if there is none.
    package var content: [UInt8] = []
    /// Extended attributes and access control lists, sorted by name.
    package var attributes: [EntryAttribute] = []
    package var userName: [UInt8] = []
    package var groupName: [UInt8] = []
    /// A number for the form of the header: v7, ustar, GNU, pax and so on.
    package var format: UInt8 = 0
    /// The hash of further times in pax records; 0 without them.
    package var otherTimesHash: UInt64 = 0
    /// The hash of further pax records; 0 without them.
    package var otherRecordsHash: UInt64 = 0
    /// The hash of the header blocks as they are stored, extended headers included, and of the padding before them.
    package var headerHash: UInt64 = 0

    package init(path: [UInt8], typeFlag: UInt8) {
        self.path = path
        self.typeFlag = typeFlag
    }
}

/// An extended attribute of an entry.
package struct EntryAttribute: Hashable, Sendable {
    package var name: [UInt8]
    package var valueHash: UInt64

    package init(name: [UInt8], valueHash: UInt64) {
        self.name = name
        self.valueHash = valueHash
    }
}

extension LayerEntry: Packable {
    package func pack(into writer: inout PackedWriter) {
        // The path is first, because it is read alone when entries are paired.
        writer.octets(path)
        writer.byte(typeFlag)
        writer.count(droppedPrefixByteCount)
        writer.count(droppedSuffixByteCount)
        writer.octets(linkTarget)
        for number in [mode, userID, groupID, byteCount, seconds, Int64(nanoseconds), deviceMajor, deviceMinor] {
            writer.signed(number)
        }
        writer.octets(content)
        writer.list(attributes) { writer, attribute in
            writer.octets(attribute.name)
            writer.number(attribute.valueHash)
        }
        writer.octets(userName)
        writer.octets(groupName)
        writer.byte(format)
        writer.number(otherTimesHash)
        writer.number(otherRecordsHash)
        writer.number(headerHash)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(path: reader.octets(), typeFlag: reader.byte())
        droppedPrefixByteCount = reader.count()
        droppedSuffixByteCount = reader.count()
        linkTarget = reader.octets()
        mode = reader.signed()
        userID = reader.signed()
        groupID = reader.signed()
        byteCount = reader.signed()
        seconds = reader.signed()
        nanoseconds = Int32(truncatingIfNeeded: reader.signed())
        deviceMajor = reader.signed()
        deviceMinor = reader.signed()
        content = reader.octets()
        attributes = reader.list { EntryAttribute(name: $0.octets(), valueHash: $0.number()) }
        userName = reader.octets()
        groupName = reader.octets()
        format = reader.byte()
        otherTimesHash = reader.number()
        otherRecordsHash = reader.number()
        headerHash = reader.number()
    }
}

extension PackedWriter {
    /// Writes a number so that small ones of both signs are short.
    mutating func signed(_ value: Int64) {
        number(UInt64(bitPattern: value << 1 ^ value >> 63))
    }
}

extension PackedReader {
    mutating func signed() -> Int64 {
        let value = number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
