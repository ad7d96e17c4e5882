// layerverify: resolving references.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Resolves the references of a selection in the image stores of a run, before these are walked. The best match, and
/// whether it is ambiguous, depend on all stores.
package struct ReferenceResolver {
    private let survey: StoreSurvey
    private let queries: [ReferenceQuery]
    private let platform: Platform?
    /// The matches of each reference.
    private var hits: [[Hit]]
    /// The image stores that could not be read as far as necessary.
    private var incompleteRoots: Set<RootIndex> = []
    /// For each reference with a name and a digest, the names of the images with that digest.
    private var namesOfDigests: [Int: [String]] = [:]

    private struct Hit {
        var root: RootIndex
        var view: SelectableEntry.View
        var place: Place
        var way: [Place]
        var rank: ReferenceQuery.Rank
        var digest: ContentDigest?
        /// Whether the digest is that of a config.
        var isImageID: Bool
        /// False if the entry is known to be for another platform than the selected one.
        var fitsPlatform: Bool
    }

    private init(_ selection: Selection, _ survey: StoreSurvey) {
        self.survey = survey
        queries = selection.references.map { ReferenceQuery($0) }
        platform = selection.platform
        hits = queries.map { _ in [] }
    }

    /// Returns the selection with the matches of its references.
    ///
    /// - Parameter paths: the roots of each given path.
    package static func resolve(
        _ selection: Selection, in survey: StoreSurvey, paths: [[RootIndex]]
    ) -> Selection {
        guard !selection.references.isEmpty else { return selection }
        var resolver = ReferenceResolver(selection, survey)
        for depth in [StoreSurvey.Depth.names, .indexes, .images] {
            for root in paths.joined() where resolver.needs(depth, of: root) { resolver.look(into: root, depth) }
        }
        var result = selection
        result.matches = resolver.matches(paths)
        return result
    }

    /// Whether an image store must be read to that depth to decide what a reference matches.
    private func needs(_ depth: StoreSurvey.Depth, of root: RootIndex) -> Bool {
        depth == .names
            || queries.indices.contains { reference in
                let query = queries[reference]
                guard query.isDigest else { return false }
                // Further digests may begin with the same digits.
                if query.isPrefix { return depth == .images && !hits[reference].contains { $0.rank < .digest } }
                if depth == .indexes { return !hits[reference].contains { $0.root == root } }
                // A digest that is not that of a manifest or an index may be an image ID.
                return !query.isPinnedName && hits[reference].allSatisfy { $0.isImageID && $0.root != root }
            }
    }

    private mutating func look(into root: RootIndex, _ depth: StoreSurvey.Depth) {
        for reference in hits.indices { hits[reference].removeAll { $0.root == root } }
        var found: [(reference: Int, hit: Hit)] = []
        var names: [Int: [String]] = [:]
        let isWhole = survey.forEachEntry(in: root, depth) { [queries, platform] entry in
            for (reference, query) in queries.enumerated() {
                guard let match = query.match(entry) else {
                    if query.isPinnedName, entry.digest == query.digest {
                        names[reference, default: []] += entry.allNames
                    }
                    continue
                }
                let fits = platform.map { wanted in entry.platform.map { wanted.accepts($0) } ?? true } ?? true
                found.append(
                    (
                        reference,
                        Hit(
                            root: root, view: entry.view, place: entry.place, way: entry.way, rank: match.rank,
                            digest: match.digest, isImageID: match.digest == entry.imageID, fitsPlatform: fits)
                    ))
            }
        }
        if isWhole { incompleteRoots.remove(root) } else { incompleteRoots.insert(root) }
        for (reference, hit) in found { hits[reference].append(hit) }
        for (reference, names) in names {
            let known = namesOfDigests[reference, default: []]
            namesOfDigests[reference] = names.reduce(into: known) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    private func matches(_ paths: [[RootIndex]]) -> ReferenceMatches {
        var matches = ReferenceMatches()
        matches.incompleteRoots = incompleteRoots
        for (reference, query) in queries.enumerated() {
            var kept: [Hit] = []
            for roots in paths { kept += Self.best(hits[reference].filter { roots.contains($0.root) }) }
            if query.isDigest, kept.isEmpty { matches.lacksDigest = true }
            if query.isPinnedName, kept.isEmpty { matches.otherNames[reference] = namesOfDigests[reference] }
            if let candidates = ambiguity(of: kept) {
                matches.ambiguous[reference] = candidates
                continue
            }
            for hit in kept { matches.select(hit.place, in: hit.root, by: reference, way: hit.way) }
        }
        return matches
    }

    /// The best matches at one path.
    ///
    /// Two spellings of one name are one name to Docker, which may take either image: all of them count in a store with a best
    /// match.
    private static func best(_ hits: [Hit]) -> [Hit] {
        guard let best = hits.map({ $0.rank }).min() else { return [] }
        let roots = Set(hits.filter { $0.rank == best }.map { $0.root })
        return hits.filter { hit in
            hit.rank == best || best < .digest && hit.rank < .digest && roots.contains(hit.root)
        }
    }

    /// What a reference may mean, if it may mean several things: digests with the same first digits, or a tag that several
    /// image stores have without a name.
    private func ambiguity(of hits: [Hit]) -> [String]? {
        let fitting = hits.filter { $0.fitsPlatform }
        var candidates: [String] = []
        var roots: Set<RootIndex> = []
        for hit in fitting {
            switch hit.rank {
            case .name: continue
            case .digest, .tag:
                guard let text = hit.digest?.description, !candidates.contains(text) else { continue }
                candidates.append(text)
                roots.insert(hit.root)
            }
        }
        guard candidates.count > 1 else { return nil }
        // An index may give one tag to the images of several platforms.
        if fitting.contains(where: { $0.rank == .tag }), roots.count == 1 { return nil }
        return candidates
    }
}
