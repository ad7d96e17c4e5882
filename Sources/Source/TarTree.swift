// layerverify: an archive as a tree.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage
package import Tar

/// The entries of a tar archive.
package struct TarTree: ImageTree {
    private let root: RootIndex
    private let index: TarIndex

    package init(_ index: TarIndex, root: RootIndex) {
        self.index = index
        self.root = root
    }

    package func locate(_ path: String) -> LocatedFile {
        switch index.resolve(path) {
        case .file(let places, let isContradicted):
            let locations = places.map { place in
                let entry = index.entries[place]
                return BlobLocation.range(root: root, offset: entry.dataOffset, byteCount: entry.byteCount)
            }
            guard let last = locations.last else { return .nowhere(.missing) }
            return .at(last, alternatives: Array(locations.dropLast()), isContradicted: isContradicted)
        case .missing: return .nowhere(.missing)
        case .unindexed: return .nowhere(.unindexed)
        case .outsideImage: return .nowhere(.outsideImage)
        case .notRegularFile(let kind):
            return index.isSparse(path) ? .unsupported : .nowhere(.notRegularFile(FileKind(kind)))
        case .loop: return .nowhere(.notRegularFile(.symbolicLink))
        case .unsupported: return .unsupported
        }
    }

    package func kind(of path: String) -> Lookup<FileKind> {
        switch index.resolve(path) {
        case .file: .found(.regular)
        case .notRegularFile(let kind): .found(FileKind(kind))
        case .loop, .outsideImage: .found(.symbolicLink)
        case .unsupported: .found(.other)
        // Archives may omit the entries of folders.
        case .missing: index.places(below: path).isEmpty ? .absent : .found(.directory)
        case .unindexed: index.places(below: path).isEmpty ? .unreadable(.unindexed) : .found(.directory)
        }
    }

    package func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]> {
        switch kind(of: path) {
        case .found(.directory): break
        case .found, .absent: return .absent
        case .unreadable(let ending): return .unreadable(ending)
        }
        let prefixByteCount = path.isEmpty ? 0 : path.utf8.count + 1
        var names: [(name: String, kind: FileKind)] = []
        for place in index.places(below: path) {
            let rest = index.entries.name(of: Int(place)).dropFirst(prefixByteCount)
            guard !rest.isEmpty else { continue }
            let component = rest.prefix { $0 != UInt8(ascii: "/") }
            let isFolder = component.count < rest.count
            let name = String(decoding: component, as: UTF8.self)
            let kind = isFolder ? FileKind.directory : FileKind(index.entries[Int(place)].fileKind)
            // Entries of one name and those below one folder are adjacent, unless other names sort between them.
            if let last = names.last, last.name.utf8.elementsEqual(name.utf8) {
                names[names.count - 1].kind = kind
            } else {
                names.append((name, kind))
            }
        }
        names.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return .found(names)
    }

    package func forEachName(in path: String, _ body: (String) -> Bool) -> Lookup<Bool> {
        switch kind(of: path) {
        case .found(.directory): break
        case .found, .absent: return .absent
        case .unreadable(let ending): return .unreadable(ending)
        }
        let prefixByteCount = path.isEmpty ? 0 : path.utf8.count + 1
        var last: ArraySlice<UInt8> = []
        for place in index.places(below: path) {
            let component = index.entries.name(of: Int(place)).dropFirst(prefixByteCount)
                .prefix { $0 != UInt8(ascii: "/") }
            // Entries below one folder are adjacent, unless other names sort between them.
            guard !component.isEmpty, !component.elementsEqual(last) else { continue }
            last = component
            guard body(String(decoding: component, as: UTF8.self)) else { break }
        }
        return .found(true)
    }

    package var byteCount: Int { index.byteCount }

    package var findings: [Finding] {
        let doubts = index.doubts.map { doubt in
            switch doubt {
            case .ambiguous(let text):
                Finding(.archiveEntryAmbiguous, "tar readers disagree: \(text)", at: Place(""))
            case .unsupported(let text): Finding(.archiveEntryUnsupported, "not read here: \(text)", at: Place(""))
            }
        }
        return doubts + index.contradictions.map { Finding(.archiveEntryAmbiguous, $0, at: Place("")) }
            + index.repeatedNames.map { Finding(.tooManyDescriptors, $0, at: Place("")) } + endingFindings
            + [index.bytesAfterEnd?.finding].compactMap { $0 }
    }

    private var endingFindings: [Finding] {
        let message = index.ending.explanation
        return switch index.ending {
        case .endOfArchive: []
        case .endOfFile:
            [
                Finding(
                    .archiveWithoutEnd, "the archive has no end-of-archive marker: it may be cut off after an entry",
                    at: Place(""))
            ]
        case .truncated(let atByte, _):
            [
                Finding(
                    .archiveTruncated, message, at: Place(""), actual: "\(atByte)",
                    hint: "the file is truncated, as after an interrupted download or copy")
            ]
        case .corrupt(let atByte, _): [Finding(.archiveCorrupt, message, at: Place(""), actual: "\(atByte)")]
        case .tooManyEntries: [Finding(.tooManyDescriptors, message, at: Place(""))]
        // The source of the bytes has a finding of its own.
        case .unreadable(.stopped, _): []
        case .unreadable: [Finding(.pathUnreadable, message, at: Place(""))]
        }
    }
}

extension TarRemainder {
    fileprivate var finding: Finding {
        Finding(
            .archiveTrailingBytes,
            "\(byteCount) byte\(byteCount == 1 ? " follows" : "s follow") the end of the archive, from byte \(offsetBytes) on"
                + (isArchive ? ": another tar archive" : "") + "; they were not checked",
            at: Place(""), actual: "\(byteCount)",
            hint: isArchive ? "write each archive to a file of its own" : nil)
    }
}

extension TarIndex {
    /// Reads the headers of an archive, but no content of entries.
    package static func read(_ reader: any BlobReader) -> TarIndex {
        read(
            TarFileInput(byteCount: reader.byteCount, hasChanged: { reader.hasChanged }) {
                offset, byteCount throws(TarFault) in
                do throws(ReadFault) {
                    return try reader.bytes(at: offset, upTo: byteCount)
                } catch {
                    throw TarFault(error)
                }
            })
    }
}

extension TarFault {
    fileprivate init(_ fault: ReadFault) {
        switch fault {
        case .failed(let error): self = .failed(errno: error.rawValue)
        case .changed: self = .changed
        }
    }
}

extension FileKind {
    fileprivate init(_ kind: TarFileKind) {
        switch kind {
        case .regular: self = .regular
        case .directory: self = .directory
        case .symbolicLink: self = .symbolicLink
        case .fifo: self = .fifo
        case .characterDevice: self = .characterDevice
        case .blockDevice: self = .blockDevice
        case .other: self = .other
        }
    }
}
