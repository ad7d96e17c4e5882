// layerverify: the names most similar to a given one.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Lists existing names in a message about one that does not exist.
enum NearestNames {
    /// The number of names in a list; further ones are counted.
    static let listedCount = 10
    /// The number of bytes of a name that are compared.
    private static let comparedByteCount = 128

    /// `a, b, c and 4 more`: names by their distance to the nearest of `wanted`, equal distances in the given order.
    ///
    /// - Parameter moreCount: the number of names in addition to `names`.
    static func list(_ names: [String], nearestTo wanted: [String], moreCount: Int = 0) -> String {
        let wanted = wanted.map { compared($0) }
        let distances = names.map { name in
            let name = compared(name)
            return wanted.map { distance($0, name) }.min() ?? 0
        }
        let sorted = names.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        let listed = sorted.prefix(listedCount).map { names[$0] }.joined(separator: ", ")
        let count = max(0, names.count - listedCount) + moreCount
        return count == 0 ? listed : "\(listed) and \(count) more"
    }

    /// The part of a name that is compared: without the parts that Docker leaves out when it displays names.
    private static func compared(_ name: String) -> [UInt8] {
        var name = name[...]
        for prefix in ["docker.io/library/", "docker.io/"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
            break
        }
        return Array(name.utf8.prefix(comparedByteCount))
    }

    /// The number of bytes to insert, remove or replace (Levenshtein).
    ///
    /// Complexity: the product of the lengths.
    static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (line, byte) in one.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, otherByte) in other.enumerated() {
                let replaced = diagonal + (byte == otherByte ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
