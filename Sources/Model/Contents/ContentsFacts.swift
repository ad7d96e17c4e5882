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

    package init(entryCount: Int, faults: [LayerFault], paths: PathTable?) {
        self.entryCount = entryCount
        self.faults = faults
        self.paths = paths
    }

    /// Whether there were too many paths.
    package var isPathLimitReached: Bool { faults.contains { $0.kind == .pathLimit } }
    /// Whether the stream is a tar that runtimes read to its end.
    package var isTar: Bool { !faults.contains { $0.kind.scope == .archive && $0.severity == .refute } }
}

extension ContentsFacts: Hashable {
    package static func == (one: ContentsFacts, other: ContentsFacts) -> Bool {
        one === other || one.entryCount == other.entryCount && one.faults == other.faults && one.paths == other.paths
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(entryCount)
        hasher.combine(faults)
        hasher.combine(paths?.count)
    }
}
