// layerverify: many findings in little memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Findings, and the images and layers that they belong to.
///
/// A finding that belongs to forty images is kept once.
///
/// Beyond a memory limit findings are not kept but counted, by their kind and root: one summary finding gives their
/// number. It belongs to all images that they would belong to; their layers are not kept.
///
/// Memory: about 80 bytes per finding, and 20 for each image or layer that it belongs to; for one image store at most 16
/// MiB, and beyond that 36 bytes for each pair of an image and a summary finding.
package struct FindingList: RandomAccessCollection, ExpressibleByArrayLiteral, Sendable {
    /// The findings, each once.
    package private(set) var pool: PackedList<Finding>
    /// The images and layers that the findings belong to.
    package private(set) var entries: [Entry] = []
    private var index = HashIndex()
    /// The indexes in the pool of summary findings, and the number of findings that each of them counts.
    private var standIns: [StandIn: Int] = [:]
    private var standInCounts: [Int: Int] = [:]
    /// The pairs of finding and image that were added beyond the limit.
    private var collapsed: Set<UInt64> = []

    /// The properties that findings counted together have in common.
    private struct StandIn: Hashable {
        let code: FindingCode
        let severity: Severity
        let outcome: Outcome
        let root: RootIndex
    }

    /// The limit in bytes for the findings and entries of one image store. 100 000 blobs that are all missing, or all damaged, take 14 MiB.
    package var maximumByteCount = standardByteCount
    package static let standardByteCount = 16 << 20

    /// A finding that belongs to a root, an image or a layer.
    package struct Entry: Hashable, Sendable {
        /// The index of the finding in the pool.
        package let finding: UInt32
        private let packedRoot: UInt32
        private let packedImage: Int32
        private let packedLayer: Int32
        /// Among the findings of one layer, those with the lower order come first; see `FindingList.Phase`.
        package let order: UInt32

        package var image: Int? { packedImage < 0 ? nil : Int(packedImage) }
        package var layer: Int? { packedLayer < 0 ? nil : Int(packedLayer) }
        /// True for a finding about a layer of the image that is not recorded.
        package var isAboutSomeLayer: Bool { packedLayer == Self.someLayer }

        private static let someLayer: Int32 = -2

        fileprivate init(_ finding: Int, root: Int, image: Int?, layer: Int?, order: UInt32, keepsLayer: Bool) {
            self.finding = UInt32(finding)
            packedRoot = UInt32(root)
            packedImage = image.map { Int32($0) } ?? -1
            packedLayer = layer.map { keepsLayer ? Int32($0) : Self.someLayer } ?? -1
            self.order = order
        }

        /// The same entry in a list to which the findings and images of another one were appended.
        fileprivate init(_ entry: Entry, findingsBefore: Int, imagesBefore: Int) {
            finding = entry.finding + UInt32(findingsBefore)
            packedRoot = entry.packedRoot
            packedImage = entry.packedImage < 0 ? entry.packedImage : entry.packedImage + Int32(imagesBefore)
            packedLayer = entry.packedLayer
            order = entry.order
        }

        fileprivate func isAboutSame(as other: Entry) -> Bool {
            packedRoot == other.packedRoot && packedImage == other.packedImage && packedLayer == other.packedLayer
        }

        /// The order of a report: by root, image and layer, what is about no image or layer first.
        fileprivate func precedes(_ other: Entry) -> Bool {
            if packedRoot != other.packedRoot { return packedRoot < other.packedRoot }
            if packedImage != other.packedImage { return packedImage < other.packedImage }
            if packedLayer != other.packedLayer { return packedLayer < other.packedLayer }
            if order != other.order { return order < other.order }
            return finding < other.finding
        }
    }

    init(table: DigestTable) { pool = PackedList(table: table) }

    package init(_ findings: some Sequence<LocatedFinding>) {
        self.init(table: DigestTable())
        for finding in findings { append(finding) }
    }

    package init(arrayLiteral elements: LocatedFinding...) { self.init(elements) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }

    /// The approximate memory in bytes of the list.
    package var byteCount: Int { keptByteCount + 12 * pool.count + 16 * collapsed.count }

    /// The bytes that count against the limit.
    private var keptByteCount: Int { pool.byteCount + MemoryLayout<Entry>.stride * entries.count }

    package subscript(place: Int) -> LocatedFinding {
        let entry = entries[place]
        return LocatedFinding(pool[Int(entry.finding)], image: entry.image, layer: entry.layer)
    }

    /// The stages of a run that find something, in the order of their findings about one layer. The raw value is the
    /// order of the first finding.
    package enum Phase: UInt32, Sendable {
        /// The walk through the documents.
        case walk = 0
        /// What follows from all walks of the run.
        case run = 0x4000_0000
        /// The comparison of claims and facts.
        case judge = 0x8000_0000

        /// The order of a finding with this number in its stage.
        package func order(_ number: Int) -> UInt32 { rawValue + UInt32(number) }
    }

    /// Appends a finding.
    package mutating func append(_ finding: LocatedFinding, in phase: Phase = .walk) {
        append(
            intern(finding.finding), root: finding.finding.root, image: finding.image, layer: finding.layer,
            order: phase.order(entries.count))
    }

    /// Appends the findings of another list, which must number digests alike. They are about other roots, so none of them
    /// is compared with those of this list. `finish` must have been called on it.
    ///
    /// - Parameter imagesBefore: the number of images before those that the other list is about.
    package mutating func append(contentsOf other: FindingList, imagesBefore: Int) {
        let findingsBefore = pool.count
        if findingsBefore == 0, entries.isEmpty, imagesBefore == 0 {
            // The memory is shared, so that the list of a large image store exists once.
            (pool, entries, standInCounts) = (other.pool, other.entries, other.standInCounts)
            return
        }
        pool.append(contentsOf: other.pool)
        entries.append(
            contentsOf: other.entries.lazy.map {
                Entry($0, findingsBefore: findingsBefore, imagesBefore: imagesBefore)
            })
        for (place, count) in other.standInCounts { standInCounts[place + findingsBefore] = count }
    }

    /// Records that a finding of the pool belongs to an image and a layer.
    ///
    /// Beyond the limit an image gets one entry per finding, without the layer.
    package mutating func append(_ place: Int, root: Int, image: Int?, layer: Int?, order: UInt32) {
        let keepsLayer = keptByteCount < maximumByteCount
        if !keepsLayer {
            let key = UInt64(place) << 32 | UInt64(image.map { $0 + 1 } ?? 0)
            guard collapsed.insert(key).inserted else { return }
        }
        entries.append(
            Entry(place, root: root, image: image, layer: layer, order: order, keepsLayer: keepsLayer))
    }

    /// Adds a finding to the pool unless it is already there. Returns its index in the pool.
    package mutating func intern(_ finding: Finding) -> Int {
        let bytes = pool.packed(finding)
        var hasher = Hasher()
        hasher.combine(bytes)
        let hash = hasher.finalize()
        if let known = index.find(hash, where: { pool.isRecord(at: $0, bytes) }) { return known }
        guard keptByteCount + bytes.count <= maximumByteCount else { return standIn(for: finding) }
        index.insert(pool.count, hash: hash)
        pool.appendPacked(bytes)
        return pool.count - 1
    }

    /// The number of findings that a finding of the pool counts: 1 unless it is a summary.
    package func count(of place: Int) -> Int { standInCounts[place] ?? 1 }

    /// Whether a finding of the pool counts several that are not kept.
    package func isSummary(_ place: Int) -> Bool { standInCounts[place] != nil }

    /// The indexes in the pool of the findings that belong to something, in order. Others are not reported.
    package var listedPlaces: [Int] {
        var isListed = [Bool](repeating: false, count: pool.count)
        for entry in entries { isListed[Int(entry.finding)] = true }
        return pool.indices.filter { isListed[$0] }
    }

    private mutating func standIn(for finding: Finding) -> Int {
        let key = StandIn(
            code: finding.code, severity: finding.severity, outcome: finding.outcome, root: finding.root)
        let place = standIns[key] ?? pool.count
        let count = (standInCounts[place] ?? 0) + 1
        standIns[key] = place
        standInCounts[place] = count
        guard count == 1 else { return place }
        var first = Finding(finding.code, "", at: Place(""), root: finding.root)
        first.severity = finding.severity
        first.outcome = finding.outcome
        pool.append(first)
        return place
    }

    /// Writes the counts into the summary findings. Must be called once, at the end.
    package mutating func finish() {
        for (place, count) in standInCounts {
            pool[place].message =
                "\(count) more findings of this kind are not listed (one that images share may count for each)"
            pool[place].actual = "\(count)"
        }
    }

    /// Brings what there is into the order of a report; of one layer, and of one image, what follows from another finding comes
    /// after the others.
    package mutating func sort() {
        let isConsequence = pool.map { $0.follows != nil }
        entries.sort { one, other in
            let isLater = (isConsequence[Int(one.finding)], isConsequence[Int(other.finding)])
            guard one.isAboutSame(as: other), isLater.0 != isLater.1 else { return one.precedes(other) }
            return isLater.1
        }
    }

    /// Removes entries; their findings stay in the pool without an entry.
    package mutating func removeAll(where isUnwanted: (Entry) -> Bool) { entries.removeAll(where: isUnwanted) }

    /// Sets the cause of a finding of the pool.
    package mutating func setCause(_ cause: FindingCode, of place: Int) {
        var finding = pool[place]
        finding.follows = cause
        pool[place] = finding
    }
}
