// layerverify: the names in a directory of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The names in a directory, sorted by their bytes, and what the layers have there. They are made one at a time.
///
/// Complexity: of each name logarithmic in the number of layers that have the directory.
struct MergedChildren {
    private let tree: MergedTree
    private let includesHidden: Bool
    /// The layers that have the directory and names in it left, as a heap: the first one has the first name.
    private var sources: [Source] = []

    /// The names of one layer, of which the first is the next one.
    private struct Source {
        var name: ArraySlice<UInt8>
        var left: ArraySlice<UInt32>
        let layer: Int
        let hiddenBy: Int?

        /// By name, and then the upper layer first.
        func precedes(_ other: Source) -> Bool {
            name.lexicographicallyPrecedes(other.name) || name == other.name && layer > other.layer
        }
    }

    /// - Parameter includesHidden: whether names are included at which nothing is seen.
    init(of place: MergedTree.Place, in tree: MergedTree, includesHidden: Bool) {
        self.tree = tree
        self.includesHidden = includesHidden
        for item in place.visible { add(item, hiddenBy: nil) }
        if includesHidden {
            for (item, by) in place.hidden { add(item, hiddenBy: by) }
        }
        for index in stride(from: sources.count / 2, through: 0, by: -1) { sink(index) }
    }

    private mutating func add(_ directory: MergedTree.Item, hiddenBy: Int?) {
        guard tree.kind(of: directory) == .directory else { return }
        let layer = tree.layers[directory.layer]
        let children = layer.children(of: directory.node)
        guard let first = children.first else { return }
        sources.append(
            Source(name: layer.name(of: Int(first)), left: children, layer: directory.layer, hiddenBy: hiddenBy))
    }

    var isEmpty: Bool { sources.isEmpty }

    /// The next name; nil after the last one.
    mutating func next() -> (name: ArraySlice<UInt8>, place: MergedTree.Place)? {
        while let name = sources.first?.name {
            var places = MergedTree.Merging(tree)
            while let source = sources.first, source.name == name, let node = source.left.first {
                places.add(MergedTree.Item(layer: source.layer, node: Int(node)), hiddenBy: source.hiddenBy)
                advance()
            }
            if includesHidden || !places.place.visible.isEmpty { return (name, places.place) }
        }
        return nil
    }

    /// Goes to the next name of the first source.
    private mutating func advance() {
        sources[0].left.removeFirst()
        if let next = sources[0].left.first {
            sources[0].name = tree.layers[sources[0].layer].name(of: Int(next))
        } else {
            sources.swapAt(0, sources.count - 1)
            sources.removeLast()
        }
        sink(0)
    }

    /// Puts a source into its place among those after it in the heap.
    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < sources.count && sources[child].precedes(sources[first]) {
                first = child
            }
            guard first != index else { return }
            sources.swapAt(index, first)
            index = first
        }
    }
}
