// layerverify: the content of the current entry of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The content of an entry that goes by.
struct StreamContent {
    /// Of the first block of the entry, in bytes from the beginning of the stream.
    let entryOffset: UInt64
    let isWanted: Bool
    /// The number of bytes until the end of the content, or until the fault.
    var leftByteCount: UInt64
    /// What is found at the end of these bytes.
    let fault: TarStreamFault?

    init(_ member: TarMember, isWanted: Bool) {
        entryOffset = member.headerOffset
        self.isWanted = isWanted
        let stored = member.storedByteCount
        // The pieces do not overlap and end below 2^63.
        let listed = member.place.sparseMap.map { $0.reduce(0) { $0 + UInt64($1.byteCount) } } ?? stored
        leftByteCount = min(stored, listed)
        fault = listed == stored ? nil : listed > stored ? .sparseDataMissing : .sparseDataLeft
    }
}

extension TarMember {
    /// An entry whose header has no extended headers before it.
    init(_ header: StreamHeader, at headerOffset: UInt64) {
        name = header.name
        linkName = header.linkName
        typeFlag = header.typeFlag
        mode = header.mode
        size = header.size
        owner = header.owner
        modificationTime = TarTime(seconds: header.modificationSeconds)
        device = header.device
        paxRecords = PaxRecords()
        format = header.format
        place = TarMemberPlace(headerOffset: headerOffset, dataOffset: 0, storedByteCount: 0)
        oddities = header.oddities
    }
}
