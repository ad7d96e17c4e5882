// layerverify: the rules about the paths of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

extension LayerRules {
    /// Finds the directory that an entry is in, and makes those that have no entry.
    ///
    /// Links that earlier entries made are followed, as the kernel does when it unpacks.
    ///
    /// Returns: nil if there is none, which is a fault then.
    mutating func parentDirectory(_ member: TarMember) -> PathNode? {
        let byteCount = name.parentByteCount
        guard byteCount > 0 else { return .root }
        if let directory = nearbyDirectory(byteCount) { return directory }
        var nodes = nearbyAncestors(byteCount)
        var link: PathNode?
        resolver.remainingSteps -= nodes.count
        guard resolver.remainingSteps > 0 else {
            stopCollecting(member)
            return nil
        }
        for index in nodes.count..<name.count - 1 {
            resolver.remainingSteps -= 1
            guard resolver.remainingSteps > 0 else {
                stopCollecting(member)
                return nil
            }
            let place = nodes.last ?? .root
            guard let known = table.find(name.room, name.component(index), in: place) else {
                guard let made = makeDirectory(index, in: place, member) else { return nil }
                nodes.append(made)
                continue
            }
            if table.kind(of: known) == .symbolicLink { link = known }
            guard let next = enter(known, member) else { return nil }
            nodes.append(next)
        }
        if let link {
            globals.visitLink()
            add(.parentLinkFollowed, member, other: table.path(of: link))
            guard isShortEnough(member, below: nodes.last ?? .root) else { return nil }
        } else {
            nearby = Nearby(path: Array(name.room[..<byteCount]), nodes: nodes, number: name.directoryNumber)
        }
        return nodes.last
    }

    /// A directory that was found without a link on the way.
    struct Nearby {
        let path: [UInt8]
        /// Those of its components.
        let nodes: [PathNode]
        /// That of `EntryName.directoryNumber`.
        var number: Int?
    }

    /// The directory of the last entry, if this one is in it.
    ///
    /// Parameters: `byteCount` is that of the path of the directory.
    private mutating func nearbyDirectory(_ byteCount: Int) -> PathNode? {
        let number = name.directoryNumber
        guard let nearby else { return nil }
        if let number, number == nearby.number { return nearby.nodes.last }
        guard nearby.path.count == byteCount, NameBytes.hasPrefix(name.room, of: nearby.path, count: byteCount) else {
            return nil
        }
        self.nearby?.number = number
        return nearby.nodes.last
    }

    /// The directories that this entry has in common with the last one, from the root on.
    ///
    /// Parameters: `byteCount` is that of the path of its directory.
    private func nearbyAncestors(_ byteCount: Int) -> [PathNode] {
        guard let nearby else { return [] }
        let path = nearby.path
        var common = 0
        while common < min(byteCount, path.count), name.room[common] == path[common] { common += 1 }
        var count = 0
        while count < min(name.count - 1, nearby.nodes.count) {
            let end = name.component(count).upperBound
            guard end <= common, end == path.count || path[end] == UInt8(ascii: "/") else { break }
            count += 1
        }
        return Array(nearby.nodes[..<count])
    }

    private mutating func makeDirectory(_ index: Int, in place: PathNode, _ member: TarMember) -> PathNode? {
        var made: PathNode?
        if countImplied() {
            made = table.add(
                name.room, name.component(index), in: place, .directory, [.implied, .defaultAttributes],
                at: member.headerOffset)
        }
        if made == nil { stopCollecting(member) }
        return made
    }

    /// The directory that a path is or leads to. Returns: nil if it is none, which is a fault then.
    private mutating func enter(_ path: PathNode, _ member: TarMember) -> PathNode? {
        switch table.kind(of: path) {
        case .directory: return path
        case .symbolicLink: break
        default:
            add(.parentNotDirectory, member, other: table.path(of: path), otherOffset: table.headerOffset(of: path))
            return nil
        }
        let end = resolver.follow(path, in: table)
        switch end {
        case .found(let node) where table.kind(of: node) == .directory: return node
        case .found(let node), .notDirectory(let node):
            add(.parentNotDirectory, member, other: table.path(of: node), otherOffset: table.headerOffset(of: node))
        case .missing, .loop:
            add(.parentLinkBroken, member, other: table.path(of: path), otherOffset: table.headerOffset(of: path))
        case .unknown: stopCollecting(member)
        }
        return nil
    }

