// layerverify: an archive as a tree.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import SystemPackage

/// The entries of a tar archive.
package struct TarTree: ImageTree {
    private let root: RootIndex
    private let index: TarIndex
    /// Folders that have no entry of their own.
    private let impliedFolders: Set<String>

    package init(_ index: TarIndex, root: RootIndex) {
        self.index = index
        self.root = root
        var folders: Set<String> = []
        for entry in index.entries where !entry.climbsOut {
            var name = entry.name[...]
            while let slash = name.lastIndex(of: "/") {
                name = name[..<slash]
                guard folders.insert(String(name)).inserted else { break }
            }
        }
        impliedFolders = folders
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
        case .outsideImage: return .nowhere(.outsideImage)
        case .notRegularFile(let kind):
            let isSparse = index.entries(named: path).contains { index.entries[$0].kind == .sparse }
            return isSparse ? .unsupported : .nowhere(.notRegularFile(kind))
        case .loop: return .nowhere(.notRegularFile(.symbolicLink))
        }
    }

    package func kind(of path: String) -> FileKind? {
        switch index.resolve(path) {
        case .file: .regular
        case .notRegularFile(let kind): kind
        case .loop, .outsideImage: .symbolicLink
        case .missing: impliedFolders.contains(path) ? .directory : nil
        }
    }

    package func list(_ path: String) throws(TreeFailure) -> [(name: String, kind: FileKind)] {
        guard kind(of: path) == .directory else { throw .missing }
        let prefix = path + "/"
        var names: [String: FileKind] = [:]
        for entry in index.entries where entry.name.hasPrefix(prefix) && !entry.climbsOut {
            let rest = entry.name.dropFirst(prefix.count)
            if let slash = rest.firstIndex(of: "/") {
                names[String(rest[..<slash])] = .directory
            } else if !rest.isEmpty {
                names[String(rest)] = entry.fileKind
            }
        }
        return names.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }

    package var findings: [Finding] {
        let message = index.ending.explanation
        return switch index.ending {
        case .endOfArchive, .endOfFile: []
        case .truncated(let atByte, _):
            [
                Finding(
                    .archiveTruncated, message, at: Place(""), actual: "\(atByte)",
                    hint: "the file was cut, as by a download or a copy that broke off")
            ]
        case .corrupt(let atByte, _): [Finding(.archiveCorrupt, message, at: Place(""), actual: "\(atByte)")]
        case .tooManyEntries: [Finding(.tooManyDescriptors, message, at: Place(""))]
        case .unreadable: [Finding(.pathUnreadable, message, at: Place(""))]
        }
    }
}
