// layerverify: the rules of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

/// The rules of one layer, applied in the order of the entries as if each was unpacked into what the entries before made.
///
/// That is what the overlay drivers of Docker, containerd and containers/storage do: the layer is unpacked into an empty directory
/// that is the root of the process, so links lead nowhere else.
struct LayerRules {
    var faults = LayerFaultList()
    var entryCount = 0
    /// The name of the last entry, if a global header follows it.
    var nameBeforeGlobal: [UInt8]?
    /// The paths so far. Empty if none are collected.
    var table: PathTable
    var collecting: Collecting
    var name = EntryName()
    var target = EntryName()
    var resolver = PathResolver(steps: Self.freeStepCount)
    /// The directory of the last entry, whose siblings mostly follow.
    var nearby: Nearby?
    var globals = GlobalHeaders()
    private var impliedCount = 0

    /// Whether paths are collected.
    enum Collecting { case active, never, overLimit }

    /// The steps along directories and links that a layer may take, and that it may take more for each entry. A layer of names of
    /// 2000 components, or of links with such targets, could otherwise take hours.
    private static let freeStepCount = 1 << 24
    static let stepCountOfEntry = 64

    /// Counts a directory that no entry describes, and returns whether the layer may have it.
    mutating func countImplied() -> Bool {
        impliedCount += 1
        return ImpliedDirectories.isPermitted(impliedCount, entryCount: entryCount)
    }

    init(_ extent: ContentsExtent, budget: PathBudget) {
        table = PathTable(budget: budget)
        collecting = extent == .full ? .active : .never
    }

    /// The name of the last entry, for what is wrong after it.
    var lastName: [UInt8] { nameBeforeGlobal ?? name.written }

    /// Takes the next entry.
    mutating func visit(_ member: TarMember) {
        entryCount += 1
        nameBeforeGlobal = nil
        resolver.remainingSteps += Self.stepCountOfEntry
        name.read(member.name)
        noteHeader(member)
        noteName(member)
        if name.traits.contains(.leavesRoot) { return add(.pathOutsideRoot, member) }
        if collecting == .active { noteGlobalName(member) }
        guard name.count > 0 else { return visitRoot(member) }
        let last = name.component(name.count - 1)
        let whiteout = Whiteout(name.room, last)
        guard isShortEnough(member, whiteout) else { return }
        let isInWhiteout = name.isInWhiteout
        if isInWhiteout { add(.whiteoutDirectoryUsed, member) }
        switch whiteout {
        case .withoutName: add(.whiteoutWithoutName, member)
        case .opaque, .path: visitWhiteout(member, whiteout)
        case .metadata:
            if !isInWhiteout, member.hasContent {
                add(.notFoundAgain, member, other: Array("is a file of aufs with content".utf8))
            } else if !isInWhiteout {
                add(.whiteoutMetadata, member)
            }
            visitPath(member)
        case nil: visitPath(member)
        }
    }

    private mutating func noteGlobalName(_ member: TarMember) {
        globals.visitEntry(isAbsolute: name.traits.contains(.absolute))
        if !globals.isEmpty, let first = globals.offset(of: name) { add(.pathTwice, member, otherOffset: first) }
    }

    /// An entry for the root itself. What it is, other than a directory, is ignored or refused; it is never made.
    private mutating func visitRoot(_ member: TarMember) {
        guard member.typeFlag == .directory else {
            return add(name.traits.contains(.absolute) ? .rootReplaced : .entryOverRoot, member)
        }
        noteAttributes(member)
        noteRootAttributes(member)
        guard collecting == .active else { return }
        let flags = table.flags(of: .root)
        guard flags.contains(.implied) else { return add(.pathTwice, member) }
        _ = table.replace(.root, .directory, flags.subtracting(.implied), at: member.headerOffset)
    }

    private mutating func visitWhiteout(_ member: TarMember, _ whiteout: Whiteout?) {
        if member.typeFlag != .file || member.size != 0 { add(.whiteoutNotEmptyFile, member) }
        guard collecting == .active, let directory = parentDirectory(member) else { return }
        guard case .path(let range) = whiteout else { return markOpaque(directory, member) }
        guard let known = table.find(name.room, range, in: directory) else {
            if table.add(name.room, range, in: directory, .whiteout, at: member.headerOffset) == nil {
                stopCollecting(member)
            }
            return
        }
        let kind: LayerFault.Kind = table.kind(of: known) == .whiteout ? .pathTwice : .whiteoutAfterEntry
        add(kind, member, otherOffset: table.headerOffset(of: known))
    }

    private mutating func markOpaque(_ directory: PathNode, _ member: TarMember) {
        let flags = table.flags(of: directory)
        if flags.contains(.opaque) { return add(.pathTwice, member) }
        guard directory == .root else { return table.insert(.opaque, of: directory) }
        _ = table.replace(.root, .directory, flags.union(.opaque), at: member.headerOffset)
    }

    private mutating func visitPath(_ member: TarMember) {
        noteType(member)
        noteAttributes(member)
        guard collecting == .active, let directory = parentDirectory(member) else { return }
        place(member, in: directory)
    }

    /// Gives up on paths: the budget is used up.
    mutating func stopCollecting(_ member: TarMember) {
        collecting = .overLimit
        table = PathTable(budget: PathBudget(byteCount: 0))
        nearby = nil
        add(.pathLimit, member)
    }

    @inline(never) mutating func add(
        _ kind: LayerFault.Kind, _ member: TarMember, other: [UInt8] = [], otherOffset: UInt64? = nil
    ) {
        faults.add(kind) {
            LayerFault($0, member.name, at: member.headerOffset, other: other, otherOffset: otherOffset)
        }
    }
}

extension UInt8 {
    // Type flags of tar.
    static let file = UInt8(ascii: "0")
    static let hardLink = UInt8(ascii: "1")
    static let symbolicLink = UInt8(ascii: "2")
    static let characterDevice = UInt8(ascii: "3")
    static let blockDevice = UInt8(ascii: "4")
    static let directory = UInt8(ascii: "5")
    static let fifo = UInt8(ascii: "6")
}

extension TarMember {
    /// Whether it has the attributes that runtimes give a directory without an entry: mode 0755 and owner 0:0.
    var hasDefaultAttributes: Bool { hasOwnerRoot(mode: 0o755) }

    /// Whether its owner is 0:0, and its mode this one.
    func hasOwnerRoot(mode wanted: Int64) -> Bool { mode & 0o7777 == wanted && userID == 0 && groupID == 0 }
}
