// layerverify: what lies where in a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem

/// The entries of an uncompressed tar archive, read in place.
///
/// Formats: v7, ustar, GNU and pax. An archive that is damaged or cut off has the entries up to there, and an ending
/// that says so.
package struct TarIndex: Sendable {
    /// In the order of the archive; several may have the same name.
    package let entries: TarEntryList
    package let ending: TarEnding
    /// What readers take differently, or is not read here: the first of each kind.
    package let doubts: [TarDoubt]
    /// What follows the end of the archive, unless it is zeros.
    package let bytesAfterEnd: BytesAfterEnd?

    /// The entries that do not lead out, ordered by the bytes of their names; of one name those first that can be found by
    /// it, in the order of the archive.
    let order: [UInt32]

    /// More than any image needs: 5 000 images of docker-save have 100 000 entries, which take 11 MiB.
    package static let maximumByteCount = 20 << 20
    /// What an entry takes besides its name and the target of a link.
    static let byteCountOfEntry = 28

    /// More entries of one name than this are not looked at, but for the last of them.
    static let maximumRepetitionCount = 1000

    /// The links on the way of one name may add this many components to it, as in a folder.
    private static let maximumLinkedComponentCount = 512

    /// The memory that the index takes.
    package var byteCount: Int { entries.byteCount + MemoryLayout<UInt32>.stride * order.count }

    /// Reads the headers of an archive, and no content of entries.
    ///
    /// Complexity: a read of 4 KiB for each entry, or fewer; 28 bytes of memory for each, and its name.
    package static func read(_ reader: any BlobReader) -> TarIndex {
        var scanner = TarScanner(reader)
        var ending = scanner.scan()
        // An archive that is being written ends in the middle of an entry.
        if reader.hasChanged { ending = .unreadable(.changed, atByte: 0) }
        var bytesAfterEnd: BytesAfterEnd?
        if case .endOfArchive(let atByte) = ending {
            do throws(ReadFault) {
                bytesAfterEnd = try BytesAfterEnd(reader, from: atByte)
            } catch {
                ending = .unreadable(error, atByte: atByte)
            }
        }
        return TarIndex(
            entries: scanner.entries, ending: ending, doubts: scanner.doubts, bytesAfterEnd: bytesAfterEnd)
    }

    private init(entries: TarEntryList, ending: TarEnding, doubts: [TarDoubt], bytesAfterEnd: BytesAfterEnd?) {
        self.entries = entries
        self.bytesAfterEnd = bytesAfterEnd
        self.ending = ending
        self.doubts = doubts
        var order: [UInt32] = []
        order.reserveCapacity(entries.count)
        for place in entries.indices where !entries.climbsOut(place) { order.append(UInt32(place)) }
        order.sort { left, right in
            // Bytes, not strings: what is equal to Unicode may be two files.
            let (one, other) = (entries.name(of: Int(left)), entries.name(of: Int(right)))
            if one.elementsEqual(other) {
                let (isFirst, isSecond) = (entries.canBeFound(Int(left)), entries.canBeFound(Int(right)))
                return isFirst == isSecond ? left < right : isFirst
            }
            return one.lexicographicallyPrecedes(other)
        }
        self.order = order
    }

    /// Whether a file begins as a tar archive does.
    ///
    /// Shape: `prefix` is the first 1 024 bytes of the file, or all there are: a header with a right checksum, or the
    /// two blocks of zeros that are an archive without entries.
    package static func isTar(prefix: some Collection<UInt8>) -> Bool {
        if TarHeader(prefix.prefix(TarHeader.byteCount)) != nil { return true }
        let end = prefix.prefix(2 * TarHeader.byteCount)
        return end.count == 2 * TarHeader.byteCount && end.allSatisfy { $0 == 0 }
    }

    /// The places of all entries with this name, in the order of the archive; links themselves.
    ///
    /// Complexity: log n.
    package func entries(named name: String) -> [Int] {
        guard let wanted = TarEntry.normalized(name) else { return [] }
        return findable(named: wanted).map { Int(order[$0]) }
    }

    /// Finds the files that a name means, through symbolic links inside the archive and through hard links.
    package func resolve(_ name: String) -> TarResolution {
        var probeCount = 0
        return resolve(name, &probeCount)
    }

    /// The same.
    ///
    /// - Parameter probeCount: is raised by the number of entries whose names were looked at.
    ///
    /// Complexity: log n for each component of the name and of the links on the way.
    package func resolve(_ name: String, _ probeCount: inout Int) -> TarResolution {
        let found = resolveEntries(name, &probeCount)
        return found == .missing && !ending.isEndOfEntries ? .unindexed : found
    }

    private func resolveEntries(_ name: String, _ probeCount: inout Int) -> TarResolution {
        // No entry is called that, and a manifest may be made of megabytes of slashes.
        guard name.utf8.count < TarScanner.maximumNameByteCount else { return .missing }
        var files: [Int] = []
        var isContradicted = false
        var way = TarWay(self)
        var pending = TarEntry.components(of: name).reversed() as [String]
        var linkCount = 0
        /// Whether the archive has the folder that the way has come to.
        var isFolder = true
        var linkedComponentCount = 0
        defer { probeCount += way.probeCount }
        while true {
            way.skipFolders(&pending)
            guard let component = pending.popLast() else {
                // Only `..` and nothing lead here: a folder.
                return .notRegularFile(.directory)
            }
            guard component != ".." else {
                // The system opens the folder first. A name in a document is not a path of the system.
                if linkCount > 0, !isFolder { return .missing }
                guard way.leave() else { return .outsideImage }
                isFolder = true
                continue
            }
            let places = way.enter(component)
            guard let last = places.last(where: { !isLinkToItself($0) }) else {
                // Folders need no entry of their own.
                guard !pending.isEmpty else { return .missing }
                isFolder = way.hasEntriesBelow
                continue
            }
            if pending.isEmpty {
                let places = places.filter { !isLinkToItself($0) }
                files += places.filter { entries.kind(of: $0) == .file }
                // A reader that stops at the first, or does not replace what is there, finds something else.
                if places.contains(where: { !isSameKind(entries[$0], entries[last]) }) { isContradicted = true }
            }
            let linked: [String]
            switch entries.kind(of: last) {
            case .symbolicLink(let target):
                guard !target.utf8.starts(with: "/".utf8) else { return .outsideImage }
                // Such a link is for folders alone.
                guard !pending.isEmpty || !TarEntry.endsAsFolder(target.utf8) else {
                    return .notRegularFile(.symbolicLink)
                }
                _ = way.leave()
                linked = TarEntry.components(of: target)
            case .hardLink(let target):
                guard pending.isEmpty else { return .missing }
                if let text = symbolicLink(behind: target) {
                    // Another name for the link, which leads on from where that name lies.
                    guard !text.utf8.starts(with: "/".utf8) else { return .outsideImage }
                    _ = way.leave()
                    linked = TarEntry.components(of: text)
                } else {
                    way.restart()
                    linked = TarEntry.components(of: target)
                }
            case .directory where !pending.isEmpty:
                isFolder = true
                continue
            case .file where pending.isEmpty:
                return .file(entryIndexes: Set(files).sorted(), isContradicted: isContradicted)
            case .other where !pending.isEmpty:
                // GNU's incremental archives have a type of their own for folders.
                return .unsupported
            case .file, .directory, .fifo, .characterDevice, .blockDevice, .sparse, .other:
                return pending.isEmpty ? .notRegularFile(entries[last].fileKind) : .missing
            }
            pending += linked.reversed()
            linkCount += 1
            isFolder = true
            // As many as Linux follows in one path.
            guard linkCount <= 40 else { return .loop }
            // Names of 4 KiB, forty of them on the way of each of 100 000 layers, would take an hour.
            linkedComponentCount += linked.count
            guard linkedComponentCount <= Self.maximumLinkedComponentCount else { return .unsupported }
        }
    }

    /// The text of the symbolic link that a hard link is another name for; nil of any other.
    private func symbolicLink(behind target: String) -> String? {
        var target = target
        for _ in 0..<40 {
            guard let name = TarEntry.normalized(target), let place = findable(named: name).last else { return nil }
            switch entries.kind(of: Int(order[place])) {
            case .symbolicLink(let text): return text
            case .hardLink(let next): target = next
            case .file, .directory, .fifo, .characterDevice, .blockDevice, .sparse, .other: return nil
            }
        }
        return nil
    }

    /// Entries that reading in place and extraction take for different things, in words; the first of each kind.
    ///
    /// Complexity: n log n for n entries, as long as few names begin with another's.
    package var contradictions: [String] {
        var found: [String] = []
        if let place = entries.indices.first(where: { entries.climbsOut($0) }) {
            found.append("the name \(quoted(place)) leads out of the archive")
        }
        for (place, next) in zip(order, order.dropFirst()) {
            guard entries.name(of: Int(next)).starts(with: entries.name(of: Int(place))) else { continue }
            switch entries.kind(of: Int(place)) {
            case .directory, .other: continue
            case .file, .hardLink, .symbolicLink, .fifo, .characterDevice, .blockDevice, .sparse: break
            }
            guard let below = places(below: entries.name(of: Int(place))).first else { continue }
            found.append("\(quoted(Int(below))) is below \(quoted(Int(place))), which is not a folder")
            break
        }
        if let place = firstReplacedByAnotherKind {
            found.append("\(quoted(place)) is the name of entries of several kinds")
        }
        if let place = entries.indices.first(where: { !isSoundHardLink($0) }) {
            found.append("\(quoted(place)) is a hard link to what no entry before it is")
        }
        return found
    }

    /// The first entry by the name of another that is something else: Python writes a file through a link that is there, others
    /// replace the link.
    private var firstReplacedByAnotherKind: Int? {
        for (place, next) in zip(order, order.dropFirst())
        where entries.name(of: Int(place)).elementsEqual(entries.name(of: Int(next))) {
            let (one, other) = (entries[Int(place)], entries[Int(next)])
            if !isSameKind(one, other), !isLinkToItself(Int(place)), !isLinkToItself(Int(next)) { return Int(next) }
        }
        return nil
    }

    private func quoted(_ place: Int) -> String { "'\(String(decoding: entries.name(of: place), as: UTF8.self))'" }

    /// False of a hard link to nothing, or to an entry behind it, which extraction does not find.
    private func isSoundHardLink(_ place: Int) -> Bool {
        guard case .hardLink(let target) = entries.kind(of: place) else { return true }
        guard let name = TarEntry.normalized(target) else { return false }
        // Of entries of one name the first that can be found has the lowest place.
        guard let first = findable(named: name).first else { return false }
        return Int(order[first]) < place
    }

    /// Names that more entries have than are looked at, in words; the first of them.
    package var repeatedNames: [String] {
        var start = 0
        for place in order.indices {
            guard entries.name(of: Int(order[place])).elementsEqual(entries.name(of: Int(order[start]))) else {
                start = place
                continue
            }
            if place - start >= Self.maximumRepetitionCount {
                return ["more than \(Self.maximumRepetitionCount) entries have the name \(quoted(Int(order[place])))"]
            }
        }
        return []
    }

    /// Whether two entries of one name are alike, up to the content of files: both files, or links to the same.
    private func isSameKind(_ one: TarEntry, _ other: TarEntry) -> Bool {
        switch (one.kind, other.kind) {
        case (.hardLink(let target), .hardLink(let otherTarget)),
            (.symbolicLink(let target), .symbolicLink(let otherTarget)):
            target.utf8.elementsEqual(otherTarget.utf8)
        case (.other(let flag), .other(let otherFlag)): flag == otherFlag
        case (.file, .file), (.directory, .directory), (.fifo, .fifo), (.characterDevice, .characterDevice),
            (.blockDevice, .blockDevice), (.sparse, .sparse):
            true
        case (.file, _), (.hardLink, _), (.symbolicLink, _), (.directory, _), (.fifo, _), (.characterDevice, _),
            (.blockDevice, _), (.sparse, _), (.other, _):
            false
        }
    }

    /// A second entry of the same file, as tar writes it when told to store a file twice.
    private func isLinkToItself(_ place: Int) -> Bool {
        guard entries.isHardLink(place), case .hardLink(let target) = entries.kind(of: place),
            let normalized = TarEntry.normalized(target)
        else { return false }
        return normalized.utf8.elementsEqual(entries.name(of: place))
    }

    /// Whether a sparse file is among the last entries of a name.
    func isSparse(_ name: String) -> Bool {
        guard let wanted = TarEntry.normalized(name) else { return false }
        return findable(named: wanted).suffix(Self.maximumRepetitionCount).contains {
            entries.kind(of: Int(order[$0])) == .sparse
        }
    }

    /// The entries of a name that can be found by it, by their places in `order`.
    private func findable(named name: String) -> Range<Int> {
        let bytes = Array(name.utf8)
        let start = firstPlace(from: bytes[...])
        // Nothing that begins with the name and a NUL comes before what is called so alone.
        return findable(in: start..<firstPlace(from: (bytes + [0])[...]))
    }

    /// Those of some entries of one name that can be found by it.
    func findable(in range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if entries.canBeFound(Int(order[middle])) { low = middle + 1 } else { high = middle }
        }
        return range.lowerBound..<low
    }

    /// The places of the entries below a folder, ordered by the bytes of their names; of all for the empty path.
    ///
    /// Complexity: log n, and the number of entries.
    func places(below folder: String) -> ArraySlice<UInt32> {
        folder.isEmpty ? order[...] : places(below: Array(folder.utf8)[...])
    }

    private func places(below folder: ArraySlice<UInt8>) -> ArraySlice<UInt32> {
        let prefix = folder + [UInt8(ascii: "/")]
        let start = firstPlace(from: prefix[...])
        // No name begins with what follows the slash.
        let end = firstPlace(from: (prefix.dropLast() + [UInt8(ascii: "/") + 1])[...])
        return order[start..<end]
    }

    private func firstPlace(from name: ArraySlice<UInt8>) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if entries.name(of: Int(order[middle])).lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

/// What a name in an archive means.
package enum TarResolution: Hashable, Sendable {
    /// Regular files, by their places in `TarIndex.entries`; more than one if the archive has several of that name.
    ///
    /// `isContradicted`: the archive has entries of another kind by that name, too, such as a folder or a link.
    case file(entryIndexes: [Int], isContradicted: Bool = false)
    case missing
    /// No entry so far has the name, and the index does not reach the end of the archive.
    case unindexed
    /// A link or the name itself leads out of the archive.
    case outsideImage
    case notRegularFile(FileKind)
    /// Links that lead to one another.
    case loop
    /// The name lies below an entry of a kind that is not known here.
    case unsupported
}
