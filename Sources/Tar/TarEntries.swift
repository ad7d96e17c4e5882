// layerverify: compact storage of the entries of an archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The entries of an archive, in its order.
///
/// Memory: 24 bytes for each entry, plus the bytes of its name and its link target.
package struct TarEntryList: RandomAccessCollection, Sendable {
    private var records: [Record] = []
    private var names: [UInt8] = []

    /// An entry. Its name and then its link target are stored in `names`.
    private struct Record {
        var dataOffset: UInt64
        var byteCount: UInt64
        /// The offset of the name in `names`.
        var start: UInt32
        var nameByteCount: UInt16
        /// The type flag of the tar header; but see `Kind`.
        var kind: UInt8
        var flags: UInt8
    }

    private static let climbsOut: UInt8 = 1
    private static let isNameDamaged: UInt8 = 2
    private static let isKnownKind: UInt8 = 4

    init() {}

    package var startIndex: Int { 0 }
    package var endIndex: Int { records.count }

    package subscript(place: Int) -> TarEntry {
        let record = records[place]
        return TarEntry(
            name: String(decoding: name(of: place), as: UTF8.self), kind: kind(of: place),
            dataOffset: record.dataOffset, byteCount: record.byteCount,
            climbsOut: record.flags & Self.climbsOut != 0, isNameDamaged: record.flags & Self.isNameDamaged != 0)
    }

    /// The bytes of an entry's name, without creating a string.
    package func name(of place: Int) -> ArraySlice<UInt8> {
        let record = records[place]
        return names[Int(record.start)..<Int(record.start) + Int(record.nameByteCount)]
    }

    /// The offset of an entry's content in the archive, in bytes. It grows from each entry to the next.
    package func dataOffset(of place: Int) -> UInt64 { records[place].dataOffset }

    /// The kind of an entry.
    package func kind(of place: Int) -> TarEntry.Kind {
        let record = records[place]
        guard record.flags & Self.isKnownKind != 0 else { return .other(typeFlag: record.kind) }
        switch record.kind {
        case 0: return .file
        case 1: return .hardLink(target: link(of: place))
        case 2: return .symbolicLink(target: link(of: place))
        case 3: return .directory
        case 4: return .fifo
        case 5: return .characterDevice
        case 6: return .blockDevice
        default: return .sparse
        }
    }

    /// Whether an entry is a hard link, without creating a string of its target as `kind` does.
    func isHardLink(_ place: Int) -> Bool {
        records[place].kind == 1 && records[place].flags & Self.isKnownKind != 0
    }

    /// The memory of the list, in bytes.
    var byteCount: Int { MemoryLayout<Record>.stride * records.count + names.count }

    /// Whether an entry can be found by its name.
    func canBeFound(_ place: Int) -> Bool { records[place].flags & (Self.climbsOut | Self.isNameDamaged) == 0 }

    /// Whether an entry's name leads out of the archive.
    func climbsOut(_ place: Int) -> Bool { records[place].flags & Self.climbsOut != 0 }

    private func link(of place: Int) -> String {
        let record = records[place]
        let start = Int(record.start) + Int(record.nameByteCount)
        // The link ends where the next entry's name begins.
        let end = place + 1 < records.count ? Int(records[place + 1].start) : names.count
        return String(decoding: names[start..<end], as: UTF8.self)
    }

    mutating func append(_ entry: TarEntry) {
        var link = ""
        var flags: UInt8 = Self.isKnownKind
        var kind: UInt8
        switch entry.kind {
        case .file: kind = 0
        case .hardLink(let target): (kind, link) = (1, target)
        case .symbolicLink(let target): (kind, link) = (2, target)
        case .directory: kind = 3
        case .fifo: kind = 4
        case .characterDevice: kind = 5
        case .blockDevice: kind = 6
        case .sparse: kind = 7
        case .other(let typeFlag):
            kind = typeFlag
            flags = 0
        }
        if entry.climbsOut { flags |= Self.climbsOut }
        if entry.isNameDamaged { flags |= Self.isNameDamaged }
        records.append(
            Record(
                dataOffset: entry.dataOffset, byteCount: entry.byteCount, start: UInt32(names.count),
                nameByteCount: UInt16(entry.name.utf8.count), kind: kind, flags: flags))
        names.append(contentsOf: entry.name.utf8)
        names.append(contentsOf: link.utf8)
    }
}

extension TarEntryList: Equatable {
    package static func == (one: Self, other: Self) -> Bool { one.elementsEqual(other) }
}
