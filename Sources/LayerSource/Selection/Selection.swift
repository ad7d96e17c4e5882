// layerverify: what the user wants to see checked.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// What of an image store is to be checked.
package struct Selection: Sendable {
    /// Only images for this platform; nil for all.
    package var platform: Platform?
    /// Only images that match one of these references; empty for all.
    package var references: [String]
    /// Whether a platform that an index lists must be here.
    package var requiresAllPlatforms: Bool
    /// The digests that the selected images must have; nil where any digest will do.
    package var expectedDigests: ExpectedDigests?
    /// What the references match. A walk selects nothing by reference before they are resolved.
    package var matches: ReferenceMatches?

    package init(
        platform: Platform? = nil, references: [String] = [], requiresAllPlatforms: Bool = false,
        expectedDigests: ExpectedDigests? = nil
    ) {
        self.platform = platform
        self.references = references
        self.requiresAllPlatforms = requiresAllPlatforms
        self.expectedDigests = expectedDigests
    }

    /// True where nothing is left out.
    var isEverything: Bool { platform == nil && references.isEmpty }

    /// Whether an image for `candidate` is wanted. One whose platform is not known yet may be.
    func accepts(_ candidate: Platform?) -> Bool {
        guard let platform, let candidate else { return true }
        return platform.accepts(candidate)
    }

    /// Whether the entry of a document is selected by reference, or everything is.
    func selects(_ place: Place, in root: RootIndex) -> Bool {
        references.isEmpty || matches?.references(at: place, in: root) != nil
    }

    /// Whether an index entry that is not selected itself may lead to one that is.
    func descends(into place: Place, in root: RootIndex) -> Bool {
        guard let matches else { return false }
        // The nested index that has the digest may be one that could not be read: the walk says so then.
        return matches.lacksDigest || matches.leads(through: place, in: root)
    }
}

/// What the references of a selection match: entries of `index.json`, of nested indexes, of `manifest.json` and of
/// `repositories`.
package struct ReferenceMatches: Sendable {
    /// For each root and selected entry the references that match it, by their places in `Selection.references`.
    private var selected: [RootIndex: [Place: [Int]]] = [:]
    /// The index entries that lead to the selected ones.
    private var ways: [RootIndex: Set<Place>] = [:]
    /// For each reference that matches several images, what it matches.
    package internal(set) var ambiguous: [Int: [String]] = [:]
    /// For each reference of a name and a digest that matches nothing, the names by which the digest is known; empty
    /// where it is here without a name.
    package internal(set) var otherNames: [Int: [String]] = [:]
    /// The image stores of which not all could be read that references are compared with.
    package internal(set) var incompleteRoots: [RootIndex] = []
    /// Whether a reference is a digest, or has one, that was not found.
    var lacksDigest = false

    package init() {}

    /// Selects an entry.
    ///
    /// - Parameter way: the index entries that lead to it from `index.json`.
    mutating func select(_ place: Place, in root: RootIndex, by reference: Int, way: [Place]) {
        selected[root, default: [:]][place, default: []].append(reference)
        if !way.isEmpty { ways[root, default: []].formUnion(way) }
    }

    /// The references that match an entry, by their places in `Selection.references`; nil if none does.
    func references(at place: Place, in root: RootIndex) -> [Int]? { selected[root]?[place] }

    /// Whether some entry is selected by a reference.
    func isMatched(_ reference: Int) -> Bool {
        selected.values.contains { $0.values.contains { $0.contains(reference) } }
    }

    func leads(through place: Place, in root: RootIndex) -> Bool { ways[root]?.contains(place) == true }
}
