// layerverify: what is in order in two sequences.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Finds the most elements of a sequence that are in order.
enum IncreasingRun {
    /// For each value, whether it belongs to one longest increasing subsequence.
    ///
    /// Shape: no value occurs twice. Complexity: O(n log n), and 8 bytes for each value.
    static func members(of values: [Int32]) -> [Bool] {
        var isMember = [Bool](repeating: false, count: values.count)
        if zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) {
            return [Bool](repeating: true, count: values.count)
        }
        // The place of the smallest end of a subsequence of each length, and the place before each value.
        var ends: [Int32] = []
        var before = [Int32](repeating: -1, count: values.count)
        for place in values.indices {
            var (lower, upper) = (0, ends.count)
            while lower < upper {
                let middle = (lower + upper) / 2
                if values[Int(ends[middle])] < values[place] { lower = middle + 1 } else { upper = middle }
            }
            before[place] = lower > 0 ? ends[lower - 1] : -1
            if lower == ends.count { ends.append(Int32(place)) } else { ends[lower] = Int32(place) }
        }
        var place = ends.last ?? -1
        while place >= 0 {
            isMember[Int(place)] = true
            place = before[Int(place)]
        }
        return isMember
    }
}