    /// Makes what an entry says in a directory.
    mutating func place(_ member: TarMember, in directory: PathNode) {
        let last = name.component(name.count - 1)
        let hash = table.hash(name.room, last, in: directory)
        let known = table.find(name.room, last, in: directory, hash: hash)
        var made = Made.make(member)
        if member.typeFlag == .hardLink {
            guard link(&made, member, over: known) else { return }
        }
        var isPlaced: Bool
        if let known {
            isPlaced = replace(known, by: made, member)
        } else {
            isPlaced =
                table.add(
                    name.room, last, in: directory, made.kind, made.flags, at: member.headerOffset,
                    target: made.target, original: made.original, hash: hash) != nil
        }
        if !isPlaced { stopCollecting(member) }
    }

    /// What an entry makes.
    struct Made {
        var kind: PathKind
        var flags = PathFlags.none
        var target: [UInt8] = []
        var original: PathNode?

        /// What an entry makes by itself. A function, since an initialiser would copy the entry.
        static func make(_ member: TarMember) -> Made {
            switch member.typeFlag {
            case .directory:
                return Made(kind: .directory, flags: member.hasDefaultAttributes ? .defaultAttributes : .none)
            case .symbolicLink where 1...4095 ~= member.linkName.count:
                return Made(kind: .symbolicLink, target: member.linkName)
            case .characterDevice: return Made(kind: member.isOverlayDevice ? .overlayDevice : .characterDevice)
            case .blockDevice: return Made(kind: .blockDevice)
            case .fifo: return Made(kind: .fifo)
            default: return Made(kind: .file)
            }
        }
    }

    /// Completes what a hard link makes by its target. Returns: false if the steps are used up.
    private mutating func link(_ made: inout Made, _ member: TarMember, over known: PathNode?) -> Bool {
        let end = linkTarget(member)
        made.flags = .hardLink
        if case .found(let node) = end, table.kind(of: node) == .symbolicLink, member.linkName.isDirectoryPath {
            add(.hardLinkThroughLink, member, other: member.linkName)
        }
        switch end {
        case .found(let node) where table.kind(of: node) == .directory:
            add(.hardLinkToDirectory, member, other: member.linkName)
        // What was at the path of the link is removed before the link is made.
        case .found(let node) where known.map { isWithin(node, $0) } != true:
            made.kind = table.kind(of: node)
            if made.kind == .symbolicLink { made.original = node }
        case .found, .missing, .notDirectory, .loop: add(.hardLinkTargetMissing, member, other: member.linkName)
        case .unknown:
            stopCollecting(member)
            return false
        }
        return true
    }

    /// What a hard link leads to.
    private mutating func linkTarget(_ member: TarMember) -> PathResolver.End {
        target.read(member.linkName)
        let end = resolver.resolve(target.bytes, from: .root, in: table, followsLast: false)
        guard case .found(let node) = end, table.kind(of: node) == .symbolicLink else { return end }
        guard member.linkName.isDirectoryPath else { return end }
        // Docker and containers/storage leave out the slash at the end. containerd follows the link, so the target must exist,
        // and must not be a folder.
        let followed = resolver.follow(node, in: table)
        if case .found(let node) = followed, table.kind(of: node) != .directory { return end }
        return followed
    }

    /// Whether Linux takes the path that a link leads to; containerd makes the file by that.
    private mutating func isShortEnough(_ member: TarMember, below directory: PathNode) -> Bool {
        let byteCount = table.path(of: directory).count + 1 + name.component(name.count - 1).count
        return isShortEnough(member, byteCount: byteCount)
    }

    private func isWithin(_ node: PathNode, _ directory: PathNode) -> Bool {
        var place = node
        while place != directory, place != .root { place = table.parent(of: place) }
        return place == directory
    }

    /// Makes something of a path that the layer has made already. Returns: false if the budget is used up.
    private mutating func replace(_ known: PathNode, by made: Made, _ member: TarMember) -> Bool {
        let old = table.flags(of: known)
        let oldKind = table.kind(of: known)
        var flags = made.flags
        if oldKind == .whiteout {
            flags.insert(.replacesWhiteout)
        } else if !old.contains(.implied) {
            add(.pathTwice, member, otherOffset: table.headerOffset(of: known))
        } else if made.kind != .directory {
            add(.entriesReplaced, member, otherOffset: table.headerOffset(of: known))
        }
        if oldKind == .directory {
            if made.kind == .directory {
                flags.formUnion(old.intersection([.hasChildren, .opaque, .replacesWhiteout, .lateEntry]))
                if old.contains(.implied) { flags.insert(.lateEntry) }
            } else {
                nearby = nil
            }
        }
        return table.replace(
            known, made.kind, flags, at: member.headerOffset, target: made.target, original: made.original)
    }
}

extension [UInt8] {
    /// Whether the last component of a path is followed if it is a symbolic link.
    fileprivate var isDirectoryPath: Bool { last == UInt8(ascii: "/") || suffix(2).elementsEqual("/.".utf8) }
}
