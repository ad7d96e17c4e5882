// layerverify: the file system that layers make together.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The file system of an image: what an overlay mount of its layers shows.
///
/// Nothing is copied: a directory is looked up in the layers that have it.
package struct MergedTree: Sendable {
    /// The layers, base first.
    package let layers: [LayerTree]

    /// - Parameter layers: the layers, base first; for none the tree has an empty root.
    package init(_ layers: [LayerTree]) { self.layers = layers.isEmpty ? [.empty] : layers }

    /// What a layer has at a path.
    package struct Item: Hashable, Sendable {
        package var layer: Int
        package var node: Int
    }

    /// What the layers have at a path.
    package struct Place: Sendable {
        /// What is seen: a file, or a directory and those below it that are merged with it. Empty if there is nothing.
        package internal(set) var visible: [Item] = []
        /// Whiteouts that hide something, or nothing.
        package internal(set) var whiteouts: [Item] = []
        /// What is not seen, the upper layer first, and the layer that hides it.
        package internal(set) var hidden: [(item: Item, by: Int)] = []
    }

    /// The root: all layers have it, and no marker hides a part of it, since overlay mounts ignore one there.
    package var root: Place {
        Place(visible: layers.indices.reversed().map { Item(layer: $0, node: LayerTree.root) })
    }

    package func kind(of item: Item) -> TreeKind { layers[item.layer].kind(of: item.node) }

    /// The names in a directory, sorted by their bytes, and what the layers have there.
    ///
    /// Complexity: linear in the names if one layer has the directory, otherwise a sort of them.
    ///
    /// - Parameter includesHidden: whether names are included at which nothing is seen.
    package func children(of place: Place, includesHidden: Bool) -> [(name: ArraySlice<UInt8>, place: Place)] {
        var names: [Name] = []
        let isMerged = place.visible.count > 1 || includesHidden && !place.hidden.isEmpty
        for item in place.visible where kind(of: item) == .directory { add(item, hiddenBy: nil, to: &names) }
        if includesHidden {
            for (item, by) in place.hidden where kind(of: item) == .directory { add(item, hiddenBy: by, to: &names) }
        }
        if isMerged { names.sort { $0.precedes($1) } }
        var result: [(name: ArraySlice<UInt8>, place: Place)] = []
        var start = 0
        while start < names.count {
            var end = start + 1
            while end < names.count, names[end].name == names[start].name { end += 1 }
            let place = merged(names[start..<end])
            if includesHidden || !place.visible.isEmpty { result.append((names[start].name, place)) }
            start = end
        }
        return result
    }

    /// What the layers have at a name in a directory.
    package func child(of place: Place, named name: ArraySlice<UInt8>) -> Place {
        func names(_ item: Item, hiddenBy: Int?) -> Name? {
            layers[item.layer].child(of: item.node, named: name).map {
                Name(name: name, item: Item(layer: item.layer, node: $0), hiddenBy: hiddenBy)
            }
        }
        var found = place.visible.filter { kind(of: $0) == .directory }.compactMap { names($0, hiddenBy: nil) }
        found += place.hidden.filter { kind(of: $0.item) == .directory }.compactMap { names($0.item, hiddenBy: $0.by) }
        found.sort { $0.precedes($1) }
        return merged(found[...])
    }

    /// A name in a directory of one layer.
    private struct Name {
        var name: ArraySlice<UInt8>
        var item: Item
        var hiddenBy: Int?

        /// By name, and then the upper layer first.
        func precedes(_ other: Name) -> Bool {
            if name.lexicographicallyPrecedes(other.name) { return true }
            return name == other.name && item.layer > other.item.layer
        }
    }

    private func add(_ directory: Item, hiddenBy: Int?, to names: inout [Name]) {
        let layer = layers[directory.layer]
        for child in layer.children(of: directory.node) {
            names.append(
                Name(
                    name: layer.name(of: Int(child)), item: Item(layer: directory.layer, node: Int(child)),
                    hiddenBy: hiddenBy))
        }
    }

    /// Decides what is seen of what several layers have at one name, the upper layer first.
    private func merged(_ names: ArraySlice<Name>) -> Place {
        var place = Place()
        var blocker: Int?
        for name in names {
            let item = name.item
            let kind = kind(of: item)
            if kind == .whiteout { place.whiteouts.append(item) }
            if let by = name.hiddenBy ?? blocker {
                if kind != .whiteout { place.hidden.append((item, by)) }
                continue
            }
            switch kind {
            case .whiteout: blocker = item.layer
            case .directory:
                place.visible.append(item)
                if layers[item.layer].isOpaque(item.node) { blocker = item.layer }
            default:
                // A file ends the merging of the directories above it.
                blocker = place.visible.last?.layer ?? item.layer
                if place.visible.isEmpty {
                    place.visible.append(item)
                } else {
                    place.hidden.append((item, blocker ?? 0))
                }
            }
        }
        return place
    }
}
