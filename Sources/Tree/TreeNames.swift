// layerverify: the names of a layer while it is read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Finds and adds names in the tree of a layer, and follows the symbolic links of the layer within its root.
struct TreeNames {
    var content = TreeContent()
    /// Nodes by parent and name. A node that was replaced stays here and leads to the one that has its place.
    private var index = HashIndex()
    private var budget: TreeAllowance
    /// The number of entries so far.
    private var entryCount = 0
    private var impliedCount = 0
    /// The directory of the last path as it was written, and its node; nil after a change of what was there.
    private var lastFolder: (path: [UInt8], node: Int)?

    /// Linux follows as many.
    private static let maximumLinkCount = 40
    /// PATH_MAX without the NUL and the slash of the root.
    private static let maximumPathByteCount = 4094

    init(_ budget: TreeBudget) { self.budget = TreeAllowance(budget) }

    // MARK: Finding

    /// The directory of a path, which is made if it does not exist, and the last component; nil for the root.
    mutating func place(of path: ArraySlice<UInt8>) throws(TreeFault) -> (parent: Int, base: ArraySlice<UInt8>)? {
        guard path.count <= TextStore.maximumByteCount else { throw TreeFault(.nameTooLong) }
        entryCount += 1
        var path = path
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        // The entries of a directory mostly come one after another.
        let end = path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        let name = path[end...].dropFirst(end == path.startIndex ? 0 : 1)
        let isPlain = end > path.startIndex && !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8)
        if isPlain, name.count <= 255, let lastFolder, path[..<end].elementsEqual(lastFolder.path) {
            return (lastFolder.node, name)
        }
        var components = Self.cleaned(path)
        guard let base = components.popLast() else { return nil }
        guard components.allSatisfy({ $0.count <= 255 }), base.count <= 255 else { throw TreeFault(.nameTooLong) }
        guard let parent = try directory(components, makes: true, before: base) else {
            preconditionFailure("a directory that is missing is made")
        }
        if isPlain { lastFolder = (Array(path[..<end]), parent) }
        return (parent, base)
    }

    /// The node at a path, whose last component is not followed; nil if it does not exist.
    mutating func node(at path: ArraySlice<UInt8>) throws(TreeFault) -> Int? {
        var components = Self.cleaned(path)
        guard let base = components.popLast() else { return LayerTree.root }
        guard let parent = try directory(components, makes: false, before: base) else { return nil }
        return find(base, in: parent).flatMap { content.nodes[$0.live].kind == .absent ? nil : $0.live }
    }

    func kind(of name: ArraySlice<UInt8>, in parent: Int) -> TreeKind? {
        find(name, in: parent).map { content.nodes[$0.live].kind }
    }

    /// The components of a path without `.` and empty ones. `..` removes the one before it, as Go's `path.Clean` does.
    static func cleaned(_ path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        for component in path.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) { _ = result.popLast() } else { result.append(component) }
        }
        return result
    }

    /// Where a way through directories leads: to a directory, and to names below it that are missing.
    private struct Way {
        var directory = LayerTree.root
        /// Names that do not exist, or are not directories. `..` leads back from them, as in containerd.
        var missing: [ArraySlice<UInt8>] = []
        var linkCount = 0
    }

    /// The directory that components lead to from the root, following symbolic links.
    ///
    /// - Parameters:
    ///   - makes: whether what is missing, or is no directory, becomes one; otherwise the result is nil.
    ///   - base: the name that is looked for in it.
    private mutating func directory(
        _ components: [ArraySlice<UInt8>], makes: Bool, before base: ArraySlice<UInt8>
    ) throws(TreeFault) -> Int? {
        var way = Way()
        try follow(components, &way)
        guard makes || way.missing.isEmpty else { return nil }
        if makes, way.linkCount > 0 {
            // containerd makes the file by the path that links lead to.
            let byteCount = way.missing.reduce(content.path(of: way.directory).count) { $0 + 1 + $1.count }
            guard byteCount + 1 + base.count <= Self.maximumPathByteCount else { throw TreeFault(.nameTooLong) }
        }
        for name in way.missing {
            impliedCount += 1
            guard ImpliedDirectories.isPermitted(impliedCount, entryCount: entryCount) else { throw TreeFault(.limit) }
            way.directory = try set(name, in: way.directory, .directory, inode: TreeNode.none)
        }
        return way.directory
    }

    private func follow(_ components: [ArraySlice<UInt8>], _ way: inout Way) throws(TreeFault) {
        for component in components {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                if way.missing.popLast() == nil { way.directory = Int(content.nodes[way.directory].parent) }
                continue
            }
            guard way.missing.isEmpty, let found = find(component, in: way.directory)?.live else {
                guard component.count <= 255, way.missing.count < TextStore.maximumByteCount / 2 else {
                    throw TreeFault(.nameTooLong)
                }
                way.missing.append(component)
                continue
            }
            switch content.nodes[found].kind {
            case .directory: way.directory = found
            case .symbolicLink: try followLink(found, &way)
            default: way.missing.append(component)
            }
        }
    }

    private func followLink(_ link: Int, _ way: inout Way) throws(TreeFault) {
        way.linkCount += 1
        guard way.linkCount <= Self.maximumLinkCount, let inode = content.inode(of: link) else {
            throw TreeFault(.linkLoop)
        }
        let target = content.texts.text(at: inode.text, count: Int(inode.textCount))
        if target.first == UInt8(ascii: "/") { way.directory = LayerTree.root }
        try follow(target.split(separator: UInt8(ascii: "/")), &way)
    }

    /// The node in the index, and the one that has its place now.
    private func find(
        _ name: ArraySlice<UInt8>, in parent: Int, _ hash: Int? = nil
    ) -> (indexed: Int, live: Int)? {
        guard
            let indexed = index.find(
                hash ?? Self.hash(name, parent),
                where: { node in
                    let record = content.nodes[node]
                    return Int(record.parent) == parent && Int(record.nameCount) == name.count
                        && content.texts.text(at: record.nameStart, count: name.count) == name
                })
        else { return nil }
        let record = content.nodes[indexed]
        return (indexed, record.flags.contains(.replaced) ? Int(record.inode) : indexed)
    }

    private static func hash(_ name: ArraySlice<UInt8>, _ parent: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(parent)
        // Eight bytes at a time: one call for each byte takes several times as long.
        var word: UInt64 = 0
        var count = 0
        for byte in name {
            word = word << 8 | UInt64(byte)
            count += 1
            if count % 8 == 0 { hasher.combine(word) }
        }
        hasher.combine(word)
        hasher.combine(count)
        return hasher.finalize()
    }

    // MARK: Changing

    /// Makes a file of any kind but a directory. Returns: its inode.
    mutating func add(
        _ kind: TreeKind, _ base: ArraySlice<UInt8>, in parent: Int, _ inode: TreeInode,
        target: ArraySlice<UInt8>? = nil
    ) throws(TreeFault) -> Int {
        var inode = inode
        if let target {
            guard target.count <= TextStore.maximumByteCount else { throw TreeFault(.emptyTarget) }
            inode.text = try store(target)
            inode.textCount = UInt16(target.count)
        }
        let number = try append(inode)
        let node = try set(base, in: parent, kind, inode: UInt32(number))
        content.inodes[number].node = UInt32(node)
        return number
    }

    mutating func addHardLink(_ base: ArraySlice<UInt8>, in parent: Int, to target: Int) throws(TreeFault) {
        let record = content.nodes[target]
        let node = try set(base, in: parent, record.kind, inode: record.inode)
        content.nodes[node].flags.insert(.hardLink)
    }

    /// Makes a directory, or gives one that exists its attributes.
    mutating func addDirectory(_ base: ArraySlice<UInt8>, in parent: Int, _ inode: TreeInode) throws(TreeFault) {
        if let node = find(base, in: parent)?.live, content.nodes[node].kind == .directory {
            return try setAttributes(of: node, inode)
        }
        _ = try add(.directory, base, in: parent, inode)
    }

    /// Returns: false, since no content is wanted.
    @discardableResult
    mutating func addWhiteout(_ base: ArraySlice<UInt8>, in parent: Int) throws(TreeFault) -> Bool {
        _ = try set(base, in: parent, .whiteout, inode: TreeNode.none)
        return false
    }

    mutating func setAttributes(of node: Int, _ inode: TreeInode) throws(TreeFault) {
        let number = content.nodes[node].inode
        guard number == TreeNode.none else {
            content.inodes[Int(number)] = inode
            content.inodes[Int(number)].node = UInt32(node)
            return
        }
        let made = try append(inode)
        content.inodes[made].node = UInt32(node)
        content.nodes[node].inode = UInt32(made)
    }

    mutating func remove(_ name: ArraySlice<UInt8>, in parent: Int) throws(TreeFault) {
        guard find(name, in: parent) != nil else { return }
        _ = try set(name, in: parent, .absent, inode: TreeNode.none)
    }

    /// Gives a name to what is new. Returns: the node.
    private mutating func set(
        _ name: ArraySlice<UInt8>, in parent: Int, _ kind: TreeKind, inode: UInt32
    ) throws(TreeFault) -> Int {
        let hash = Self.hash(name, parent)
        guard let (indexed, live) = find(name, in: parent, hash) else {
            let node = TreeNode(
                parent: UInt32(parent), nameStart: try store(name), inode: inode, nameCount: UInt8(name.count),
                kind: kind)
            return try append(node, hash)
        }
        // Paths through the name may lead elsewhere now.
        lastFolder = nil
        if content.nodes[live].kind == .directory {
            // What is in the directory stays in the lists, and nothing leads to it.
            var node = content.nodes[live]
            (node.kind, node.inode, node.flags) = (kind, inode, [])
            let made = try append(node, nil)
            content.nodes[live].kind = .absent
            content.nodes[indexed].flags.insert(.replaced)
            content.nodes[indexed].inode = UInt32(made)
            return made
        }
        content.nodes[live].kind = kind
        content.nodes[live].inode = inode
        content.nodes[live].flags = []
        return live
    }

    private mutating func append(_ node: TreeNode, _ hash: Int?) throws(TreeFault) -> Int {
        guard budget.take(TreeAllowance.nodeByteCount), content.nodes.count < UInt32.max else {
            throw TreeFault(.limit)
        }
        let number = content.nodes.count
        content.nodes.append(node)
        if let hash { index.insert(number, hash: hash) }
        return number
    }

    private mutating func append(_ inode: TreeInode) throws(TreeFault) -> Int {
        guard budget.take(TreeAllowance.inodeByteCount), inode.headerBlock < .max, inode.dataBlock < .max else {
            throw TreeFault(.limit)
        }
        content.inodes.append(inode)
        return content.inodes.count - 1
    }

    private mutating func store(_ text: ArraySlice<UInt8>) throws(TreeFault) -> UInt32 {
        guard budget.take(text.count), let place = content.texts.append(text) else { throw TreeFault(.limit) }
        return place
    }
}

/// The part of a budget that one layer has taken.
struct TreeAllowance {
    private let budget: TreeBudget
    private var leftByteCount = 0
    private var takenByteCount = 0

    /// The node, its places in the index and in the sorted list, and the digest of its content.
    static let nodeByteCount = 80
    static let inodeByteCount = MemoryLayout<TreeInode>.stride
    private static let stepByteCount = 64 << 10

    init(_ budget: TreeBudget) { self.budget = budget }

    mutating func take(_ byteCount: Int) -> Bool {
        if leftByteCount < byteCount {
            let step = max(byteCount, Self.stepByteCount)
            guard budget.take(step, holding: takenByteCount) else { return false }
            takenByteCount += step
            leftByteCount += step
        }
        leftByteCount -= byteCount
        return true
    }
}
