// layerverify: comparing the entries of two layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Compares the entries of two layers.
///
/// Entries of one path are paired; if a layer has a path several times, the first with the first, the second with the second.
///
/// Complexity: O(n log n) in the number of entries. Memory: about 30 bytes for each entry of the first layer.
package struct EntryComparison {
    private let first: LayerEntries
    private let second: LayerEntries
    private let ignored: IgnoredDifferences
    /// Finds the first entry of each path in the first layer.
    private var index = HashIndex()
    /// For each entry of the first layer the next one of the same path, plus one; 0 for the last.
    private var next: [Int32]
    /// For the first entry of each path the one that is paired next, plus one; 0 if all are.
    private var unpaired: [Int32]

    /// The differences between two layers, without those that are ignored.
    package static func compare(
        _ first: LayerEntries, _ second: LayerEntries, ignoring ignored: IgnoredDifferences
    ) -> FileComparison {
        var comparison = EntryComparison(first, second, ignored)
        return comparison.result()
    }

    private init(_ first: LayerEntries, _ second: LayerEntries, _ ignored: IgnoredDifferences) {
        self.first = first
        self.second = second
        self.ignored = ignored
        next = [Int32](repeating: 0, count: first.count)
        unpaired = next
        // Used as the last entry of each path until all are known.
        for place in 0..<first.count {
            let path = first.path(place)
            let hash = path.hashValue
            if let head = index.find(hash, where: { first.path($0) == path }) {
                next[Int(unpaired[head]) - 1] = Int32(place) + 1
                unpaired[head] = Int32(place) + 1
            } else {
                index.insert(place, hash: hash)
                unpaired[place] = Int32(place) + 1
            }
        }
        for place in 0..<first.count where unpaired[place] != 0 { unpaired[place] = Int32(place) + 1 }
    }

    private mutating func result() -> FileComparison {
        var result = FileComparison(first, second)
        var order: [Int32] = []
        var orderedPlaces: [Int32] = []
        var isPaired = [Bool](repeating: false, count: first.count)
        for place in 0..<second.count {
            let entry = second[place]
            guard let partner = takePartner(of: entry.path) else {
                result.counts.added += 1
                result.differences.append(EntryDifference(first: nil, second: place))
                continue
            }
            isPaired[partner] = true
            order.append(Int32(partner))
            orderedPlaces.append(Int32(place))
            note(first[partner].aspects(differingFrom: entry), partner, place, &result)
        }
        for place in isPaired.indices where !isPaired[place] {
            result.counts.removed += 1
            result.differences.append(EntryDifference(first: place, second: nil))
        }
        if !ignored.contains(.order) {
            let inOrder = IncreasingRun.members(of: order)
            result.movedCount = inOrder.count { !$0 }
            if let place = inOrder.firstIndex(of: false) {
                result.firstMoved = second.path(Int(orderedPlaces[place]))
            }
        }
        result.differsOutsideEntries = !ignored.contains(.headers) && first.outsideHash != second.outsideHash
        return result
    }

    /// The next entry of the first layer with a path that is not paired; nil if there is none.
    private mutating func takePartner(of path: [UInt8]) -> Int? {
        guard let head = index.find(path.hashValue, where: { first.path($0) == path }), unpaired[head] > 0 else {
            return nil
        }
        let partner = Int(unpaired[head]) - 1
        unpaired[head] = next[partner]
        return partner
    }

    private func note(
        _ aspects: EntryAspects, _ partner: Int, _ place: Int, _ result: inout FileComparison
    ) {
        result.counts.allAspects.formUnion(aspects)
        let counted = aspects.subtracting(ignored.aspects)
        guard !counted.isEmpty else {
            if !aspects.isEmpty { result.counts.ignored += 1 }
            return
        }
        result.counts.aspects.formUnion(counted)
        for (number, named) in EntryAspects.named.enumerated() where counted.contains(named.aspect) {
            result.counts.ofAspects[number] += 1
        }
        if !counted.isDisjoint(with: .substance) {
            result.counts.changed += 1
        } else if !counted.isDisjoint(with: .metadata) {
            result.counts.metadataOnly += 1
        } else {
            result.counts.headerOnly += 1
        }
        result.differences.append(EntryDifference(first: partner, second: place, aspects: counted))
    }
}

extension LayerEntry {
    /// In what two entries of one path differ.
    func aspects(differingFrom other: LayerEntry) -> EntryAspects {
        var aspects: EntryAspects = []
        if typeFlag != other.typeFlag {
            aspects.insert(.type)
        } else if content != other.content || byteCount != other.byteCount {
            aspects.insert(.content)
        }
        if linkTarget != other.linkTarget, typeFlag == other.typeFlag { aspects.insert(.linkTarget) }
        if isDevice, (deviceMajor, deviceMinor) != (other.deviceMajor, other.deviceMinor) { aspects.insert(.device) }
        if mode & 0o7777 != other.mode & 0o7777 { aspects.insert(.mode) }
        if (userID, groupID) != (other.userID, other.groupID) { aspects.insert(.owner) }
        if (seconds, nanoseconds) != (other.seconds, other.nanoseconds) || otherTimesHash != other.otherTimesHash {
            aspects.insert(.time)
        }
        if attributes != other.attributes { aspects.insert(.attributes) }
        // The bytes of the header differ if anything else does.
        let areBytesTelling = aspects.isEmpty && headerHash != other.headerHash
        if areBytesTelling || isWrittenDifferently(from: other) { aspects.insert(.header) }
        return aspects
    }

    /// Whether the header is of another form, or has other values that no file system shows.
    private func isWrittenDifferently(from other: LayerEntry) -> Bool {
        droppedPrefixByteCount != other.droppedPrefixByteCount || droppedSuffixByteCount != other.droppedSuffixByteCount
            || format != other.format || userName != other.userName || groupName != other.groupName
            || otherRecordsHash != other.otherRecordsHash || mode & ~0o7777 != other.mode & ~0o7777
    }

    private var isDevice: Bool { typeFlag == UInt8(ascii: "3") || typeFlag == UInt8(ascii: "4") }
}
