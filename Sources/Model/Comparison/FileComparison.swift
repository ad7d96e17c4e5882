// layerverify: the files of two layers, compared.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The differences between the entries of two layers.
package struct FileComparison: Sendable {
    package let first: LayerEntries
    package let second: LayerEntries
    /// The entries that differ in something that counts, in the order of the second layer; removed ones follow, in the order of
    /// the first.
    package var differences: [EntryDifference] = []
    /// How many entries there are of each kind of difference.
    package var counts = DifferenceCounts()
    /// The number of entries that must be moved to get from one order to the other.
    package var movedCount = 0
    /// A path that is at another place in the second layer, the first of them; nil if the order is the same.
    package var firstMoved: [UInt8]?
    /// Whether only bytes outside of entries differ: padding, the end of the tar.
    package var differsOutsideEntries = false

    package init(_ first: LayerEntries, _ second: LayerEntries) {
        self.first = first
        self.second = second
    }

    package var isSame: Bool { differences.isEmpty && movedCount == 0 && !differsOutsideEntries }
}

/// Two entries of one path that differ, or an entry without a counterpart.
package struct EntryDifference: Hashable, Sendable {
    /// The index of the entry in the first layer; nil for an added one.
    package var first: Int? { firstPlace < 0 ? nil : Int(firstPlace) }
    /// The index of the entry in the second layer; nil for a removed one.
    package var second: Int? { secondPlace < 0 ? nil : Int(secondPlace) }
    /// In what they differ; empty for an entry that is added or removed.
    package var aspects: EntryAspects

    private var firstPlace: Int32
    private var secondPlace: Int32

    package init(first: Int?, second: Int?, aspects: EntryAspects = []) {
        firstPlace = first.map { Int32(clamping: $0) } ?? -1
        secondPlace = second.map { Int32(clamping: $0) } ?? -1
        self.aspects = aspects
    }
}

/// Numbers of entries that differ.
package struct DifferenceCounts: Hashable, Sendable {
    package var added = 0
    package var removed = 0
    /// Entries of another type, content, link target or device.
    package var changed = 0
    /// Entries that differ only in mode, owner, time or extended attributes.
    package var metadataOnly = 0
    /// Entries that differ only in how their header is written.
    package var headerOnly = 0
    /// Entries that differ only in what is ignored.
    package var ignored = 0
    /// For each aspect of `EntryAspects.named` the number of entries that differ in it.
    package var ofAspects = [Int](repeating: 0, count: EntryAspects.named.count)
    /// The aspects that occur.
    package var aspects: EntryAspects = []
    /// The aspects that occur, and those that are ignored.
    package var allAspects: EntryAspects = []

    package init() {}

    package var isEmpty: Bool { added + removed + changed + metadataOnly + headerOnly == 0 }

    package mutating func add(_ other: DifferenceCounts) {
        added += other.added
        removed += other.removed
        changed += other.changed
        metadataOnly += other.metadataOnly
        headerOnly += other.headerOnly
        ignored += other.ignored
        for place in ofAspects.indices { ofAspects[place] += other.ofAspects[place] }
        aspects.formUnion(other.aspects)
        allAspects.formUnion(other.allAspects)
    }

    package func count(of aspect: EntryAspects) -> Int {
        EntryAspects.named.firstIndex { $0.aspect == aspect }.map { ofAspects[$0] } ?? 0
    }
}
