// layerverify: what an archive without an image holds.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What a tar archive holds in which no image was found, as far as its names tell.
enum ArchiveShape: Hashable {
    case unknown
    /// All entries are below one folder, and that is an image.
    case imageBelow(String)
    /// A root file system; `isExport` if it is docker's, of a container.
    case rootFileSystem(isExport: Bool)
    /// Whiteouts show that it is a layer of an image.
    case layer
    /// The index of an image layout, and nothing else of it.
    case indexAlone

    /// An archive that a search has found.
    init(found tree: RecognizableTree) {
        if case .yes = tree.hasIndexAlone { self = .indexAlone } else { self = .unknown }
    }

    /// An archive that the user gave.
    init(given index: TarIndex, _ tree: RecognizableTree) {
        self.init(found: tree)
        guard self == .unknown else { return }
        let names = Names(index)
        if let folder = names.commonFolders.first(where: { folder in
            if case .image = ImageSources.recognize(tree.below(folder)) { true } else { false }
        }) {
            self = .imageBelow(folder)
        } else if names.hasContainerMark || RootFileSystem.isOne(names.top) {
            self = .rootFileSystem(isExport: names.hasContainerMark)
        } else if names.hasWhiteout {
            self = .layer
        }
    }

    /// The names of an archive, gone through once.
    private struct Names {
        var top: Set<String> = []
        var hasContainerMark = false
        var hasWhiteout = false
        /// The folders that all entries are below, the outermost first; `a`, `a/b`.
        var commonFolders: [String] = []

        /// An image is looked for this many folders down.
        private static let maximumDepth = 4

        init(_ index: TarIndex) {
            var common: [String]?
            let whiteout = Array(".wh.".utf8)
            for place in index.entries.indices {
                let parts = index.entries.name(of: place).split(separator: UInt8(ascii: "/"))
                guard let first = parts.first, let last = parts.last else { continue }
                if top.count < 64 { top.insert(String(decoding: first, as: UTF8.self)) }
                hasContainerMark = hasContainerMark || parts.count == 1 && last.elementsEqual(".dockerenv".utf8)
                hasWhiteout = hasWhiteout || last.starts(with: whiteout)
                let isFolder = index.entries.kind(of: place) == .directory
                let folders = parts.prefix(isFolder ? parts.count : parts.count - 1).prefix(Self.maximumDepth)
                    .map { String(decoding: $0, as: UTF8.self) }
                guard let known = common else {
                    common = folders
                    continue
                }
                let shared = zip(known, folders).prefix { $0 == $1 }.count
                // The entry of a folder on the way is not outside of what is below it.
                if isFolder, shared == parts.count { continue }
                common = Array(known.prefix(shared))
            }
            commonFolders = (common ?? []).indices.map { (common ?? []).prefix($0 + 1).joined(separator: "/") }
        }
    }
}

/// The top of a root file system.
enum RootFileSystem {
    private static let folders: Set = [
        "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin",
        "srv",
        "sys", "tmp", "usr", "var",
    ]

    /// Whether names are those that a root file system has at its top. Source: hier(7).
    static func isOne(_ names: Set<String>) -> Bool {
        names.contains("etc") && names.intersection(folders).count >= 5
    }
}
