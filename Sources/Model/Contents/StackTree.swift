// layerverify: the state of some paths while layers are put on top of each other.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The paths of an image that the rules of the stack ask for, with the directories they are in, and what the layers so far have there.
///
/// Memory: about 60 bytes for each path.
struct StackTree {
    /// What the layers so far have at a path.
    struct State {
        var kind = Kind.absent
        /// Of a directory: mode 0755 and owner 0:0.
        var hasDefaultAttributes = false
        /// Of a directory: whether some layer put something into it.
        var hasChildren = false
        /// The layer that has it, and its path in the table of that layer.
        var layer = 0
        var node = PathNode.root

        enum Kind { case absent, directory, symbolicLink, other }
    }

    /// A path of the tree, and the same path in the table of a layer.
    typealias Pair = (path: PathNode, node: PathNode)

    private var paths: PathTable
    private var states: [State] = [State(kind: .directory)]
    /// The first child of each path, and the next child of its parent; the root if there is none.
    private var firstChild: [PathNode] = [.root]
    private var nextSibling: [PathNode] = [.root]
    private var scratch: [PathNode] = []

    /// Bounds the tree of an image whose layers have nothing but such paths.
    private static let maximumByteCount = 64 << 20

    init() { paths = PathTable(budget: PathBudget(byteCount: Self.maximumByteCount)) }

    var count: Int { paths.count }

    func parent(of path: PathNode) -> PathNode { paths.parent(of: path) }

    subscript(path: PathNode) -> State { states[Int(path.number)] }

    /// Adds the paths of a layer that depend on the layers below. Returns: false if there are too many.
    mutating func add(dependentsOf table: PathTable) -> Bool {
        var known: [PathNode: PathNode] = [.root: .root]
        var chain: [PathNode] = []
        for dependent in table.dependents {
            chain.removeAll(keepingCapacity: true)
            var place = dependent
            while known[place] == nil {
                chain.append(place)
                place = table.parent(of: place)
            }
            var path = known[place] ?? .root
            for node in chain.reversed() {
                guard let next = child(named: Array(table.name(of: node)), of: path) else { return false }
                known[node] = next
                path = next
            }
        }
        return true
    }

    private mutating func child(named name: [UInt8], of path: PathNode) -> PathNode? {
        if let known = paths.find(name, name.indices, in: path) { return known }
        guard let added = paths.add(name, name.indices, in: path, .file, at: 0) else { return nil }
        states.append(State())
        nextSibling.append(firstChild[Int(path.number)])
        firstChild.append(.root)
        firstChild[Int(path.number)] = added
        return added
    }

    /// The paths of the tree that a layer has, parents before their children.
    ///
    /// Complexity: proportional to the paths of the tree or of the table, whichever are fewer.
    func pairs(with table: PathTable) -> [Pair] {
        var pairs: [Pair] = [(.root, .root)]
        if paths.count <= table.count {
            var known = [PathNode?](repeating: nil, count: paths.count)
            known[0] = .root
            for path in paths.nodes.dropFirst() {
                guard let parent = known[Int(paths.parent(of: path).number)], table.kind(of: parent) == .directory
                else { continue }
                let name = Array(paths.name(of: path))
                guard let node = table.find(name, name.indices, in: parent) else { continue }
                known[Int(path.number)] = node
                pairs.append((path, node))
            }
        } else {
            var known = [PathNode?](repeating: nil, count: table.count)
            known[0] = .root
            for node in table.nodes.dropFirst() {
                let parentNode = table.parent(of: node)
                guard let parent = known[Int(parentNode.number)], table.kind(of: parentNode) == .directory
                else { continue }
                let name = Array(table.name(of: node))
                guard let path = paths.find(name, name.indices, in: parent) else { continue }
                known[Int(node.number)] = path
                pairs.append((path, node))
            }
        }
        return pairs
    }

    /// Puts a layer on top.
    mutating func apply(_ table: PathTable, _ pairs: [Pair], layer: Int) {
        for (path, node) in pairs where path != .root {
            let place = Int(path.number)
            switch table.kind(of: node) {
            case .whiteout, .overlayDevice: clear(path)
            case .directory: applyDirectory(path, table.flags(of: node), layer: layer, node)
            case .symbolicLink, .file, .characterDevice, .blockDevice, .fifo:
                clear(path)
                states[place].kind = table.kind(of: node) == .symbolicLink ? .symbolicLink : .other
                states[place].layer = layer
                states[place].node = node
            }
        }
    }

    private mutating func applyDirectory(_ path: PathNode, _ flags: PathFlags, layer: Int, _ node: PathNode) {
        let place = Int(path.number)
        if !flags.isDisjoint(with: [.opaque, .replacesWhiteout]) || states[place].kind != .directory { clear(path) }
        states[place].kind = .directory
        states[place].hasDefaultAttributes = flags.contains(.defaultAttributes)
        if flags.contains(.hasChildren) { states[place].hasChildren = true }
        states[place].layer = layer
        states[place].node = node
    }

    /// Removes a path and all in it.
    ///
    /// Complexity: proportional to the children of directories that are removed, so to what layers had put there.
    private mutating func clear(_ path: PathNode) {
        scratch.append(path)
        while let next = scratch.popLast() {
            let place = Int(next.number)
            let wasDirectory = states[place].kind == .directory
            states[place] = State()
            guard wasDirectory else { continue }
            var child = firstChild[place]
            while child != .root {
                scratch.append(child)
                child = nextSibling[Int(child.number)]
            }
        }
    }
}
