// layerverify: what the layers of an image do to each other.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The rules about what a layer does to the layers below it, for one image.
///
/// Most paths of a layer mean the same on any other layer. The rules look at the others (`PathTable.dependents`): whiteouts, and
/// directories without an entry, with a late one, or after a whiteout. Their paths in all layers make a tree, whose state is followed through the
/// layers, from the lowest one.
///
/// Complexity: for each layer proportional to its paths, or to the paths of the tree if these are fewer.
package struct StackRules {
    private let tables: [PathTable]
    /// Of each layer.
    private let globalFolders: [[GlobalFolder]]
    private var tree: StackTree
    private var faults: [LayerFaultList]
    private var resolver = PathResolver(steps: 1 << 20, links: PathResolver.containerdLinkCount)
    /// The paths of the tree below which the present layer hides all that is lower.
    private var hidden: Set<UInt32> = []

    /// The faults of the layers of an image, by layer and in no order within a layer; of each kind the first few.
    ///
    /// Parameters: `layers` begin with the lowest one; nil, or facts without paths, is a layer whose paths are not known. Nothing is
    /// found in it and in the layers above, since it is not known what they replace.
    package static func faults(of layers: [ContentsFacts?]) -> [(layer: Int, fault: LayerFault)] {
        var rules = StackRules(layers.prefix { $0?.paths != nil }.compactMap { $0 })
        rules.run()
        return rules.faults.enumerated().flatMap { place, list in list.faults.map { (place, $0) } }
    }

    private init(_ layers: [ContentsFacts]) {
        tables = layers.compactMap { $0.paths }
        globalFolders = layers.map { $0.globalFolders }
        tree = StackTree()
        faults = Array(repeating: LayerFaultList(), count: tables.count)
    }

    private mutating func run() {
        guard let lowest = tables.first else { return }
        for node in lowest.dependents where lowest.kind(of: node) == .whiteout { add(.whiteoutOfNothing, 0, node) }
        for (layer, table) in tables.enumerated().dropFirst() {
            if table.flags(of: .root).contains(.opaque), tables[..<layer].contains(where: { $0.count > 1 }) {
                faults[layer].add(.opaqueRoot) { kind in
                    LayerFault(kind, Array(".wh..wh..opq".utf8), at: table.headerOffset(of: .root))
                }
            }
            for folder in globalFolders[layer] { judge(folder, layer) }
            guard tree.add(dependentsOf: table) else {
                faults[layer].add(.pathLimit) { LayerFault($0, at: 0) }
                return
            }
        }
        guard tree.count > 1 else { return }
        for (layer, table) in tables.enumerated() {
            let pairs = tree.pairs(with: table)
            if layer > 0 { judge(pairs, layer) }
            tree.apply(table, pairs, layer: layer)
        }
    }

    /// Applies the rules to the paths of one layer that depend on those below. The parents in `pairs` are before their children.
    private mutating func judge(_ pairs: [StackTree.Pair], _ layer: Int) {
        let table = tables[layer]
        hidden.removeAll(keepingCapacity: true)
        for (path, node) in pairs where path != .root {
            let parent = tree.parent(of: path)
            let flags = table.flags(of: node)
            if hidden.contains(parent.number) {
                if table.kind(of: node) == .directory { hidden.insert(path.number) }
                continue
            }
            // The root of an overlay mount hides nothing.
            if table.flags(of: table.parent(of: node)).contains(.opaque), table.parent(of: node) != .root {
                hidden.insert(path.number)
                continue
            }
            switch table.kind(of: node) {
            case .whiteout: judgeWhiteout(path, node, layer)
            case .directory where flags.contains(.replacesWhiteout):
                hidden.insert(path.number)
                let below = tree[path]
                if below.kind == .directory, below.hasChildren, !flags.contains(.opaque) {
                    add(.whiteoutReplaced, layer, node)
                }
            case .directory where !flags.isDisjoint(with: .made): judgeMade(path, node, layer)
            default: break
            }
        }
    }

    private mutating func judgeWhiteout(_ path: PathNode, _ node: PathNode, _ layer: Int) {
        guard tree[path].kind == .absent else { return }
        let parent = tables[layer].parent(of: node)
        switch tree[tree.parent(of: path)].kind {
        case .directory: add(.whiteoutOfNothing, layer, node)
        case .absent: add(.whiteoutWithoutParent, layer, node)
        case .symbolicLink, .other:
            // What replaces a lower link or file without an entry has a fault of its own.
            if tables[layer].flags(of: parent).isDisjoint(with: .made) { add(.whiteoutWithoutParent, layer, node) }
        }
    }

    /// A directory that runtimes had to make for an entry in it.
    private mutating func judgeMade(_ path: PathNode, _ node: PathNode, _ layer: Int) {
        let below = tree[path]
        switch below.kind {
        case .absent: break
        case .directory:
            let hasEntry = tables[layer].flags(of: node).contains(.lateEntry)
            if !hasEntry, !below.hasDefaultAttributes { add(.parentAttributesLost, layer, node) }
        case .other: add(.lowerFileReplaced, layer, node)
        case .symbolicLink:
            let table = tables[below.layer]
            let isLoop = resolver.follow(below.node, in: table) == .loop
            // Whiteouts do not count as children.
            let isOfWhiteouts = !tables[layer].flags(of: node).contains(.hasChildren)
            let kind: LayerFault.Kind =
                isLoop ? .lowerLinkLoop : isOfWhiteouts ? .whiteoutBelowLink : .lowerLinkReplaced
            add(kind, layer, node, other: table.linkTarget(of: below.node))
        }
    }

    /// The folders of a global header. containerd looks for each in the lower layers, the uppermost first, each by itself.
    private mutating func judge(_ folder: GlobalFolder, _ layer: Int) {
        for path in folder.missing {
            lower: for table in tables[..<layer].reversed() {
                switch resolver.resolve(path, from: .root, in: table, followsLast: true) {
                case .loop:
                    let target = firstLink(path, table) ?? path
                    faults[layer].add(.lowerLinkLoop) { kind in
                        LayerFault(kind, path, at: folder.headerOffset, other: target)
                    }
                    return
                case .missing where !hasWhiteout(path, table): continue lower
                case .found, .missing, .notDirectory, .unknown: break lower
                }
            }
        }
    }

    /// The target of the first symbolic link in a path.
    private func firstLink(_ path: [UInt8], _ table: PathTable) -> [UInt8]? {
        var place = PathNode.root
        for name in path.split(separator: UInt8(ascii: "/")) {
            guard let next = table.find(path, name.indices, in: place) else { return nil }
            if let target = table.linkTarget(of: next) { return Array(target) }
            place = next
        }
        return nil
    }

    /// Whether a layer has a whiteout at a path or above it, links not followed.
    private func hasWhiteout(_ path: [UInt8], _ table: PathTable) -> Bool {
        var place = PathNode.root
        for name in path.split(separator: UInt8(ascii: "/")) {
            guard let next = table.find(path, name.indices, in: place) else { return false }
            if table.kind(of: next) == .whiteout { return true }
            place = next
        }
        return false
    }

    private mutating func add(
        _ kind: LayerFault.Kind, _ layer: Int, _ node: PathNode, other: ArraySlice<UInt8>? = nil
    ) {
        let table = tables[layer]
        faults[layer].add(kind) { kind in
            var path = table.path(of: node)
            if table.kind(of: node) == .whiteout {
                path.insert(contentsOf: Array(".wh.".utf8), at: path.count - table.name(of: node).count)
            }
            return LayerFault(kind, path, at: table.headerOffset(of: node), other: Array(other ?? []))
        }
    }
}

extension PathFlags {
    /// A directory without an entry before those in it.
    fileprivate static let made: PathFlags = [.implied, .lateEntry]
}
