// layerverify: path lookup in a tar archive, by component.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A position in the archive that moves down into folders and up again.
///
/// For each folder on the path it keeps the range of the entries below it. The next component is searched only in this
/// range, and the prefix that the names have in common is not compared again.
struct TarWay {
    private let index: TarIndex
    /// The folders down to the current one: the length of the prefix that their entries' names share, with the slash,
    /// and the entries below.
    private var folders: [(byteCount: Int, places: Range<Int>)]
    /// The number of entries whose names were compared.
    private(set) var probeCount = 0

    /// Starts at the top of the archive.
    init(_ index: TarIndex) {
        self.index = index
        folders = [(0, index.order.indices)]
    }

    /// Whether the archive has entries below the current folder.
    var hasEntriesBelow: Bool { !folders[folders.count - 1].places.isEmpty }

    /// Returns to the top.
    mutating func restart() { folders.removeLast(folders.count - 1) }

    /// Moves up one folder; false at the top.
    mutating func leave() -> Bool {
        guard folders.count > 1 else { return false }
        folders.removeLast()
        return true
    }

    /// Moves down as long as all entries below the current folder are below the next component as well; stops before
    /// the last component.
    ///
    /// Shape: the next component is the last element of `pending`.
    ///
    /// Complexity: linear in the bytes of the components that are removed from `pending`.
    mutating func skipFolders(_ pending: inout [String]) {
        var folder = folders[folders.count - 1]
        guard pending.count > 1, let first = folder.places.first, let last = folder.places.last else { return }
        let one = index.entries.name(of: Int(index.order[first]))
        let other = index.entries.name(of: Int(index.order[last]))
        while pending.count > 1, let component = pending.last, component != ".." {
            let below = Array(component.utf8) + [UInt8(ascii: "/")]
            // Names sorted between two names with the same prefix have that prefix as well.
            guard one.dropFirst(folder.byteCount).starts(with: below),
                other.dropFirst(folder.byteCount).starts(with: below)
            else { return }
            folder.byteCount += below.count
            folders.append(folder)
            pending.removeLast()
        }
    }

    /// Moves down by one component.
    ///
    /// Returns: the places of the entries with the name of the new position, in the order of the archive; only the last
    /// `TarIndex.maximumRepetitionCount` of them.
    ///
    /// Complexity: log n for n entries below the folder.
    mutating func enter(_ component: String) -> [Int] {
        let folder = folders[folders.count - 1]
        let name = Array(component.utf8)
        // The order is: the name itself, longer names that continue otherwise (`a-`, `a.`), names below it (`a/`), and
        // the rest.
        let start = first(in: folder.places, folder.byteCount) { $0.lexicographicallyPrecedes(name) }
        let end = first(in: start..<folder.places.upperBound, folder.byteCount) { $0.elementsEqual(name) }
        let below = name + [UInt8(ascii: "/")]
        let firstBelow = first(in: end..<folder.places.upperBound, folder.byteCount) {
            $0.lexicographicallyPrecedes(below)
        }
        let endBelow = first(in: firstBelow..<folder.places.upperBound, folder.byteCount) { $0.starts(with: below) }
        folders.append((folder.byteCount + below.count, firstBelow..<endBelow))
        return index.findable(in: start..<end).suffix(TarIndex.maximumRepetitionCount).map { Int(index.order[$0]) }
    }

    /// The first place for which `isBefore` is false; it must be true for all places before it.
    private mutating func first(
        in range: Range<Int>, _ prefixByteCount: Int, _ isBefore: (ArraySlice<UInt8>) -> Bool
    ) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            probeCount += 1
            if isBefore(index.entries.name(of: Int(index.order[middle])).dropFirst(prefixByteCount)) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
