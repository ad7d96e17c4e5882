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

    init(_ place: borrowing TarMemberPlace, isWanted: Bool) {
        entryOffset = place.headerOffset
        self.isWanted = isWanted
        let stored = place.storedByteCount
        // The pieces do not overlap and end below 2^63.
        var listed = stored
        if let map = place.sparseMap { listed = map.reduce(0) { $0 + UInt64($1.byteCount) } }
        leftByteCount = min(stored, listed)
        fault = listed == stored ? nil : listed > stored ? .sparseDataMissing : .sparseDataLeft
    }
}
