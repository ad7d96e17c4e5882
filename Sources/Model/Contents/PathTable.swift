// layerverify: the paths of a layer, packed.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The paths that a layer makes, and its whiteouts, as a tree of names. Names are bytes, at most 255.
///
/// Memory: 16 bytes for a path, its name, the target of a symbolic link, and 7 to 13 bytes in a hash table whose hash has secret keys.
/// Nothing is copied when it grows; the hash table is filled again from the names.
///
/// Complexity: finding a name in a directory takes constant time.
package struct PathTable: Sendable {
    private var records: [[PathRecord]] = []
    private var arena = ByteArena()
    private var slots = PathSlots()
    private let keys = NameHash.keys
    /// The last paths, which are not in the hash table yet.
    private var recent = RecentPaths()
    private let reservation: PathReservation
    /// The part of the reservation that is known to be taken.
    private var reservedByteCount = 0
    /// The number of paths, with the root.
    package private(set) var count = 0
    /// The paths for which `dependsOnLower` was true at some time, each once.
    private var listed: [UInt32] = []

    private static let chunkBits: UInt32 = 12
    /// The largest number of records, and of bytes of names; the address of a name has 32 bits.
    private static let maximumCount = 1 << 27
    private static let maximumArenaByteCount = 1 << 30

    /// Makes a table with the root alone, as a directory without an entry.
    package init(budget: PathBudget) {
        reservation = PathReservation(budget)
        append(
            PathRecord(
                parent: .root, name: 0, block: 0, nameByteCount: 0, kind: .directory,
                flags: [.implied, .defaultAttributes]))
    }

    // Reading

    package var nodes: some Sequence<PathNode> { (0..<UInt32(count)).lazy.map { PathNode($0) } }

    package func kind(of node: PathNode) -> PathKind { record(node).kind }

    package func flags(of node: PathNode) -> PathFlags { record(node).flags }

    /// The directory of a path; of the root the root itself.
    package func parent(of node: PathNode) -> PathNode { PathNode(record(node).parent) }

    /// Where the first header of its entry begins; of a directory without one, that of the first entry in it.
    ///
    /// Units: bytes of the uncompressed layer; at most 2 TiB, all later ones are the same.
    package func headerOffset(of node: PathNode) -> UInt64 { UInt64(record(node).block) * 512 }

    /// The last component of a path; empty for the root.
    package func name(of node: PathNode) -> ArraySlice<UInt8> {
        let record = record(node)
        guard record.nameByteCount > 0 else { return [] }
        let address = ByteArena.Address(rawValue: record.name)
        return arena.chunks[address.chunk][address.offset..<address.offset + Int(record.nameByteCount)]
    }

    /// The path below the root, without a slash at the beginning or the end; empty for the root.
    package func path(of node: PathNode) -> [UInt8] {
        var names: [ArraySlice<UInt8>] = []
        var place = node
        while place != .root {
            names.append(name(of: place))
            place = parent(of: place)
        }
        return Array(names.reversed().joined(separator: [UInt8(ascii: "/")]))
    }

    /// The target of a symbolic link as written; nil for any other path.
    package func linkTarget(of node: PathNode) -> ArraySlice<UInt8>? {
        let record = record(node)
        guard record.kind == .symbolicLink else { return nil }
        let address = targetAddress(of: record)
        let chunk = arena.chunks[address.chunk]
        let byteCount = Int(chunk[address.offset]) | Int(chunk[address.offset + 1]) << 8
        return chunk[address.offset + 2..<address.offset + 2 + byteCount]
    }

    /// The paths whose meaning depends on the layers below, in no order.
    package var dependents: some Sequence<PathNode> {
        listed.lazy.map { PathNode($0) }.filter { dependsOnLower($0) }
    }

    /// Whether what a path means depends on the layers below: directories without an entry or with a late one, whiteouts, and
    /// directories after a whiteout of the same path; not the root.
    package func dependsOnLower(_ node: PathNode) -> Bool { node != .root && Self.depends(record(node)) }

    /// Finds a name in a directory.
    ///
    /// Parameters: `range` are the bytes of `text` that are the name.
    package func find(_ text: [UInt8], _ range: Range<Int>, in directory: PathNode) -> PathNode? {
        guard count > 1, !range.isEmpty, range.count <= 255 else { return nil }
        return find(text, range, in: directory, hash: hash(text, range, in: directory))
    }

    /// The hash of a name in a directory. The name has at most 255 bytes.
    package func hash(_ text: [UInt8], _ range: Range<Int>, in directory: PathNode) -> UInt64 {
        NameHash.hash(text, range, in: directory, keys)
    }

    /// Finds a name whose hash is known.
    package func find(_ text: [UInt8], _ range: Range<Int>, in directory: PathNode, hash: UInt64) -> PathNode? {
        let matches = { isRecord($0, text, range, in: directory) }
        if directory == recent.directory {
            if let number = recent.find(hash, where: matches) { return PathNode(number) }
            if recent.areAll { return nil }
        }
        return slots.find(hash, where: matches).map { PathNode($0) }
    }

    // Changing

    /// Adds a path that is not in the table.
    ///
    /// Parameters: `range` are the bytes of `text` that are the name, 1 to 255. `target` is that of a symbolic link, at most 4095
    /// bytes; `original` is the symbolic link that the path is a hard link to; `hash` is that of the name, if it is known.
    ///
    /// Returns: nil if the budget does not suffice. The table is unchanged then.
    package mutating func add(
        _ text: [UInt8], _ range: Range<Int>, in directory: PathNode, _ kind: PathKind, _ flags: PathFlags = [],
        at headerOffset: UInt64, target: [UInt8] = [], original: PathNode? = nil, hash knownHash: UInt64? = nil
    ) -> PathNode? {
        precondition(!range.isEmpty && range.count <= 255, "a name has 1 to 255 bytes")
        guard count < Self.maximumCount, reserve(range.count + target.count) else { return nil }
        prepareRecent(directory)
        let name = appendName(text, range, kind, target: target, original: original)
        let node = PathNode(UInt32(count))
        append(
            PathRecord(
                parent: directory, name: name, block: Self.block(headerOffset), nameByteCount: UInt8(range.count),
                kind: kind, flags: flags))
        recent.add(node.number, hash: knownHash ?? hash(text, range, in: directory))
        if kind != .whiteout { insert(.hasChildren, of: directory) }
        return node
    }

    /// Makes something else of a path. Parameters: as those of `add`.
    ///
    /// Returns: false if the budget does not suffice. The table is unchanged then.
    package mutating func replace(
        _ node: PathNode, _ kind: PathKind, _ flags: PathFlags, at headerOffset: UInt64, target: [UInt8] = [],
        original: PathNode? = nil
    ) -> Bool {
        var name = record(node).name
        if kind == .symbolicLink, node != .root {
            guard reserve(255 + target.count) else { return false }
            let text = Array(self.name(of: node))
            name = appendName(text, text.indices, kind, target: target, original: original)
        }
        if kind != .whiteout { insert(.hasChildren, of: parent(of: node)) }
        change(node) { record in
            record.kind = kind
            record.flags = flags.union(record.flags.intersection(.listed))
            record.block = Self.block(headerOffset)
            record.name = name
        }
        return true
    }

    package mutating func insert(_ flags: PathFlags, of node: PathNode) {
        // Most entries are in a directory that has others.
        guard !record(node).flags.isSuperset(of: flags) else { return }
        change(node) { $0.flags.formUnion(flags) }
    }
}

