// layerverify: the names of the global headers of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The names of global pax headers. Docker's graph drivers and containers/storage note them as they note those of entries, and
/// refuse a name that they have noted before.
///
/// Names are compared as those notes spell them: cleaned by Go's `path/filepath`, so `/f` and `f` are two names, and without links
/// being followed.
///
/// Memory: at most 64 KiB of names, and as much for folders.
struct GlobalHeaders {
    /// The offset of the header of each name.
    private var offsets: [Key: UInt64] = [:]
    private var byteCount = 0
    /// The folders that containerd makes because of the names.
    var folders: [GlobalFolder] = []
    /// Whether the paths of the layer are the names of its entries: all begin with a slash or none does, and no link was followed.
    private var spelling = Spelling.none

    private static let maximumByteCount = 64 << 10
    /// What a name takes besides its bytes.
    private static let overheadByteCount = 64

    private struct Key: Hashable {
        let isAbsolute: Bool
        let name: [UInt8]

        init(_ name: EntryName) {
            isAbsolute = name.traits.contains(.absolute)
            self.name = name.bytes
        }
    }

    /// How the names of the entries so far are spelled.
    private enum Spelling {
        case none, relative, absolute, mixed

        init(_ name: EntryName) { self = name.traits.contains(.absolute) ? .absolute : .relative }
    }

    var isEmpty: Bool { offsets.isEmpty }

    /// Notes the spelling of an entry's name.
    mutating func visitEntry(isAbsolute: Bool) {
        let own: Spelling = isAbsolute ? .absolute : .relative
        if spelling != own { spelling = spelling == .none ? own : .mixed }
    }

    /// Where the global header of a name is; nil if there is none.
    func offset(of name: EntryName) -> UInt64? { offsets[Key(name)] }

    /// Notes that the path of an entry is another than its name.
    mutating func visitLink() { spelling = .mixed }

    /// Whether an entry has this name if and only if it has this path.
    func isPath(_ name: EntryName) -> Bool { spelling == Spelling(name) }

    /// Adds the name of a global header.
    ///
    /// Returns: where the one before of that name is, if there is one. Throws: if there are too many names.
    mutating func add(_ name: EntryName, at offset: UInt64) throws(TooMany) -> UInt64? {
        let key = Key(name)
        if let known = offsets[key] { return known }
        byteCount += key.name.count + Self.overheadByteCount
        guard byteCount <= Self.maximumByteCount else { throw TooMany() }
        offsets[key] = offset
        return nil
    }

    struct TooMany: Error {}
}
