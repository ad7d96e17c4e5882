// layerverify: the selection of images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The images of an image store that are checked.
package struct Selection: Sendable {
    /// The platform of the images to check; nil for all platforms.
    package var platform: Platform?
    /// The references of the images to check; empty for all images.
    package var references: [String]
    /// Whether the manifest of each platform in an index must exist.
    package var requiresAllPlatforms: Bool
    /// The digests that the selected images must have; nil for no expectation.
    package var expectedDigests: ExpectedDigests?
    /// The matches of the references. Before they are resolved, a walk selects nothing by reference.
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

    /// True if everything is selected.
    var isEverything: Bool { platform == nil && references.isEmpty }

    /// Whether an image for `candidate` is selected. True if the platform is not known yet.
    func accepts(_ candidate: Platform?) -> Bool {
        guard let platform, let candidate else { return true }
        return platform.accepts(candidate)
    }

    /// Whether the entry of a document is selected by reference, or no reference was given.
    func selects(_ place: Place, in root: RootIndex) -> Bool {
        references.isEmpty || matches?.references(at: place, in: root) != nil
    }

    /// Whether an index entry that is not selected itself may lead to a selected one.
    func descends(into place: Place, in root: RootIndex) -> Bool {
        guard let matches else { return false }
        // The digest may be in a nested index that could not be read, which the walk reports.
        return matches.lacksDigest || matches.leads(through: place, in: root)
    }
}

/// The matches of the references of a selection: entries of `index.json`, of nested indexes, of `manifest.json` and of
/// `repositories`.
package struct ReferenceMatches: Sendable {
    /// For each root and selected entry, the indexes in `Selection.references` of the references that match it.
    private var selected: [RootIndex: [Place: [Int]]] = [:]
    /// The index entries that lead to the selected ones.
    private var ways: [RootIndex: Set<Place>] = [:]
    /// The candidates of each ambiguous reference.
    package internal(set) var ambiguous: [Int: [String]] = [:]
    /// For each reference with a name and a digest that matches nothing, the names of the images with the digest; empty
    /// if they have none.
    package internal(set) var otherNames: [Int: [String]] = [:]
    /// The image stores whose names or digests could not all be read.
    package internal(set) var incompleteRoots: Set<RootIndex> = []
    /// Whether the digest of a reference was not found.
    var lacksDigest = false

    package init() {}

    /// Selects an entry.
    ///
    /// - Parameter way: the index entries that lead to it from `index.json`.
    mutating func select(_ place: Place, in root: RootIndex, by reference: Int, way: [Place]) {
        selected[root, default: [:]][place, default: []].append(reference)
        if !way.isEmpty { ways[root, default: []].formUnion(way) }
    }

    /// The indexes in `Selection.references` of the references that match an entry; nil if none does.
    func references(at place: Place, in root: RootIndex) -> [Int]? { selected[root]?[place] }

    /// Whether a reference selects an entry.
    func isMatched(_ reference: Int) -> Bool {
        selected.values.contains { $0.values.contains { $0.contains(reference) } }
    }

    func leads(through place: Place, in root: RootIndex) -> Bool { ways[root]?.contains(place) == true }
}
