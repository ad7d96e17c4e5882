// layerverify: what makes a tar stream invalid.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Why Go's archive/tar refuses to read further.
package enum TarStreamFault: Error, Hashable {
    /// The checksum does not match: the block is not a header, or damaged.
    case checksum
    /// A field of the header is not a number.
    case notANumber(TarNumericField)
    /// The size of an entry with content is less than 0.
    case negativeSize
    /// A block of zeros is followed by another block that is not.
    case loneZeroBlock
    /// An extended header or a long name has more than 1 MiB.
    case extendedHeaderTooLong
    /// A pax header has a record of a wrong form.
    case paxRecord
    /// A pax record has a value that is not a number.
    case paxNumber(TarNumericField)
    /// A pax record of GNU's sparse files has a wrong value or place.
    case sparseRecord
    /// Type `S` without GNU's magic.
    case sparseHeader
    /// The map of a sparse file is malformed, goes backwards or exceeds the file, or the entry is of a type without content.
    case sparseMap
    /// The map of a sparse file exceeds the content that it is a part of.
    case sparseMapCut
    /// The map of a sparse file has more than 1 MiB.
    case sparseMapTooLong
    /// The map of a sparse file lists more bytes than are stored.
    case sparseDataMissing
    /// The map of a sparse file lists fewer bytes than are stored.
    case sparseDataLeft
}

/// A number in a header. Go's reader refuses the archive if one of them is malformed, whether the entry uses it or not.
package enum TarNumericField: String, Hashable, Sendable, CaseIterable {
    case mode
    case userID
    case groupID
    case size
    case modificationTime
    case accessTime
    case changeTime
    case deviceMajor
    case deviceMinor
}
