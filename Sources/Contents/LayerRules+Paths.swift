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
        if let nearby, nearby.bytes.count == byteCount, name.bytes[..<byteCount].elementsEqual(nearby.bytes) {
            return nearby.directory
        }
        var place = PathNode.root
        var link: PathNode?
        for index in 0..<name.count - 1 {
            resolver.remainingSteps -= 1
            guard resolver.remainingSteps > 0 else {
                stopCollecting(member)
                return nil
            }
            guard let known = table.find(name.bytes, name.component(index), in: place) else {
                guard let made = makeDirectory(index, in: place, member) else { return nil }
                place = made
                continue
            }
            if table.kind(of: known) == .symbolicLink { link = known }
            guard let next = enter(known, member) else { return nil }
            place = next
        }
        if let link {
            globals.visitLink()
            add(.parentLinkFollowed, member, other: table.path(of: link))
            guard isShortEnough(member, below: place) else { return nil }
        } else {
            nearby = (Array(name.bytes[..<byteCount]), place)
        }
        return place
    }

    private mutating func makeDirectory(_ index: Int, in place: PathNode, _ member: TarMember) -> PathNode? {
        var made: PathNode?
        if countImplied() {
            made = table.add(
                name.bytes, name.component(index), in: place, .directory, [.implied, .defaultAttributes],
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
        let known = table.find(name.bytes, last, in: directory)
        var made = Made(member)
        if member.typeFlag == .hardLink {
            guard link(&made, member, over: known) else { return }
        }
        var isPlaced: Bool
        if let known {
            isPlaced = replace(known, by: made, member)
        } else {
            isPlaced =
                table.add(
                    name.bytes, last, in: directory, made.kind, made.flags, at: member.headerOffset,
                    target: made.target, original: made.original) != nil
        }
        if !isPlaced { stopCollecting(member) }
    }

    /// What an entry makes.
    struct Made {
        var kind: PathKind
        var flags: PathFlags = []
        var target: [UInt8] = []
        var original: PathNode?

        init(_ member: TarMember) {
            switch member.typeFlag {
            case .directory:
                kind = .directory
                if member.hasDefaultAttributes { flags = .defaultAttributes }
            case .symbolicLink where 1...4095 ~= member.linkName.count:
                kind = .symbolicLink
                target = member.linkName
            case .characterDevice: kind = member.isOverlayDevice ? .overlayDevice : .characterDevice
            case .blockDevice: kind = .blockDevice
            case .fifo: kind = .fifo
            default: kind = .file
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
