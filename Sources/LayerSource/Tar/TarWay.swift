// layerverify: the way to an entry, one component after another.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A path in an archive on which one goes down and up again.
///
/// Of each folder on the path it knows which entries lie below it, so that the next component is looked for among these, and
/// what their names have in common is not compared again.
struct TarWay {
    private let index: TarIndex
    /// The folders down to the present one: how many bytes of a name lead there, with the slash, and the entries below it.
    private var folders: [(byteCount: Int, places: Range<Int>)]
    /// The entries that were looked at.
    private(set) var probeCount = 0

    /// A way that begins at the top.
    init(_ index: TarIndex) {
        self.index = index
        folders = [(0, index.order.indices)]
    }

    /// Whether an entry is below the folder that the way has come to.
    var hasEntriesBelow: Bool { !folders[folders.count - 1].places.isEmpty }

    /// Begins anew at the top.
    mutating func restart() { folders.removeLast(folders.count - 1) }

    /// Goes up; false at the top.
    mutating func leave() -> Bool {
        guard folders.count > 1 else { return false }
        folders.removeLast()
        return true
    }

    /// Goes down as long as no entry has the name that the path has, and all below the folder go the same way; but for the
    /// last component.
    ///
    /// Shape: `pending` has the next component last.
    ///
    /// Complexity: linear in the bytes of the components that are taken from `pending`.
    mutating func skipFolders(_ pending: inout [String]) {
        var folder = folders[folders.count - 1]
        guard pending.count > 1, let first = folder.places.first, let last = folder.places.last else { return }
        let one = index.entries.name(of: Int(index.order[first]))
        let other = index.entries.name(of: Int(index.order[last]))
        while pending.count > 1, let component = pending.last, component != ".." {
            let below = Array(component.utf8) + [UInt8(ascii: "/")]
            // What lies between two names that begin alike begins so, too.
            guard one.dropFirst(folder.byteCount).starts(with: below),
                other.dropFirst(folder.byteCount).starts(with: below)
            else { return }
            folder.byteCount += below.count
            folders.append(folder)
            pending.removeLast()
        }
    }

    /// Goes down. Returns: the places of the entries with the name that the path has now, in the order of the archive; of
    /// very many the last ones.
    ///
    /// Complexity: log n for n entries below the folder.
    mutating func enter(_ component: String) -> [Int] {
        let folder = folders[folders.count - 1]
        let name = Array(component.utf8)
        // The name itself, what goes on otherwise (`a-`, `a.`), what lies below (`a/`), and the rest.
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

    /// The first place of which `isBefore` is false, where it is true of all before that.
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