// Records

extension PathTable {
    private func record(_ node: PathNode) -> PathRecord {
        records[Int(node.number >> Self.chunkBits)][Int(node.number & (1 << Self.chunkBits - 1))]
    }

    private mutating func change(_ node: PathNode, _ body: (inout PathRecord) -> Void) {
        let chunk = Int(node.number >> Self.chunkBits)
        let place = Int(node.number & (1 << Self.chunkBits - 1))
        body(&records[chunk][place])
        list(node)
    }

    /// Adds a path to those that depend on the layers below, if it is one.
    private mutating func list(_ node: PathNode) {
        let record = record(node)
        guard node != .root, !record.flags.contains(.listed), Self.depends(record) else { return }
        records[Int(node.number >> Self.chunkBits)][Int(node.number & (1 << Self.chunkBits - 1))].flags.insert(.listed)
        listed.append(node.number)
    }

    private mutating func append(_ record: PathRecord) {
        if count & (1 << Int(Self.chunkBits) - 1) == 0 {
            records.append([])
            if count > 0 { records[records.count - 1].reserveCapacity(1 << Int(Self.chunkBits)) }
        }
        records[records.count - 1].append(record)
        count += 1
        list(PathNode(UInt32(count - 1)))
    }

    private static func depends(_ record: PathRecord) -> Bool {
        switch record.kind {
        case .whiteout: true
        case .directory: !record.flags.isDisjoint(with: [.implied, .lateEntry, .replacesWhiteout])
        default: false
        }
    }

