// layerverify: the name of an entry, as runtimes clean it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// A name in a tar, cleaned as Go's `filepath.Clean` does it: no `.`, no `..`, no empty components. It is relative to the root of
/// the layer, whether it begins with a slash or not; `..` does not lead out of the root.
///
/// One value is used for many names, so that its memory is allocated once. Mostly a name is in the directory of the one before: then
/// only what follows its last slash is read.
struct EntryName {
    /// The components, with slashes between them, and then bytes that do not count.
    private(set) var room: [UInt8] = []
    /// The number of bytes of the components, with slashes between them; 0 for the root.
    private(set) var byteCount = 0
    /// Where each component ends in `bytes`.
    private var ends: [Int] = []
    private(set) var traits: Traits = []
    /// The name as written, and then bytes that do not count.
    private var writtenRoom: [UInt8] = []
    private var writtenByteCount = 0
    private var start = Start()
    /// The components are those of `start` and one more.
    private var hasStartAsDirectory = false

    /// What was read up to the last slash of a name, and is the same for the next name if it begins so.
    private struct Start {
        /// The number of its bytes in the name as written; `Int.max` if no name can begin so.
        var writtenCount = 0
        /// The number of its bytes in `room`, with a slash at the end, and of its components.
        var byteCount = 0
        var count = 0
        var traits: Traits = []
        var hasLongComponent = false
        var hasWhiteout = false
        /// Each has a number of its own.
        var number = 0
    }

    /// What was seen in the name.
    struct Traits: OptionSet {
        let rawValue: UInt8
        /// It begins with a slash.
        static let absolute = Traits(rawValue: 1 << 0)
        /// A relative name leads out of the root.
        static let leavesRoot = Traits(rawValue: 1 << 1)
        /// It has `..` as a component.
        static let parentComponent = Traits(rawValue: 1 << 2)
        static let endsInSlash = Traits(rawValue: 1 << 3)
        /// It has bytes above 127.
        static let highBytes = Traits(rawValue: 1 << 4)
        static let controls = Traits(rawValue: 1 << 5)
        /// An absolute name leads above the root, where it is held back.
        static let heldBack = Traits(rawValue: 1 << 6)
    }

    /// The number of components; 0 for the root.
    var count: Int { ends.count }

    /// The components, with slashes between them. Empty for the root.
    var bytes: [UInt8] { Array(room[..<byteCount]) }

    /// The name as written.
    var written: [UInt8] { Array(writtenRoom[..<writtenByteCount]) }

    /// The bytes of `room` that are a component.
    func component(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1] + 1)..<ends[index] }

    /// The bytes before the slash before the last component; none if that is in the root.
    var parentByteCount: Int { ends.count > 1 ? ends[ends.count - 2] : 0 }

    /// Identifies the directory that the name is in, as it is written: two names with one number are in one directory. Nil if it has
    /// none.
    var directoryNumber: Int? { hasStartAsDirectory ? start.number : nil }

    /// Whether a component before the last one has more than 255 bytes.
    var hasLongDirectory: Bool {
        if hasStartAsDirectory { return start.hasLongComponent }
        return (0..<max(0, count - 1)).contains { component($0).count > 255 }
    }

    /// Whether a component before the last one begins with `.wh.`.
    var isInWhiteout: Bool {
        if hasStartAsDirectory { return start.hasWhiteout }
        return (0..<max(0, count - 1)).contains { Whiteout.isWhiteout(room, component($0)) }
    }

    /// Reads another name.
    mutating func read(_ name: [UInt8]) {
        if NameBytes.hasPrefix(name, of: writtenRoom, count: start.writtenCount) {
            let scan = NameBytes.scan(name, start.writtenCount..<name.count)
            if !scan.hasSlash, isOrdinary(name) { return readLast(name, scan) }
        }
        readAll(name)
    }

    /// Whether what follows `start` is a component, and neither `.` nor `..`.
    private func isOrdinary(_ name: [UInt8]) -> Bool {
        let byteCount = name.count - start.writtenCount
        guard byteCount > 0, byteCount <= 2, name[start.writtenCount] == Self.dot else { return byteCount > 0 }
        return name[name.count - 1] != Self.dot
    }

    private mutating func readLast(_ name: [UInt8], _ scan: NameBytes.Scan) {
        let range = start.writtenCount..<name.count
        NameBytes.write(name, range, to: &writtenRoom, at: range.lowerBound)
        writtenByteCount = name.count
        NameBytes.write(name, range, to: &room, at: start.byteCount)
        // After a name that ends in a slash there is none.
        if start.byteCount > 0 { room[start.byteCount - 1] = Self.slash }
        byteCount = start.byteCount + range.count
        if ends.count > start.count {
            ends[start.count] = byteCount
        } else {
            ends.append(byteCount)
        }
        traits = start.traits.union(Traits(scan))
        hasStartAsDirectory = true
    }

    private mutating func readAll(_ name: [UInt8]) {
        NameBytes.write(name, name.indices, to: &writtenRoom, at: 0)
        writtenByteCount = name.count
        byteCount = 0
        ends.removeAll(keepingCapacity: true)
        traits = name.first == Self.slash ? .absolute : []
        var place = 0
        for end in name.indices where name[end] == Self.slash {
            add(name, place..<end)
            place = end + 1
        }
        traits.formUnion(Traits(NameBytes.scan(name, 0..<place)))
        start = Start(
            writtenCount: place, byteCount: byteCount + (ends.isEmpty ? 0 : 1), count: ends.count, traits: traits,
            hasLongComponent: ends.indices.contains { component($0).count > 255 },
            hasWhiteout: ends.indices.contains { Whiteout.isWhiteout(room, component($0)) }, number: start.number + 1)
        if place > 0, place == name.count { traits.insert(.endsInSlash) }
        hasStartAsDirectory = isOrdinary(name)
        add(name, place..<name.count)
        traits.formUnion(Traits(NameBytes.scan(name, place..<name.count)))
        // `..` takes away a component of it.
        if ends.count < start.count { start.writtenCount = .max }
    }

    private mutating func add(_ name: [UInt8], _ range: Range<Int>) {
        switch range.count {
        case 0: return
        case 1 where name[range.lowerBound] == Self.dot: return
        case 2 where name[range.lowerBound] == Self.dot && name[range.lowerBound + 1] == Self.dot:
            traits.insert(.parentComponent)
            if ends.popLast() == nil {
                traits.insert(traits.contains(.absolute) ? .heldBack : .leavesRoot)
            } else {
                byteCount = ends.last ?? 0
            }
        default:
            let offset = ends.isEmpty ? 0 : byteCount + 1
            NameBytes.write(name, range, to: &room, at: offset)
            if offset > 0 { room[offset - 1] = Self.slash }
            byteCount = offset + range.count
            ends.append(byteCount)
        }
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}

extension EntryName.Traits {
    fileprivate init(_ scan: NameBytes.Scan) {
        self = []
        if scan.hasHighByte { insert(.highBytes) }
        if scan.hasControl { insert(.controls) }
    }
}
