// layerverify: entries of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem

/// One entry of a tar archive: a name and where its content lies.
package struct TarEntry: Hashable, Sendable {
    /// What an entry is.
    package enum Kind: Hashable, Sendable {
        case file
        /// Another name for an entry; the target is a name from the top of the archive, as it is written there.
        case hardLink(target: String)
        /// The target is a path from the entry's folder, as it is written there.
        case symbolicLink(target: String)
        case directory
        case fifo
        case characterDevice
        case blockDevice
        /// A file whose holes are left out, in one of GNU tar's ways: its bytes do not lie in one piece.
        case sparse
        /// A type flag that nobody here knows.
        case other(typeFlag: UInt8)
    }

    /// Without `/` at either end, `.` and empty components, and with `..` resolved; empty for the top itself. Of a name
    /// that climbs out, the name as it is written.
    package var name: String
    package var kind: Kind
    /// From the beginning of the archive.
    package var dataOffset: UInt64
    /// What the header says; the archive may end before.
    package var byteCount: UInt64
    /// True of a name with more `..` than folders. Such an entry is never found by name.
    package var climbsOut: Bool
    /// True of a name that is not UTF-8: `name` has U+FFFD in it. Such an entry is never found by name.
    package var isNameDamaged: Bool

    /// The components of a path, `.` and empty ones left out.
    static func components(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
    }

    /// Brings a name into the form of `name`; nil if it climbs out.
    static func normalized(_ path: String) -> String? {
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

    /// What the entry would be on disk.
    package var fileKind: FileKind {
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

/// How an archive ends.
///
/// Units: offsets are bytes from the beginning of the archive.
package enum TarEnding: Hashable, Sendable {
    /// At the blocks of zeros that end an archive. What follows them belongs to nobody.
    case endOfArchive(atByte: UInt64)
    /// With the last entry, without those blocks; some writers leave them out.
    case endOfFile
    /// Amid an entry or header. `entryName` is the entry concerned, nil if not even that can be told.
    case truncated(atByte: UInt64, entryName: String?)
    /// At a header that is none; what follows is not read.
    case corrupt(atByte: UInt64, reason: String)
    /// At more entries and longer names than `TarIndex.maximumByteCount` holds.
    case tooManyEntries(atByte: UInt64)
    /// The system refused to read, or the archive changed meanwhile.
    case unreadable(ReadFault, atByte: UInt64)

    /// False where entries may follow that were not looked at. Of a damaged archive, nobody reads any.
    var isEndOfEntries: Bool {
        switch self {
        case .endOfArchive, .endOfFile, .truncated, .corrupt: true
        case .tooManyEntries, .unreadable: false
        }
    }
}
