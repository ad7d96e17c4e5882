// layerverify: the hash table of the paths of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A hash table of the numbers of paths.
///
/// A slot has seven bits of the hash of a path and a mark, 0 if it is empty, and the number of the path. Most names are new: for them
/// only the first of both is read, which stays in a cache.
///
/// Memory: 5 bytes for each slot; at most three of four are in use.
struct PathSlots: Sendable {
    private var marks: [UInt8] = []
    private var numbers: [UInt32] = []

    /// A path to put into the table.
    struct Path {
        let hash: UInt64
        let number: UInt32
    }

    static let byteCountOfSlot = 5

    var count: Int { marks.count }

    /// The number of slots for a number of paths.
    func slotCount(for pathCount: Int) -> Int {
        var result = max(16, marks.count)
        while pathCount * 4 > result * 3 { result *= 2 }
        return result
    }

    /// Finds the path of a hash for which `matches` is true.
    func find(_ hash: UInt64, where matches: (UInt32) -> Bool) -> UInt32? {
        guard !marks.isEmpty else { return nil }
        let mark = Self.mark(hash)
        let mask = marks.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while marks[slot] != 0 {
            if marks[slot] == mark, matches(numbers[slot]) { return numbers[slot] }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Makes the table empty. The old memory is released before there is new one.
    mutating func removeAll(slotCount: Int) {
        (marks, numbers) = ([], [])
        marks = Array(repeating: 0, count: slotCount)
        numbers = Array(repeating: 0, count: slotCount)
    }

    /// Puts paths into the table that are not in it. There are enough slots.
    mutating func put(_ paths: [Path]) { Self.put(paths, &marks, &numbers) }

    private static func put(_ paths: [Path], _ markArray: inout [UInt8], _ numberArray: inout [UInt32]) {
        var marks = markArray.mutableSpan
        var numbers = numberArray.mutableSpan
        let mask = marks.count - 1
        // Their places are read first, so that the processor waits for all of them together.
        var bits: UInt32 = 0
        for path in paths {
            let slot = Int(truncatingIfNeeded: path.hash) & mask
            bits |= UInt32(marks[slot]) | numbers[slot]
        }
        precondition(bits < .max, "there are at most 2^27 paths")
        for path in paths {
            var slot = Int(truncatingIfNeeded: path.hash) & mask
            while marks[slot] != 0 { slot = (slot + 1) & mask }
            marks[slot] = mark(path.hash)
            numbers[slot] = path.number
        }
    }

    private static func mark(_ hash: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: hash >> 57) | 0x80 }
}

/// Paths of one directory that are not in the hash table yet. Mostly an entry is in the directory of the one before, and all that it
/// could have the name of is here, in a few bytes that are in the cache.
struct RecentPaths: Sendable {
    private(set) var paths: [PathSlots.Path] = []
    private(set) var directory: PathNode?
    /// Whether no other path was added in this directory.
    private(set) var areAll = false

    static let maximumCount = 32

    /// Begins anew, with a directory.
    mutating func begin(_ directory: PathNode, isFirst: Bool) {
        paths.removeAll(keepingCapacity: true)
        self.directory = directory
        areAll = isFirst
    }

    mutating func add(_ number: UInt32, hash: UInt64) { paths.append(PathSlots.Path(hash: hash, number: number)) }

    /// Whether one more path in a directory has room.
    func hasRoom(in directory: PathNode) -> Bool {
        self.directory == directory && paths.count < Self.maximumCount
    }

    /// Finds the path of a hash for which `matches` is true.
    func find(_ hash: UInt64, where matches: (UInt32) -> Bool) -> UInt32? {
        for path in paths where path.hash == hash && matches(path.number) { return path.number }
        return nil
    }
}
