// layerverify: the attributes of directories without an entry.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Finds the attributes of directories without an entry: those of the directory to which the path leads in the layers below, links
/// included, also if an opaque marker hides it. So does containerd.
///
/// It remembers where the path of one directory leads, so that what is in it is found without following the whole path again.
struct InheritedAttributes {
    /// Where the path leads in the layers below some layers, by these.
    private var ways: [Int: Way] = [:]

    fileprivate struct Way {
        let tree: MergedTree
        let end: End

        enum End {
            case directory(MergedTree.Found)
            /// What is in the directory is found where the link leads.
            case link
            /// No directory, so nothing is in it.
            case nothing
        }
    }

    /// The attributes of a directory; nil if there is none below.
    ///
    /// - Parameters:
    ///   - name: the last component of the path.
    ///   - parent: of the directory that it is in.
    mutating func attributes(
        of item: MergedTree.Item, at path: [UInt8], named name: ArraySlice<UInt8>, in tree: MergedTree,
        parent: InheritedAttributes
    ) -> TreeAttributes? {
        guard tree.kind(of: item) == .directory, !path.isEmpty else { return nil }
        var (current, layer) = (path, item.layer)
        var isSame = true
        while layer > 0 {
            let way: Way
            if isSame {
                way = ways[layer] ?? parent.ways[layer]?.way(to: name) ?? Way(to: current, below: layer, in: tree)
                ways[layer] = way
            } else {
                way = Way(to: current, below: layer, in: tree)
            }
            guard case .directory(let found) = way.end, let seen = way.tree.seen(found.place),
                tree.kind(of: seen) == .directory
            else { return nil }
            if let attributes = tree.layers[seen.layer].attributes(of: seen.node) { return attributes }
            isSame = isSame && found.path == current
            (current, layer) = (found.path, seen.layer)
        }
        return nil
    }
}

extension InheritedAttributes.Way {
    /// Follows a path through the layers below one.
    init(to path: [UInt8], below layer: Int, in tree: MergedTree) {
        let below = MergedTree(Array(tree.layers[..<layer]))
        let found = try? below.find(path, followsLast: false)
        self.init(tree: below, end: found.map { Self.end($0, in: below) } ?? .nothing)
    }

    /// The way to a name in this directory; nil if the whole path must be followed.
    func way(to name: ArraySlice<UInt8>) -> Self? {
        switch end {
        case .link: return nil
        case .nothing: return self
        case .directory(let directory):
            let path = directory.path.isEmpty ? Array(name) : directory.path + [UInt8(ascii: "/")] + name
            let found = MergedTree.Found(place: tree.child(of: directory.place, named: name), path: path)
            return Self(tree: tree, end: Self.end(found, in: tree))
        }
    }

    private static func end(_ found: MergedTree.Found, in tree: MergedTree) -> End {
        switch found.place.visible.first.map({ tree.kind(of: $0) }) {
        case .directory?: .directory(found)
        case .symbolicLink?: .link
        default: .nothing
        }
    }
}