    /// The approximate memory in bytes.
    package var byteCount: Int {
        MemoryLayout<PathRecord>.stride * count + arena.byteCount + 8 * slots.count + 4 * listed.count
    }

    private static func block(_ offset: UInt64) -> UInt32 { UInt32(clamping: offset / 512) }

    /// Takes memory for one more path, with `byteCount` bytes of names. Returns: whether there was enough.
    private mutating func reserve(_ byteCount: Int) -> Bool {
        guard arena.byteCount + byteCount + 8 <= Self.maximumArenaByteCount else { return false }
        let recordByteCount = MemoryLayout<PathRecord>.stride * (count + 1)
        // The list grows as an array, which has two copies for a moment.
        let tableByteCount = PathSlots.byteCountOfSlot * slotCount + 12 * listed.count
        let needed = recordByteCount + arena.byteCount + byteCount + 8 + tableByteCount
        guard needed > reservedByteCount else { return true }
        guard reservation.reach(needed) else { return false }
        reservedByteCount = reservation.takenByteCount
        return true
    }

    /// Appends a name, and what a symbolic link needs after it: the address of its target, or the target itself.
    ///
    /// Shape of a target: two bytes of its length, the lower one first, and its bytes.
    private mutating func appendName(
        _ text: [UInt8], _ range: Range<Int>, _ kind: PathKind, target: [UInt8], original: PathNode?
    ) -> UInt32 {
        guard kind == .symbolicLink else { return arena.append(text, range).rawValue }
        var bytes = Array(text[range])
        if let original {
            let address = targetAddress(of: record(original)).rawValue
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: address >> shift)) }
        } else {
            precondition(target.count <= 4095, "a target has at most 4095 bytes")
            bytes.append(UInt8(truncatingIfNeeded: target.count))
            bytes.append(UInt8(truncatingIfNeeded: target.count >> 8))
            bytes += target
        }
        return arena.append(bytes).rawValue
    }

    private func targetAddress(of record: PathRecord) -> ByteArena.Address {
        let after = record.name + UInt32(record.nameByteCount)
        guard record.flags.contains(.hardLink) else { return ByteArena.Address(rawValue: after) }
        let address = ByteArena.Address(rawValue: after)
        let chunk = arena.chunks[address.chunk]
        return ByteArena.Address(
            rawValue: (0..<4).reduce(0) { $0 | UInt32(chunk[address.offset + $1]) << UInt32(8 * $1) })
    }
}

// The hash table

extension PathTable {
    private func isRecord(_ number: UInt32, _ text: [UInt8], _ range: Range<Int>, in directory: PathNode) -> Bool {
        let record = record(PathNode(number))
        guard record.parent == directory.number, Int(record.nameByteCount) == range.count else { return false }
        let address = ByteArena.Address(rawValue: record.name)
        return NameBytes.areEqual(text, range, arena.chunks[address.chunk], at: address.offset)
    }

    /// Makes room for one more path in a directory among those that are not in the hash table.
    private mutating func prepareRecent(_ directory: PathNode) {
        guard !recent.hasRoom(in: directory) else { return }
        let isFirst = !record(directory).isListedAsParent
        if isFirst { change(directory) { $0.isListedAsParent = true } }
        if slotCount > slots.count { growSlots() } else { slots.put(recent.paths) }
        recent.begin(directory, isFirst: isFirst)
    }

    /// The number of slots that one more path needs.
    private var slotCount: Int { slots.slotCount(for: count + 1) }

    /// Makes the hash table larger, and puts all paths into it.
    private mutating func growSlots() {
        slots.removeAll(slotCount: slotCount)
        var paths: [PathSlots.Path] = []
        paths.reserveCapacity(RecentPaths.maximumCount)
        for number in 1..<max(1, UInt32(count)) {
            let record = record(PathNode(number))
            let address = ByteArena.Address(rawValue: record.name)
            let hash = NameHash.hash(
                arena.chunks[address.chunk], address.offset..<address.offset + Int(record.nameByteCount),
                in: PathNode(record.parent), keys)
            paths.append(PathSlots.Path(hash: hash, number: number))
            guard paths.count == RecentPaths.maximumCount else { continue }
            slots.put(paths)
            paths.removeAll(keepingCapacity: true)
        }
        slots.put(paths)
    }
}

extension PathTable: Hashable {
    /// Whether both have the same paths in the same order.
    package static func == (one: PathTable, other: PathTable) -> Bool {
        one.records == other.records && one.arena.chunks == other.arena.chunks
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
