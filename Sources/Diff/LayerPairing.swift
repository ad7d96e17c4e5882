// layerverify: pairing the layers of two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Pairs the layers of two images: those of one diffID, then by the command that made them, then by their place.
package struct LayerPairing {
    private let first: [ComparedLayer]
    private let second: [ComparedLayer]
    /// For each layer of the second image its counterpart in the first; nil for an added one.
    private var partners: [Int?]
    private var isPaired: [Bool]
    private var isMoved: [Bool]

    /// The layers in pairs, in the order of the report.
    package static func pair(_ first: [ComparedLayer], _ second: [ComparedLayer]) -> [LayerComparison] {
        var pairing = LayerPairing(first, second)
        pairing.pairEqual()
        pairing.pairOthers()
        return pairing.result()
    }

    private init(_ first: [ComparedLayer], _ second: [ComparedLayer]) {
        self.first = first
        self.second = second
        partners = second.map { _ in nil }
        isPaired = first.map { _ in false }
        isMoved = second.map { _ in false }
    }

    /// Pairs layers of one content. If several have it, as empty layers do, the first is paired with the first.
    private mutating func pairEqual() {
        var waiting: [ContentDigest: [Int]] = [:]
        for (place, layer) in first.enumerated().reversed() {
            if let identity = layer.identity { waiting[identity, default: []].append(place) }
        }
        var values: [Int32] = []
        var places: [Int] = []
        for (place, layer) in second.enumerated() {
            guard let identity = layer.identity, let partner = waiting[identity]?.popLast() else { continue }
            partners[place] = partner
            isPaired[partner] = true
            values.append(Int32(partner))
            places.append(place)
        }
        for (place, isInOrder) in zip(places, IncreasingRun.members(of: values)) { isMoved[place] = !isInOrder }
    }

    /// Pairs the other layers between two layers that are the same in both images.
    private mutating func pairOthers() {
        var firstStart = 0
        var secondStart = 0
        for place in second.indices {
            guard let partner = partners[place], !isMoved[place] else { continue }
            pairGap(firstStart..<partner, secondStart..<place)
            (firstStart, secondStart) = (partner + 1, place + 1)
        }
        pairGap(firstStart..<first.count, secondStart..<second.count)
    }

    private mutating func pairGap(_ firstRange: Range<Int>, _ secondRange: Range<Int>) {
        let firsts = firstRange.filter { !isPaired[$0] }
        let seconds = secondRange.filter { partners[$0] == nil }
        // The places in `firsts` of each command, the first at the end.
        var waiting: [String: [Int]] = [:]
        for (number, place) in firsts.enumerated().reversed() {
            if let command = first[place].createdBy { waiting[command, default: []].append(number) }
        }
        var firstStart = 0
        var secondStart = 0
        for (number, place) in seconds.enumerated() {
            guard let command = second[place].createdBy else { continue }
            while let found = waiting[command]?.popLast() {
                guard found >= firstStart else { continue }
                pairInOrder(firsts[firstStart..<found], seconds[secondStart..<number])
                pair(firsts[found], place)
                (firstStart, secondStart) = (found + 1, number + 1)
                break
            }
        }
        pairInOrder(firsts[firstStart...], seconds[secondStart...])
    }

    /// Pairs the first with the first, the second with the second.
    private mutating func pairInOrder(_ firsts: ArraySlice<Int>, _ seconds: ArraySlice<Int>) {
        for (one, other) in zip(firsts, seconds) { pair(one, other) }
    }

    private mutating func pair(_ one: Int, _ other: Int) {
        partners[other] = one
        isPaired[one] = true
    }

    private func result() -> [LayerComparison] {
        var result: [LayerComparison] = []
        var next = 0
        func appendRemoved(before end: Int) {
            while next < end {
                if !isPaired[next] { result.append(LayerComparison(first[next], nil, .removed)) }
                next += 1
            }
        }
        for (place, layer) in second.enumerated() {
            guard let partner = partners[place] else {
                result.append(LayerComparison(nil, layer, .added))
                continue
            }
            if !isMoved[place] { appendRemoved(before: partner) }
            var pair = LayerComparison(first[partner], layer, first[partner].relation(to: layer))
            pair.isMoved = isMoved[place]
            result.append(pair)
        }
        appendRemoved(before: first.count)
        return result
    }
}

extension ComparedLayer {
    /// What says that two layers have the same content.
    fileprivate var identity: ContentDigest? { diffID ?? digest }

    /// How the layer is related to its counterpart, as far as digests say.
    package func relation(to other: ComparedLayer) -> LayerComparison.Relation {
        if let digest, let otherDigest = other.digest, digest == otherDigest { return .identical }
        guard let identity, identity == other.identity else { return .different }
        guard digest != nil, other.digest != nil else { return .identical }
        return .recompressed
    }
}
