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

    /// What the layers have at a name in a directory.
    package func child(of place: Place, named name: ArraySlice<UInt8>) -> Place {
        var found: [(item: Item, hiddenBy: Int?)] = []
        func look(_ directory: Item, hiddenBy: Int?) {
            guard kind(of: directory) == .directory,
                let node = layers[directory.layer].child(of: directory.node, named: name)
            else { return }
            found.append((Item(layer: directory.layer, node: node), hiddenBy))
        }
        for item in place.visible { look(item, hiddenBy: nil) }
        for (item, by) in place.hidden { look(item, hiddenBy: by) }
        if !place.hidden.isEmpty { found.sort { $0.item.layer > $1.item.layer } }
        var merging = Merging(self)
        for (item, by) in found { merging.add(item, hiddenBy: by) }
        return merging.place
    }

    /// Decides what is seen of what several layers have at one name.
    struct Merging {
        private(set) var place = Place()
        private let tree: MergedTree
        /// The lowest layer so far that hides all that is below it, and the lowest one that has a directory.
        private var hiding: Int?
        private var directory: Int?

        init(_ tree: MergedTree) { self.tree = tree }

        /// Adds what the next lower layer has there.
        ///
        /// - Parameter outer: the first layer above that hides the directory in which it is; nil if none does.
        mutating func add(_ item: Item, hiddenBy outer: Int?) {
            let kind = tree.kind(of: item)
            if kind == .whiteout {
                place.whiteouts.append(item)
                hiding = item.layer
                return
            }
            // A file ends the merging of the directories above it. The first layer that hid it is the lowest one.
            let by = [outer, hiding, kind == .directory ? nil : directory].compactMap { $0 }.min()
            if let by { place.hidden.append((item, by)) } else { place.visible.append(item) }
            guard kind == .directory else {
                hiding = item.layer
                return
            }
            directory = item.layer
            if tree.layers[item.layer].isOpaque(item.node) { hiding = item.layer }
        }
    }
}
