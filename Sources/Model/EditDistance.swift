// layerverify: similar words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The number of typing errors between two words.
package enum EditDistance {
    /// The word that is probably meant by `typed`; nil if none is similar enough.
    ///
    /// One error is allowed for every three letters, not counting hyphens. Of equally similar words the first is
    /// returned.
    package static func nearest(to typed: String, among words: [String]) -> String? {
        let letters = typed.drop { $0 == "-" }.count
        let limit = max(1, letters / 3)
        guard letters >= 2 else { return nil }
        let distances = words.map { ($0, between(typed.lowercased(), $0)) }
        return distances.filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
    }

    /// The least number of letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
    static func between(_ first: String, _ second: String) -> Int {
        let (left, right) = (Array(first), Array(second))
        var rows = [[Int]](repeating: [Int](repeating: 0, count: right.count + 1), count: left.count + 1)
        for row in 0...left.count { rows[row][0] = row }
        for column in 0...right.count { rows[0][column] = column }
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        for row in 1...left.count {
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                var best = min(
                    rows[row - 1][column] + 1, rows[row][column - 1] + 1, rows[row - 1][column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    best = min(best, rows[row - 2][column - 2] + 1)
                }
                rows[row][column] = best
            }
        }
        return rows[left.count][right.count]
    }
}
