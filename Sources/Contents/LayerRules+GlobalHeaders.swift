// layerverify: the rules about the names of global headers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

extension LayerRules {
    /// Takes a global header. It makes nothing, but runtimes handle its name as that of an entry before they leave it out.
    mutating func visitGlobalHeader(_ header: TarMember) {
        resolver.remainingSteps += Self.stepCountOfEntry
        if nameBeforeGlobal == nil { nameBeforeGlobal = name.written }
        name.read(header.name)
        noteRecords(header)
        noteWhiteout(header)
        guard collecting == .active, !name.traits.contains(.leavesRoot) else { return }
        do throws(GlobalHeaders.TooMany) {
            if let first = try globals.add(name, at: header.headerOffset) {
                return add(.pathTwice, header, otherOffset: first)
            }
        } catch {
            return stopCollecting(header)
        }
        findEntry(header)
    }

    private mutating func noteRecords(_ header: TarMember) {
        if header.oddities.contains(.globalHeaderBefore) {
            add(.globalHeader, header, other: Array("sets more than a comment".utf8))
        } else if header.oddities.contains(.globalHeaderInFolder) {
            add(.globalHeader, header, other: Array("has a name in a folder, which some runtimes make".utf8))
        } else {
            add(.globalComment, header)
        }
    }

    private mutating func noteWhiteout(_ header: TarMember) {
        guard name.count > 0 else { return }
        switch Whiteout(name.room, name.component(name.count - 1)) {
        case .path, .opaque, .withoutName: add(.globalWhiteout, header)
        case .metadata, nil: break
        }
    }

    /// Compares the name with the entries before it. Links are not followed.
    private mutating func findEntry(_ header: TarMember) {
        var place = PathNode.root
        for index in 0..<max(0, name.count - 1) {
            resolver.remainingSteps -= 1
            guard resolver.remainingSteps > 0 else { return stopCollecting(header) }
            guard let next = table.find(name.room, name.component(index), in: place) else {
                // containerd makes these folders.
                globals.folders.append(
                    GlobalFolder(
                        Array(name.room[..<name.parentByteCount]), missingFrom: name.component(index).upperBound,
                        at: header.headerOffset))
                return
            }
            switch table.kind(of: next) {
            case .directory: place = next
            case .symbolicLink:
                if isLoop(next) {
                    add(
                        .parentLinkBroken, header, other: table.path(of: next),
                        otherOffset: table.headerOffset(of: next))
                }
                return
            default:
                // containerd makes the folder of any name.
                return add(
                    .parentNotDirectory, header, other: table.path(of: next), otherOffset: table.headerOffset(of: next))
            }
        }
        guard globals.isPath(name), let known = entry(in: place) else { return }
        add(.pathTwice, header, otherOffset: table.headerOffset(of: known))
    }

    /// Whether containerd fails to follow a link; where it leads to nothing, containerd makes that.
    private mutating func isLoop(_ link: PathNode) -> Bool {
        var follower = PathResolver(steps: resolver.remainingSteps, links: PathResolver.containerdLinkCount)
        let end = follower.follow(link, in: table)
        resolver.remainingSteps = follower.remainingSteps
        return end == .loop
    }

    /// What the entry of this name made; nil if there is none.
    private func entry(in directory: PathNode) -> PathNode? {
        guard name.count > 0 else { return table.flags(of: .root).contains(.implied) ? nil : .root }
        let last = name.component(name.count - 1)
        switch Whiteout(name.room, last) {
        case .opaque: return table.flags(of: directory).contains(.opaque) ? directory : nil
        case .path(let range):
            guard let known = table.find(name.room, range, in: directory) else { return nil }
            let isWhiteout = table.kind(of: known) == .whiteout || table.flags(of: known).contains(.replacesWhiteout)
            return isWhiteout ? known : nil
        case .withoutName: return nil
        case .metadata, nil:
            guard let known = table.find(name.room, last, in: directory) else { return nil }
            let isEntry = table.kind(of: known) != .whiteout && !table.flags(of: known).contains(.implied)
            return isEntry ? known : nil
        }
    }
}
