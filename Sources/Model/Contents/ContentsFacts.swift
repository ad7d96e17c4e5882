// layerverify: what the tar in a layer contains.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What was learned from reading the uncompressed bytes of a layer as a tar.
///
/// Two are equal if all that they say is equal. Memory: that of `paths`, and at most a few hundred KiB of faults.
package final class ContentsFacts: Sendable {
    /// The number of entries that were read.
    package let entryCount: Int
    /// What is wrong or unusual in the layer by itself, in the order of the entries. Of each kind the first few are listed.
    package let faults: [LayerFault]
    /// The paths of the layer; nil if they were not collected, if there were too many, or if the tar
    /// is cut or invalid.
    package let paths: PathTable?
    /// The folders that containerd makes for the names of global headers.
    let globalFolders: [GlobalFolder]

    package init(
        entryCount: Int, faults: [LayerFault], paths: PathTable?, globalFolders: [GlobalFolder] = []
    ) {
        self.entryCount = entryCount
        self.faults = faults
        self.paths = paths
        self.globalFolders = globalFolders
    }

    /// The same without the paths, because those of all layers together take too much memory.
    package var withoutPaths: ContentsFacts {
        ContentsFacts(entryCount: entryCount, faults: faults + [LayerFault(.stackLimit, at: 0)], paths: nil)
    }

    /// Whether there were too many paths.
    package var isPathLimitReached: Bool { faults.contains { $0.kind == .pathLimit } }
    /// Whether the stream is a tar that runtimes read to its end.
    package var isTar: Bool { !faults.contains { $0.kind.scope == .archive && $0.severity == .refute } }
}

extension ContentsFacts: Hashable {
    package static func == (one: ContentsFacts, other: ContentsFacts) -> Bool {
        one === other
            || one.entryCount == other.entryCount && one.faults == other.faults && one.paths == other.paths
                && one.globalFolders == other.globalFolders
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(entryCount)
        hasher.combine(faults)
        hasher.combine(paths?.count)
    }
}
