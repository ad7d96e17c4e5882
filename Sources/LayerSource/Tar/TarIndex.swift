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

    /// The entries that do not lead out, ordered by the bytes of their names, then by place.
    private let order: [UInt32]

    /// More entries than any image needs: 5 000 images of docker-save have 100 000. Each costs 28 bytes and its name.
    package static let maximumEntryCount = 400_000

    /// Reads the headers of an archive, and no content of entries.
    ///
    /// Complexity: a read of 4 KiB for each entry, or fewer; 28 bytes of memory for each, and its name.
    package static func read(_ reader: any BlobReader) -> TarIndex {
        var scanner = TarScanner(reader)
        let ending = scanner.scan()
        return TarIndex(entries: scanner.entries, ending: ending)
    }

    private init(entries: TarEntryList, ending: TarEnding) {
        self.entries = entries
        self.ending = ending
        var order: [UInt32] = []
        order.reserveCapacity(entries.count)
        for place in entries.indices where !entries.climbsOut(place) { order.append(UInt32(place)) }
        order.sort { left, right in
            // Bytes, not strings: what is equal to Unicode may be two files.
            let (one, other) = (entries.name(of: Int(left)), entries.name(of: Int(right)))
            if one.elementsEqual(other) { return left < right }
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
        return places(of: wanted)
    }

    /// Finds the files that a name means, through symbolic links inside the archive and through hard links.
    package func resolve(_ name: String) -> TarResolution {
        // No entry is called that, and a manifest may be made of megabytes of slashes.
        guard name.utf8.count < TarScanner.maximumNameByteCount else { return .missing }
        var files: [Int] = []
        var isContradicted = false
        var path: [String] = []
        var pending = TarEntry.components(of: name).reversed() as [String]
        var linkCount = 0
        while true {
            guard let component = pending.popLast() else {
                // Only `..` and nothing lead here: a folder.
                return .notRegularFile(.directory)
            }
            guard component != ".." else {
                guard path.popLast() != nil else { return .outsideImage }
                continue
            }
            path.append(component)
            let here = path.joined(separator: "/")
            let places = places(of: here).filter { !isLinkToItself(entries[$0]) }
            guard let last = places.last else {
                // Folders need no entry of their own.
                guard !pending.isEmpty else { return .missing }
                continue
            }
            if pending.isEmpty {
                files += places.filter { entries.kind(of: $0) == .file }
                // A reader that stops at the first, or does not replace what is there, finds something else.
                if places.contains(where: { !isSameKind(entries[$0], entries[last]) }) { isContradicted = true }
            }
            switch entries[last].kind {
            case .symbolicLink(let target):
                guard !target.utf8.starts(with: "/".utf8) else { return .outsideImage }
                path.removeLast()
                pending += TarEntry.components(of: target).reversed()
            case .hardLink(let target):
                guard pending.isEmpty else { return .missing }
                if let text = symbolicLink(behind: target) {
                    // Another name for the link, which leads on from where that name lies.
                    guard !text.utf8.starts(with: "/".utf8) else { return .outsideImage }
                    path.removeLast()
                    pending = TarEntry.components(of: text).reversed()
                } else {
                    path = []
                    pending = TarEntry.components(of: target).reversed()
                }
            case .directory where !pending.isEmpty:
                continue
            case .file where pending.isEmpty:
                return .file(entryIndexes: Set(files).sorted(), isContradicted: isContradicted)
            case .other where !pending.isEmpty:
                // GNU's incremental archives have a type of their own for folders.
                return .unsupported
            case .file, .directory, .fifo, .characterDevice, .blockDevice, .sparse, .other:
                return pending.isEmpty ? .notRegularFile(entries[last].fileKind) : .missing
            }
            linkCount += 1
            // As many as Linux follows in one path.
            guard linkCount <= 40 else { return .loop }
        }
    }

    /// The text of the symbolic link that a hard link is another name for; nil of any other.
    private func symbolicLink(behind target: String) -> String? {
        var target = target
        for _ in 0..<40 {
            guard let name = TarEntry.normalized(target), let place = places(of: name).last else { return nil }
            switch entries.kind(of: place) {
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
    var contradictions: [String] {
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
            found.append("\(quoted(Int(below))) lies below \(quoted(Int(place))), which is no folder")
            break
        }
        if let place = entries.indices.first(where: { !isSoundHardLink($0) }) {
            found.append("\(quoted(place)) is a hard link to what no entry before it is")
        }
        return found
    }

    private func quoted(_ place: Int) -> String { "'\(String(decoding: entries.name(of: place), as: UTF8.self))'" }

    /// False of a hard link to nothing, or to an entry behind it, which extraction does not find.
    private func isSoundHardLink(_ place: Int) -> Bool {
        guard case .hardLink(let target) = entries.kind(of: place) else { return true }
        guard let name = TarEntry.normalized(target) else { return false }
        return places(of: name).contains { $0 < place }
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
    private func isLinkToItself(_ entry: TarEntry) -> Bool {
        guard case .hardLink(let target) = entry.kind, let normalized = TarEntry.normalized(target) else {
            return false
        }
        return normalized.utf8.elementsEqual(entry.name.utf8)
    }

    private func places(of name: String) -> [Int] {
        let bytes = Array(name.utf8)
        return order[firstPlace(from: bytes[...])...].prefix { entries.name(of: Int($0)).elementsEqual(bytes) }
            .lazy.map { Int($0) }.filter { entries.canBeFound($0) }
    }

    /// The places of the entries below a folder, ordered by the bytes of their names.
    ///
    /// Complexity: log n, and the number of entries.
    func places(below folder: String) -> ArraySlice<UInt32> { places(below: Array(folder.utf8)[...]) }

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
    /// A link or the name itself leads out of the archive.
    case outsideImage
    case notRegularFile(FileKind)
    /// Links that lead to one another.
    case loop
    /// The name lies below an entry of a kind that is not known here.
    case unsupported
}
