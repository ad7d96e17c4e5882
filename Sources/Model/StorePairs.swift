// layerverify: the image stores of two runs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Finds the image stores that two runs have in common, although their paths may differ.
package enum StorePairs {
    /// For each store of `paths` the index of the same store in `known`; nil if there is none.
    ///
    /// Two stores are the same if one of these is true, the first that applies to a store:
    ///
    /// 1. Their paths are the same.
    /// 2. Their paths are the same below the folder that contains all stores of the run. A run with one store has the
    ///    empty path there.
    /// 3. They have the same last component, which no other store of the same run has.
    ///
    /// A known store is the same as stores of one path only.
    ///
    /// Complexity: linear in the length of all paths.
    package static func pairs(of paths: [String], with known: [String]) -> [Int?] {
        let (paths, known) = (paths.map { Components($0) }, known.map { Components($0) })
        var pairs = [Int?](repeating: nil, count: paths.count)
        var isTaken = [Bool](repeating: false, count: known.count)
        func pair(_ names: [Components?], with knownNames: [Components?]) {
            var places: [Components: Int] = [:]
            for (place, name) in knownNames.enumerated() where !isTaken[place] {
                if let name, places[name] == nil { places[name] = place }
            }
            var found: [Int] = []
            for (index, name) in names.enumerated() where pairs[index] == nil {
                guard let name, let place = places[name] else { continue }
                pairs[index] = place
                found.append(place)
            }
            for place in found { isTaken[place] = true }
        }
        pair(paths, with: known)
        pair(belowCommonFolder(paths), with: belowCommonFolder(known))
        pair(uniqueLastComponents(paths), with: uniqueLastComponents(known))
        return pairs
    }

    /// The components of a path, without empty ones and dots.
    private struct Components: Hashable {
        var isAbsolute: Bool
        /// UTF-8: texts are compared by canonical equivalence, paths are not.
        var names: [[UInt8]]

        init(_ path: String) {
            let bytes = Array(path.utf8)
            isAbsolute = bytes.first == UInt8(ascii: "/")
            names = bytes.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }
        }

        init(_ names: some Sequence<[UInt8]>) {
            isAbsolute = false
            self.names = Array(names)
        }
    }

    private static func belowCommonFolder(_ paths: [Components]) -> [Components?] {
        guard let first = paths.first else { return [] }
        var common = first.names.count
        for path in paths {
            guard path.isAbsolute == first.isAbsolute else { return paths.map { _ in nil } }
            common = zip(path.names.prefix(common), first.names).prefix { $0 == $1 }.count
        }
        return paths.map { Components($0.names.dropFirst(common)) }
    }

    private static func uniqueLastComponents(_ paths: [Components]) -> [Components?] {
        var counts: [[UInt8]: Int] = [:]
        for path in Set(paths) { if let name = path.names.last { counts[name, default: 0] += 1 } }
        return paths.map { path in
            guard let name = path.names.last, counts[name] == 1 else { return nil }
            return Components([name])
        }
    }
}
