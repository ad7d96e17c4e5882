// layerverify: how a tar stream ends.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How a tar stream ends, by the rules of Go's archive/tar. It refuses `cut` and `invalid`, and takes all others.
///
/// Units: offsets are bytes from the beginning of the stream.
package enum TarStreamEnding: Hashable, Sendable {
    /// The stream has 0 bytes.
    case empty
    /// At two blocks of zeros. `atByte` is the offset of the first one.
    case endOfArchive(atByte: UInt64, TrailingContent)
    /// At one block of zeros at the very end of the stream.
    case oneZeroBlock(atByte: UInt64)
    /// At the end of the stream, after the padding of the last entry.
    case noEndBlocks(atByte: UInt64)
    /// At the end of the stream, after the last content. Its padding is missing, or a part of it.
    case noPadding(atByte: UInt64)
    /// The stream ends within a part. `entryOffset` is the offset of the first block of the entry.
    case cut(atByte: UInt64, TarStreamPart, entryOffset: UInt64)
    /// At something that is not valid. `atByte` is the offset of the header block that is at fault, `isFirst` says that no
    /// header came before it.
    case invalid(atByte: UInt64, TarStreamFault, isFirst: Bool)

    /// Whether Go's archive/tar reads the whole stream without an error.
    package var isAccepted: Bool {
        switch self {
        case .empty, .endOfArchive, .oneZeroBlock, .noEndBlocks, .noPadding: true
        case .cut, .invalid: false
        }
    }
}

/// What follows the two blocks of zeros that end an archive. No runtime reads it.
package enum TrailingContent: Hashable, Sendable {
    /// The stream ends there.
    case none
    /// Zeros only; most writers fill up to 10 KiB.
    case zeros
    /// Other bytes; the offset is that of the first one.
    case bytes(atByte: UInt64)
    /// Maybe zeros, and a block that is a valid header.
    case entries(atByte: UInt64)
}

/// A part of a tar stream that its end may cut.
package enum TarStreamPart: Hashable, Sendable {
    case header
    case content
    /// The data of an extended header.
    case extendedHeader
    /// The map of a sparse file.
    case sparseMap
    /// The block after a block of zeros.
    case endBlock
}
