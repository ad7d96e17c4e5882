// layerverify: index of the entries of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The entries of an uncompressed tar archive, read in place.
///
/// Formats: v7, ustar, GNU and pax. An archive that is damaged or truncated has the entries before the damage, and an
/// ending that says so.
package struct TarIndex: Sendable {
    /// In the order of the archive; several may have the same name.
    package let entries: TarEntryList
    package let ending: TarEnding
    /// What readers interpret differently or what is not read here: the first of each kind.
    package let doubts: [TarDoubt]
    /// What follows the end of the archive, unless all of it is zeros.
    package let bytesAfterEnd: TarRemainder?

    /// The entries that do not climb out of the archive, ordered by the bytes of their names. Entries with the same
    /// name are in the order of the archive, those that can be found by it before the others.
    package let order: [UInt32]

    /// In bytes; more than any image needs: an archive of docker save with 5 000 images has 100 000 entries, which take
    /// 11 MiB.
    package static let maximumByteCount = 20 << 20
    /// The memory of an entry without its name and its link target, in bytes.
    static let byteCountOfEntry = 28

    /// If more entries than this have one name, only the last ones are read.
    static let maximumRepetitionCount = 1000

    /// The links on the path of one name may add this many components to it.
    private static let maximumLinkedComponentCount = 512

    /// The memory of the index, in bytes.
    package var byteCount: Int { entries.byteCount + MemoryLayout<UInt32>.stride * order.count }

    /// Reads the headers of an archive from its beginning to its end.
    ///
    /// - Parameter content: receives the content of regular files, if the input reads it.
    ///
    /// Complexity: at most one read of 4 KiB for each entry, if content is skipped; 28 bytes of memory for each entry, plus its name.
    package static func read(_ input: any TarInput, content: (any TarContentReader)? = nil) -> TarIndex {
        var scanner = TarScanner(input, content: content)
        var ending = scanner.scan()
        var remainder: TarRemainder?
        do throws(TarFault) {
            // An archive that is being written ends within an entry.
            try input.finish()
        } catch {
            ending = .unreadable(error, atByte: 0)
        }
        if case .endOfArchive(let atByte) = ending {
            do throws(TarFault) {
                remainder = try TarRemainder(input, from: scanner.remainderOffset)
            } catch {
                ending = .unreadable(error, atByte: atByte)
            }
        }
        return TarIndex(entries: scanner.entries, ending: ending, doubts: scanner.doubts, bytesAfterEnd: remainder)
    }

    private init(entries: TarEntryList, ending: TarEnding, doubts: [TarDoubt], bytesAfterEnd: TarRemainder?) {
        self.entries = entries
        self.bytesAfterEnd = bytesAfterEnd
        self.ending = ending
        self.doubts = doubts
        var order: [UInt32] = []
        order.reserveCapacity(entries.count)
        for place in entries.indices where !entries.climbsOut(place) { order.append(UInt32(place)) }
        order.sort { left, right in
            // By bytes: Swift compares strings by canonical equivalence, and two files may have names that are equal
            // so.
            let (one, other) = (entries.name(of: Int(left)), entries.name(of: Int(right)))
            if one.elementsEqual(other) {
                let (isFirst, isSecond) = (entries.canBeFound(Int(left)), entries.canBeFound(Int(right)))
                return isFirst == isSecond ? left < right : isFirst
            }
            return one.lexicographicallyPrecedes(other)
        }
        self.order = order
    }

    /// Whether a file begins with a tar header.
    ///
    /// Shape: `prefix` is the first 1 024 bytes of the file, or fewer if the file is shorter. It must begin with a
    /// header whose checksum is correct, or consist of the two blocks of zeros of an archive without entries.
    package static func isTar(prefix: some Collection<UInt8>) -> Bool {
        if TarHeader(prefix.prefix(TarHeader.byteCount)) != nil { return true }
        let end = prefix.prefix(2 * TarHeader.byteCount)
        return end.count == 2 * TarHeader.byteCount && end.allSatisfy { $0 == 0 }
    }

    /// The places of all entries with this name, in the order of the archive. Links are not followed.
    ///
    /// Complexity: log n for n entries.
    package func entries(named name: String) -> [Int] {
        guard let wanted = TarEntry.normalized(name) else { return [] }
        return findable(named: wanted).map { Int(order[$0]) }
    }

    /// Finds the files that a name refers to, through symbolic links inside the archive and through hard links.
    package func resolve(_ name: String) -> TarResolution {
        var probeCount = 0
        return resolve(name, &probeCount)
    }

    /// As `resolve(_:)`, and counts the entries.
    ///
    /// - Parameter probeCount: is increased by the number of entries whose names were compared.
    ///
    /// Complexity: log n for each component of the name and of the links on the path.
    package func resolve(_ name: String, _ probeCount: inout Int) -> TarResolution {
        let found = resolveEntries(name, &probeCount)
        return found == .missing && !ending.isEndOfEntries ? .unindexed : found
    }

    private func resolveEntries(_ name: String, _ probeCount: inout Int) -> TarResolution {
        // No entry has such a name, and a manifest may contain megabytes of slashes.
        guard name.utf8.count < TarScanner.maximumNameByteCount else { return .missing }
        var files: [Int] = []
        var isContradicted = false
        var way = TarWay(self)
        var pending = TarEntry.components(of: name).reversed() as [String]
        var linkCount = 0
        /// Whether the archive has the folder that `way` is at.
        var isFolder = true
        var linkedComponentCount = 0
        defer { probeCount += way.probeCount }
        while true {
            way.skipFolders(&pending)
            guard let component = pending.popLast() else {
                // Only `..` components or no components lead here: it is a folder.
                return .notRegularFile(.directory)
            }
            guard component != ".." else {
                // In a link, `..` needs an existing folder, as for the system. A name in a document is not a path of
                // the system.
                if linkCount > 0, !isFolder { return .missing }
                guard way.leave() else { return .outsideImage }
                isFolder = true
                continue
            }
            let places = way.enter(component)
            guard let last = places.last(where: { !isLinkToItself($0) }) else {
                // Archives may omit the entries of folders.
                guard !pending.isEmpty else { return .missing }
                isFolder = way.hasEntriesBelow
                continue
            }
            if pending.isEmpty {
                let places = places.filter { !isLinkToItself($0) }
                files += places.filter { entries.kind(of: $0) == .file }
                // A reader that uses the first entry, or does not replace existing files, finds another.
                if places.contains(where: { !isSameKind(entries[$0], entries[last]) }) { isContradicted = true }
            }
            let linked: [String]
            switch entries.kind(of: last) {
            case .symbolicLink(let target):
                guard !target.utf8.starts(with: "/".utf8) else { return .outsideImage }
                // A target with such an end can only be a folder.
                guard !pending.isEmpty || !TarEntry.endsAsFolder(target.utf8) else {
                    return .notRegularFile(.symbolicLink)
                }
                _ = way.leave()
                linked = TarEntry.components(of: target)
            case .hardLink(let target):
                guard pending.isEmpty else { return .missing }
                if let text = symbolicLink(behind: target) {
                    // It is another name for the symbolic link, whose target is relative to the hard link's folder.
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
                // GNU's incremental archives have their own type for folders.
                return .unsupported
            case .file, .directory, .fifo, .characterDevice, .blockDevice, .sparse, .other:
                return pending.isEmpty ? .notRegularFile(entries[last].fileKind) : .missing
            }
            pending += linked.reversed()
            linkCount += 1
            isFolder = true
            // The limit of Linux for one path.
            guard linkCount <= 40 else { return .loop }
            // Without the limit, 40 links with targets of 4 KiB on the path of each of 100 000 layers would take an
            // hour.
            linkedComponentCount += linked.count
            guard linkedComponentCount <= Self.maximumLinkedComponentCount else { return .unsupported }
        }
    }

    /// The target of the symbolic link that a hard link refers to; nil if it refers to anything else.
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

    /// Entries that reading in place and extraction interpret differently, as texts; the first of each kind.
    ///
    /// Complexity: n log n for n entries, if few names begin with another name.
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

    /// The first entry with the name of an earlier entry of another kind: Python writes a file through an existing
    /// link, others replace the link.
    private var firstReplacedByAnotherKind: Int? {
        for (place, next) in zip(order, order.dropFirst())
        where entries.name(of: Int(place)).elementsEqual(entries.name(of: Int(next))) {
            let (one, other) = (entries[Int(place)], entries[Int(next)])
            if !isSameKind(one, other), !isLinkToItself(Int(place)), !isLinkToItself(Int(next)) { return Int(next) }
        }
        return nil
    }

    private func quoted(_ place: Int) -> String { "'\(String(decoding: entries.name(of: place), as: UTF8.self))'" }

    /// False for a hard link whose target is missing or comes later in the archive, where extraction does not find it.
    private func isSoundHardLink(_ place: Int) -> Bool {
        guard case .hardLink(let target) = entries.kind(of: place) else { return true }
        guard let name = TarEntry.normalized(target) else { return false }
        // The entries that can be found come first in `order`, in the order of the archive.
        guard let first = findable(named: name).first else { return false }
        return Int(order[first]) < place
    }

    /// The first name that has more entries than are read, as a text.
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

    /// Whether two entries with the same name are of the same kind: both are files, or links with the same target.
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

    /// Whether an entry is a hard link to its own name, as tar writes it when it is told to store a file twice.
    private func isLinkToItself(_ place: Int) -> Bool {
        guard entries.isHardLink(place), case .hardLink(let target) = entries.kind(of: place),
            let normalized = TarEntry.normalized(target)
        else { return false }
        return normalized.utf8.elementsEqual(entries.name(of: place))
    }

    /// Whether one of the last entries with this name is a sparse file.
    package func isSparse(_ name: String) -> Bool {
        guard let wanted = TarEntry.normalized(name) else { return false }
        return findable(named: wanted).suffix(Self.maximumRepetitionCount).contains {
            entries.kind(of: Int(order[$0])) == .sparse
        }
    }

    /// The entries that can be found by a name, as places in `order`.
    private func findable(named name: String) -> Range<Int> {
        let bytes = Array(name.utf8)
        let start = firstPlace(from: bytes[...])
        // No name sorts between the name itself and the name with a NUL appended.
        return findable(in: start..<firstPlace(from: (bytes + [0])[...]))
    }

    /// The entries among those of one name that can be found by it.
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
    /// Complexity: log n for n entries of the archive, plus the number of entries below the folder.
    package func places(below folder: String) -> ArraySlice<UInt32> {
        folder.isEmpty ? order[...] : places(below: Array(folder.utf8)[...])
    }

    private func places(below folder: ArraySlice<UInt8>) -> ArraySlice<UInt32> {
        let prefix = folder + [UInt8(ascii: "/")]
        let start = firstPlace(from: prefix[...])
        // The end of the range: the folder's name with the byte that follows the slash.
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

/// What a name in an archive refers to.
package enum TarResolution: Hashable, Sendable {
    /// Regular files, as places in `TarIndex.entries`; more than one if several entries have the name.
    ///
    /// `isContradicted`: other entries of that name have another kind, such as a folder or a link.
    case file(entryIndexes: [Int], isContradicted: Bool = false)
    case missing
    /// No entry that was read has the name, but the index is not complete.
    case unindexed
    /// A link or the name itself leads out of the archive.
    case outsideImage
    case notRegularFile(TarFileKind)
    /// More links on the path than are followed, such as links to each other.
    case loop
    /// An entry on the path has a kind that is not supported here, or the links on it have too many components.
    case unsupported
}
