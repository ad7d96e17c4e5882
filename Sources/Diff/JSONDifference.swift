// layerverify: comparing JSON values.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// Collects the members in which two JSON documents differ.
struct JSONDifference {
    /// The differences, in the order of the first document; members that only the second has follow.
    private(set) var members: [MemberDifference] = []
    /// True if there are further differences than are kept.
    private(set) var isCut = false
    /// Whether a member is left out, by its pointer.
    private let isLeftOut: (String) -> Bool
    /// The pointer of the array whose elements are paired by the command in them; nil for none.
    private let history: String?

    /// The number of differences that are kept.
    static let maximumCount = 10_000
    /// The pairs of elements that are compared to align two arrays; larger arrays are compared place by place.
    private static let maximumPairCount = 1_000_000
    /// The depth to which values are compared member by member. Deeper ones are compared as text.
    private static let maximumDepth = 64

    init(history: String? = nil, leavingOut isLeftOut: @escaping (String) -> Bool) {
        self.isLeftOut = isLeftOut
        self.history = history
    }

    /// Compares two values at a place.
    mutating func compare(_ first: JSONValue?, _ second: JSONValue?, at pointer: String = "", depth: Int = 0) {
        guard !isLeftOut(pointer) else { return }
        guard let first, let second else {
            if first != nil || second != nil { add(pointer, first, second) }
            return
        }
        if depth < Self.maximumDepth {
            if let object = first.object, let other = second.object {
                return compare(object, other, at: pointer, depth: depth + 1)
            }
            if let array = first.array, let other = second.array {
                return compare(Array(array), Array(other), at: pointer, depth: depth + 1)
            }
        }
        let text = CompactJSON.wholeText(of: first)
        let other = CompactJSON.wholeText(of: second)
        guard let text, let other, Self.isEqual(text, other) else { return add(pointer, first, second) }
    }

    private mutating func compare(_ first: JSONObject, _ second: JSONObject, at pointer: String, depth: Int) {
        // By code units: Swift compares strings by canonical equivalence.
        var others: [[UInt8]: JSONValue] = [:]
        for (key, value) in second { others[Array(key.utf8)] = value }
        for (key, value) in first {
            compare(value, others.removeValue(forKey: Array(key.utf8)), at: Self.join(pointer, key), depth: depth)
        }
        for (key, value) in second where others[Array(key.utf8)] != nil {
            compare(nil, value, at: Self.join(pointer, key), depth: depth)
        }
    }

    private mutating func add(_ pointer: String, _ first: JSONValue?, _ second: JSONValue?) {
        guard members.count < Self.maximumCount else {
            isCut = true
            return
        }
        members.append(
            MemberDifference(
                pointer: pointer, first: first.map { CompactJSON.text(of: $0) },
                second: second.map { CompactJSON.text(of: $0) }))
    }

    // Arrays

    /// Compares two arrays: equal elements are paired, and those between two pairs in their order.
    private mutating func compare(_ first: [JSONValue], _ second: [JSONValue], at pointer: String, depth: Int) {
        let isHistory = pointer == history
        let pairs = Self.pairs(first.map { Self.key($0, isHistory) }, second.map { Self.key($0, isHistory) })
        for (one, other) in pairs {
            compare(
                one.map { first[$0] }, other.map { second[$0] }, at: "\(pointer)/\(one ?? other ?? 0)", depth: depth)
        }
    }

    /// What says that two elements are the same one.
    private static func key(_ value: JSONValue, _ isHistory: Bool) -> String {
        guard isHistory, let command = value["created_by"]?.string else {
            return CompactJSON.wholeText(of: value) ?? ""
        }
        return command + (value["empty_layer"]?.bool == true ? "\n1" : "\n0")
    }

    private static func pairs(_ first: [String], _ second: [String]) -> [(Int?, Int?)] {
        var result: [(Int?, Int?)] = []
        var (one, other) = (0, 0)
        for (firstEqual, secondEqual) in equalPairs(first, second) + [(first.count, second.count)] {
            while one < firstEqual, other < secondEqual {
                result.append((one, other))
                (one, other) = (one + 1, other + 1)
            }
            for rest in one..<firstEqual { result.append((rest, nil)) }
            for rest in other..<secondEqual { result.append((nil, rest)) }
            if firstEqual < first.count { result.append((firstEqual, secondEqual)) }
            (one, other) = (firstEqual + 1, secondEqual + 1)
        }
        return result
    }

    /// A longest common subsequence, by its places.
    private static func equalPairs(_ first: [String], _ second: [String]) -> [(Int, Int)] {
        let headCount = zip(first, second).prefix { isEqual($0, $1) }.count
        var pairs = (0..<headCount).map { ($0, $0) }
        let tailCount = zip(first.dropFirst(headCount).reversed(), second.dropFirst(headCount).reversed())
            .prefix { isEqual($0, $1) }.count
        let one = Array(first[headCount..<(first.count - tailCount)])
        let other = Array(second[headCount..<(second.count - tailCount)])
        if !one.isEmpty, !other.isEmpty, one.count <= maximumPairCount / other.count {
            pairs += commonPairs(one, other).map { ($0 + headCount, $1 + headCount) }
        }
        pairs += (0..<tailCount).map { (first.count - tailCount + $0, second.count - tailCount + $0) }
        return pairs
    }

    private static func commonPairs(_ one: [String], _ other: [String]) -> [(Int, Int)] {
        let width = other.count + 1
        var lengths = [Int32](repeating: 0, count: (one.count + 1) * width)
        for place in one.indices.reversed() {
            for otherPlace in other.indices.reversed() {
                let isSame = isEqual(one[place], other[otherPlace])
                lengths[place * width + otherPlace] =
                    isSame
                    ? lengths[(place + 1) * width + otherPlace + 1] + 1
                    : max(lengths[(place + 1) * width + otherPlace], lengths[place * width + otherPlace + 1])
            }
        }
        var pairs: [(Int, Int)] = []
        var (place, otherPlace) = (0, 0)
        while place < one.count, otherPlace < other.count {
            if isEqual(one[place], other[otherPlace]) {
                pairs.append((place, otherPlace))
                (place, otherPlace) = (place + 1, otherPlace + 1)
            } else if lengths[(place + 1) * width + otherPlace] >= lengths[place * width + otherPlace + 1] {
                place += 1
            } else {
                otherPlace += 1
            }
        }
        return pairs
    }

    /// By code units.
    private static func isEqual(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

    /// The pointer to a member. Spec: RFC 6901 §3.
    private static func join(_ pointer: String, _ key: String) -> String {
        var token = pointer + "/"
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}
