// layerverify: the lists of which the tree of a layer consists.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The nodes, inodes and texts of a layer.
struct TreeContent: Sendable {
    var nodes = ChunkedList<TreeNode>()
    var inodes = ChunkedList<TreeInode>()
    var texts = TextStore()
    /// The SHA-256 of files, 32 bytes each.
    var digests: [UInt8] = []

    init() {
        nodes.append(TreeNode(parent: 0, nameStart: 0, inode: TreeNode.none, nameCount: 0, kind: .directory))
    }

    func name(of node: Int) -> ArraySlice<UInt8> {
        let node = nodes[node]
        return texts.text(at: node.nameStart, count: Int(node.nameCount))
    }

    func inode(of node: Int) -> TreeInode? {
        let node = nodes[node]
        guard node.kind != .absent, node.inode != TreeNode.none else { return nil }
        return inodes[Int(node.inode)]
    }

    func path(of node: Int) -> [UInt8] {
        var way: [Int] = []
        var next = node
        while next != LayerTree.root {
            way.append(next)
            next = Int(nodes[next].parent)
        }
        var path: [UInt8] = []
        for node in way.reversed() {
            if !path.isEmpty { path.append(UInt8(ascii: "/")) }
            path += name(of: node)
        }
        return path
    }

    /// The nodes sorted by parent and name, and for each node the place of its first child.
    func sorted() -> (order: [UInt32], firstChildren: [UInt32]) {
        var places = [UInt32](repeating: 0, count: nodes.count + 1)
        for index in 1..<max(1, nodes.count) where nodes[index].kind != .absent {
            places[Int(nodes[index].parent) + 1] += 1
        }
        for index in 1..<places.count { places[index] += places[index - 1] }
        let firstChildren = places
        var order = [UInt32](repeating: 0, count: Int(places[places.count - 1]))
        for index in 1..<max(1, nodes.count) where nodes[index].kind != .absent {
            let parent = Int(nodes[index].parent)
            order[Int(places[parent])] = UInt32(index)
            places[parent] += 1
        }
        for index in 0..<nodes.count where firstChildren[index + 1] - firstChildren[index] > 1 {
            order[Int(firstChildren[index])..<Int(firstChildren[index + 1])].sort { precedes(Int($0), Int($1)) }
        }
        return (order, firstChildren)
    }

    private func precedes(_ one: Int, _ other: Int) -> Bool { name(of: one).lexicographicallyPrecedes(name(of: other)) }
}
