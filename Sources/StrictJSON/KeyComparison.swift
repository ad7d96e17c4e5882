// layerverify: which names of a JSON object are the same.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How the names of an object's members are compared with one another.
///
/// Go's `encoding/json` matches names without case with the fields of a struct: of `layers` and `LAYERS` it uses the last,
/// while other readers use the exact match. So a name that readers look up must not occur in two cases. Names that no reader
/// looks up may.
package struct KeyComparison: Sendable {
    /// The names that are compared without case, folded.
    let foldedNames: Set<String>
    /// The members whose values are maps with names that users choose, folded.
    let foldedMaps: Set<String>
    /// No longer string of a document, quotes included, is one of `foldedNames`: each character may be written as `\uXXXX`.
    let maximumByteCount: Int

    /// All names are compared exactly, after unescaping.
    package static let exact = KeyComparison(foldedNames: [], foldedMaps: [])

    private init(foldedNames: Set<String>, foldedMaps: Set<String>) {
        self.foldedNames = foldedNames
        self.foldedMaps = foldedMaps
        maximumByteCount = 2 + 6 * (foldedNames.map(\.utf8.count).max() ?? 0)
    }

    /// The names that readers look up are compared without case; all others exactly.
    ///
    /// A name is looked up if it is one of `names`, each name on the path to it is one of them, and it is not a name in a map.
    ///
    /// - Parameters:
    ///   - names: the names that readers look up, in any case.
    ///   - maps: those of them whose values are objects with names that users choose, in any case.
    package static func ignoringCase(of names: some Sequence<String>, maps: some Sequence<String>) -> KeyComparison {
        KeyComparison(foldedNames: Set(names.map(folded)), foldedMaps: Set(maps.map(folded)))
    }

    /// A name in lower case, as far as it matters for ASCII names: as Go compares the names of members with fields.
    package static func folded(_ name: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: name.unicodeScalars.lazy.map(JSONScalars.folded))
        return String(scalars)
    }
}
