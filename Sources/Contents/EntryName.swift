// layerverify: the name of an entry, as runtimes clean it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A name in a tar, cleaned as Go's `filepath.Clean` does it: no `.`, no `..`, no empty components. It is relative to the root of
/// the layer, whether it begins with a slash or not; `..` does not lead out of the root.
///
/// One value is used for many names, so that its memory is allocated once.
struct EntryName {
    /// The components, with slashes between them. Empty for the root.
    private(set) var bytes: [UInt8] = []
    /// Where each component ends in `bytes`.
    private var ends: [Int] = []
    private(set) var traits: Traits = []

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

    /// The bytes of `bytes` that are a component.
    func component(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1] + 1)..<ends[index] }

    /// The bytes before the slash before the last component; none if that is in the root.
    var parentByteCount: Int { ends.count > 1 ? ends[ends.count - 2] : 0 }

    /// Reads another name.
    mutating func read(_ name: [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        traits = []
        if name.first == Self.slash { traits.insert(.absolute) }
        if name.last == Self.slash { traits.insert(.endsInSlash) }
        var start = 0
        var all: UInt8 = 0
        var hasControls = false
        for place in 0...name.count {
            if place < name.count, name[place] != Self.slash {
                all |= name[place]
                if name[place] < 0x20 || name[place] == 0x7f { hasControls = true }
                continue
            }
            add(name, start..<place)
            start = place + 1
        }
        if all >= 0x80 { traits.insert(.highBytes) }
        if hasControls { traits.insert(.controls) }
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
                bytes.removeLast(bytes.count - (ends.last ?? 0))
            }
        default:
            if !ends.isEmpty { bytes.append(Self.slash) }
            bytes.append(contentsOf: name[range])
            ends.append(bytes.count)
        }
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}
