// layerverify: the content of an archive without an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

/// The content of a tar archive in which no image was found, by the names of its entries.
enum ArchiveShape: Hashable {
    case unknown
    /// All entries are below one folder, which is an image.
    case imageBelow(String)
    /// A root file system; `isExport` if `docker export` wrote it.
    case rootFileSystem(isExport: Bool)
    /// A layer of an image, by its whiteouts.
    case layer
    /// A document of an image, and no other file of it.
    case documentAlone(title: String)

    /// The shape of an archive that a search has found.
    init(found tree: RecognizableTree, _ forms: ImageSources) {
        if case (let document, .yes)? = forms.loneDocument(in: tree) {
            self = .documentAlone(title: document.title)
        } else {
            self = .unknown
        }
    }

    /// The shape of an archive that the user gave.
    init(given index: TarIndex, _ tree: RecognizableTree, _ forms: ImageSources) {
        self.init(found: tree, forms)
        guard self == .unknown else { return }
        let names = Names(index)
        if let folder = names.commonFolders.first(where: { folder in
            if case .image = forms.recognize(tree.below(folder)) { true } else { false }
        }) {
            self = .imageBelow(folder)
        } else if names.hasContainerMark || RootFileSystem.isOne(names.top) {
            self = .rootFileSystem(isExport: names.hasContainerMark)
        } else if names.hasWhiteout {
            self = .layer
        }
    }

    /// The names of an archive, collected in one pass.
    private struct Names {
        var top: Set<String> = []
        var hasContainerMark = false
        var hasWhiteout = false
        /// The folders that contain all entries, the outermost first; `a`, `a/b`.
        var commonFolders: [String] = []

        /// The search for an image goes down this many folders.
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
                // The entry of a parent folder does not count as an entry outside of it.
                if isFolder, shared == parts.count { continue }
                common = Array(known.prefix(shared))
            }
            commonFolders = (common ?? []).indices.map { (common ?? []).prefix($0 + 1).joined(separator: "/") }
        }
    }
}

/// The top level of a root file system.
enum RootFileSystem {
    private static let folders: Set = [
        "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin",
        "srv",
        "sys", "tmp", "usr", "var",
    ]

    /// Whether the names are those at the top of a root file system. Source: hier(7).
    static func isOne(_ names: Set<String>) -> Bool {
        names.contains("etc") && names.intersection(folders).count >= 5
    }
}
