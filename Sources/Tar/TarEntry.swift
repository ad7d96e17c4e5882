// layerverify: entries of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One entry of a tar archive: its name, and where its content is.
package struct TarEntry: Hashable, Sendable {
    /// The kind of an entry.
    package enum Kind: Hashable, Sendable {
        case file
        /// Another name for an entry; the target is a name from the top of the archive, as written there.
        case hardLink(target: String)
        /// The target is a path from the entry's folder, as written there.
        case symbolicLink(target: String)
        case directory
        case fifo
        case characterDevice
        case blockDevice
        /// A sparse file in one of GNU tar's formats: its bytes are not contiguous in the archive.
        case sparse
        /// A type flag that is not known here.
        case other(typeFlag: UInt8)
    }

    /// Without `/` at either end, `.` and empty components, and with `..` resolved; empty for the top itself. If the
    /// name climbs out of the archive, it is the name as written.
    package var name: String
    package var kind: Kind
    /// In bytes from the beginning of the archive.
    package var dataOffset: UInt64
    /// The size in the header; the archive may end earlier.
    package var byteCount: UInt64
    /// True for a name with more `..` than folders. Such an entry is never found by name.
    package var climbsOut: Bool
    /// True for a name that is not UTF-8: `name` then contains U+FFFD. Such an entry is never found by name.
    package var isNameDamaged: Bool

    /// The components of a path, `.` and empty ones left out.
    static func components(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
    }

    /// Normalizes a path to the form of `name`; nil if it climbs out of the archive.
    package static func normalized(_ path: String) -> String? {
        var result: [String] = []
        for component in components(of: path) {
            if component != ".." {
                result.append(component)
            } else if result.popLast() == nil {
                return nil
            }
        }
        return result.joined(separator: "/")
    }

    /// The kind of file that extraction makes of the entry.
    package var fileKind: TarFileKind {
        switch kind {
        case .file, .hardLink: .regular
        case .symbolicLink: .symbolicLink
        case .directory: .directory
        case .fifo: .fifo
        case .characterDevice: .characterDevice
        case .blockDevice: .blockDevice
        case .sparse, .other: .other
        }
    }
}

/// The kind of file that extraction makes of an entry.
package enum TarFileKind: Hashable, Sendable {
    case regular
    case directory
    case symbolicLink
    case fifo
    case characterDevice
    case blockDevice
    /// A kind that is not known here, or not read.
    case other
}

/// How an archive ends.
///
/// Units: offsets are bytes from the beginning of the archive.
package enum TarEnding: Hashable, Sendable {
    /// At the blocks of zeros that end an archive. What follows them is not part of it.
    case endOfArchive(atByte: UInt64)
    /// After the last entry, without those blocks; some writers omit them.
    case endOfFile
    /// Within an entry or a header. `entryName` is the entry concerned, nil if it is not known.
    case truncated(atByte: UInt64, entryName: String?)
    /// At a block that is not a valid header; what follows is not read.
    case corrupt(atByte: UInt64, reason: String)
    /// At the limit of entries and names, `TarIndex.maximumByteCount`.
    case tooManyEntries(atByte: UInt64)
    /// The system refused to read, or the archive changed while it was read.
    case unreadable(TarFault, atByte: UInt64)

    /// False if entries may follow that were not read. After damage, other readers find no entries either.
    package var isEndOfEntries: Bool {
        switch self {
        case .endOfArchive, .endOfFile, .truncated, .corrupt: true
        case .tooManyEntries, .unreadable: false
        }
    }
}
