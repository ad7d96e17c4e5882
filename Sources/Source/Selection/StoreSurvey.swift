// layerverify: the survey of the image stores of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
package import LayerSystem

/// Walks image stores to collect names, digests and platforms. It makes no claims and reports no faults; the walk that
/// follows does.
package struct StoreSurvey {
    /// The depth to which an image store is read.
    enum Depth: Hashable {
        /// The documents that name images.
        case names
        /// All indexes, and no manifests.
        case indexes
        /// All documents.
        case images
    }

    /// Receives the entries that a walk meets, instead of claims.
    struct Observer {
        var depth: Depth
        /// The index of the image store in the run.
        var root: RootIndex
        var note: (SelectableEntry) -> Void
    }

    private let found: [ImageFinder.Found]
    private let makeBuilder: (Selection) -> InventoryBuilder

    /// - Parameters:
    ///   - found: the image stores of the run, in the order in which it will walk them.
    package init(
        _ found: [ImageFinder.Found], opener: any BlobOpener, digester: DocumentDigester,
        watch: WalkWatch = WalkWatch()
    ) {
        self.found = found
        makeBuilder = { InventoryBuilder(selection: $0, opener: opener, digester: digester, watch: watch) }
    }

    var roots: Range<RootIndex> { found.indices }

    func path(of root: RootIndex) -> String { found[root].record.path }

    /// Calls `note` with each entry of an image store that names an image. Returns: whether everything could be read.
    @discardableResult
    func forEachEntry(in root: RootIndex, _ depth: Depth, _ note: @escaping (SelectableEntry) -> Void) -> Bool {
        walk(root, Selection(), Observer(depth: depth, root: root, note: note))?.areRootsWhole ?? false
    }

    /// Returns: the builder with the results; nil if the image store could not be opened.
    private func walk(_ root: RootIndex, _ selection: Selection, _ observer: Observer) -> InventoryBuilder? {
        var builder = makeBuilder(selection)
        builder.observer = observer
        do throws(LookupFault) {
            guard let source = found[root].source, let tree = try found[root].openTree() else { return nil }
            builder.beginRoot(found[root].record, indexByteCount: tree.byteCount)
            source.walk(tree, &builder)
            return builder
        } catch {
            return nil
        }
    }

    // Existing names and platforms

    /// The number of names that are compared; further ones are counted.
    private static let maximumNameCount = 20_000

    /// The names of the images in some stores, the most similar first; their digests if none has a name.
    func names(in roots: [RootIndex], nearestTo wanted: String) -> String {
        var names = Gathered(limit: Self.maximumNameCount)
        var digests = Gathered(limit: NearestNames.listedCount)
        for root in roots {
            forEachEntry(in: root, .names) { entry in
                for name in entry.names { names.insert(name) }
                if let digest = entry.digest, entry.names.isEmpty { digests.insert(digest.description) }
            }
        }
        let listed = names.texts.isEmpty ? digests : names
        return NearestNames.list(listed.texts, nearestTo: [wanted], moreCount: listed.moreCount)
    }

    /// The platforms of the images that match a selection's references, the most similar to its platform first.
    func platforms(in roots: [RootIndex], _ selection: Selection) -> String {
        var other = selection
        other.platform = nil
        var platforms = Gathered(limit: Self.maximumNameCount)
        for root in roots {
            guard let walked = walk(root, other, Observer(depth: .images, root: root) { _ in }) else { continue }
            let images = walked.inventory.images
            for image in images.indices {
                guard let platform = images.withoutLists(image).platform, !platform.isUnknown else { continue }
                platforms.insert(platform.description)
            }
        }
        let wanted = selection.platform.map { [$0.description] } ?? []
        return NearestNames.list(platforms.texts, nearestTo: wanted, moreCount: platforms.moreCount)
    }

    /// Unique texts, up to a number.
    private struct Gathered {
        let limit: Int
        private(set) var texts: [String] = []
        private(set) var moreCount = 0
        private var known: Set<String> = []

        init(limit: Int) { self.limit = limit }

        mutating func insert(_ text: String) {
            guard !known.contains(text) else { return }
            guard texts.count < limit else {
                moreCount += 1
                return
            }
            known.insert(text)
            texts.append(text)
        }
    }
}
