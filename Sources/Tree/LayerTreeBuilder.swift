// layerverify: building the tree of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerDigest
internal import LayerModel
internal import Tar

/// Makes the tree of a layer from the entries of its tar, in their order.
///
/// Where runtimes differ on an entry, or refuse the layer, the tree has what containerd and umoci make of it.
final class LayerTreeBuilder: TarStreamVisitor {
    private var names: TreeNames
    private var omissions = TreeOmissions()
    private var entryCount = 0
    /// Computes the SHA-256 of files; nil if they are not wanted.
    private let method: DigestMethod?
    private var digest: (inode: Int, stream: any StreamDigest)?
    /// What a table of contents gives as the digest of the file that is visited next; nil if none does.
    private var claimedDigest: ContentDigest?

    init(_ budget: TreeBudget, digestsFiles: Bool) {
        names = TreeNames(budget)
        method = digestsFiles ? digestMethod(for: .sha256) : nil
    }

    /// - Parameter hasOffsets: whether the entries are at their places in a tar.
    func finish(_ ending: TarStreamEnding, hasOffsets: Bool = true) -> LayerTree {
        LayerTree(
            names.content, ending: ending, omissions: omissions, entryCount: entryCount, hasOffsets: hasOffsets)
    }

    func visit(_ member: TarMember) -> Bool {
        entryCount += 1
        do throws(TreeFault) {
            return try add(member)
        } catch {
            omissions.add(member.name, error.reason)
            return false
        }
    }

    /// Adds a file of a table of contents, whose content is not read.
    func add(_ member: TarMember, claiming digest: ContentDigest?) {
        claimedDigest = digest
        _ = visit(member)
        claimedDigest = nil
    }

    func content(_ bytes: RawSpan) { digest?.stream.update(bytes) }

    func contentEnded() {
        guard let (inode, stream) = digest.take() else { return }
        names.content.setDigest(stream.finish(), of: inode)
    }

    /// Adds an entry. Returns: whether its content is wanted.
    private func add(_ member: TarMember) throws(TreeFault) -> Bool {
        guard let (parent, base) = try names.place(of: member.name[...]) else {
            guard member.typeFlag == UInt8(ascii: "5") else { throw TreeFault(.rootReplaced) }
            try names.setAttributes(of: LayerTree.root, TreeInode(member))
            return false
        }
        if base.starts(with: Self.whiteoutPrefix) {
            try addWhiteout(of: base, in: parent)
            return false
        }
        switch member.typeFlag {
        case UInt8(ascii: "0"):
            let inode = try names.add(.file, base, in: parent, TreeInode(member))
            if let claimedDigest { names.content.setDigest(claimedDigest, of: inode) }
            guard let method, !member.isSparse else { return false }
            digest = (inode, method.begin())
            // No content follows.
            if member.size == 0 { contentEnded() }
            return member.size > 0
        case UInt8(ascii: "1"): try addHardLink(member, base, in: parent)
        case UInt8(ascii: "2"):
            guard !member.linkName.isEmpty else { throw TreeFault(.emptyTarget) }
            _ = try names.add(.symbolicLink, base, in: parent, TreeInode(member), target: member.linkName[...])
        case UInt8(ascii: "3"):
            let inode = TreeInode(member)
            guard inode.byteCount != 0 else { return try names.addWhiteout(base, in: parent) }
            _ = try names.add(.characterDevice, base, in: parent, inode)
        case UInt8(ascii: "4"): _ = try names.add(.blockDevice, base, in: parent, TreeInode(member))
        case UInt8(ascii: "5"): try names.addDirectory(base, in: parent, TreeInode(member))
        case UInt8(ascii: "6"): _ = try names.add(.fifo, base, in: parent, TreeInode(member))
        default: throw TreeFault(.typeUnsupported)
        }
        return false
    }

    private func addHardLink(_ member: TarMember, _ base: ArraySlice<UInt8>, in parent: Int) throws(TreeFault) {
        // What has the name is removed first, also if it is the target.
        try names.remove(base, in: parent)
        guard !member.linkName.isEmpty else { throw TreeFault(.emptyTarget) }
        if let target = try names.node(at: member.linkName[...]) {
            guard names.content.nodes[target].kind != .directory else { throw TreeFault(.hardLinkToDirectory) }
            return try names.addHardLink(base, in: parent, to: target)
        }
        _ = try names.add(.outerLink, base, in: parent, TreeInode(member), target: member.linkName[...])
    }

    // Whiteouts. Spec: image-spec layer.md §Whiteouts.

    private static let whiteoutPrefix = Array(".wh.".utf8)
    private static let opaqueMarker = Array(".wh..wh..opq".utf8)

    private func addWhiteout(of base: ArraySlice<UInt8>, in parent: Int) throws(TreeFault) {
        guard !base.elementsEqual(Self.opaqueMarker) else {
            names.content.nodes[parent].flags.insert(.opaque)
            return
        }
        let name = base.dropFirst(Self.whiteoutPrefix.count)
        guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) else {
            throw TreeFault(.whiteoutOfNothing)
        }
        switch names.kind(of: name, in: parent) {
        case nil, .absent, .whiteout: _ = try names.addWhiteout(name, in: parent)
        default: throw TreeFault(.whiteoutAfterFile)
        }
    }
}

/// An entry that makes no file.
struct TreeFault: Error {
    let reason: TreeOmissions.Reason

    init(_ reason: TreeOmissions.Reason) { self.reason = reason }
}

extension TreeContent {
    mutating func setDigest(_ digest: ContentDigest, of inode: Int) {
        guard let bytes = digest.sha256Bytes else { return }
        inodes[inode].text = UInt32(digests.count / 32 + 1)
        digests += bytes
    }
}

extension TreeInode {
    /// The attributes of an entry, as Linux keeps them.
    init(_ member: TarMember) {
        let isLink = member.typeFlag == UInt8(ascii: "2")
        self.init(
            byteCount: UInt64(max(0, member.size)), seconds: member.modificationTime.seconds,
            headerBlock: UInt32(clamping: member.headerOffset / 512),
            dataBlock: UInt32(clamping: member.dataOffset / 512),
            userID: UInt32(truncatingIfNeeded: member.userID), groupID: UInt32(truncatingIfNeeded: member.groupID),
            nanoseconds: UInt32(clamping: member.modificationTime.nanoseconds), text: 0, node: 0,
            // Linux has no other mode for symbolic links.
            mode: isLink ? 0o777 : UInt16(truncatingIfNeeded: member.mode) & 0o7777, textCount: 0)
        // Runtimes set times that they cannot represent to 0.
        if seconds < 0 || seconds > Self.lastSecond { (seconds, nanoseconds) = (0, 0) }
        if member.typeFlag == UInt8(ascii: "3") || member.typeFlag == UInt8(ascii: "4") {
            let major = UInt64(bitPattern: member.deviceMajor) & 0xfff
            byteCount = major << 32 | UInt64(bitPattern: member.deviceMinor) & 0xf_ffff
        }
        if member.isSparse { flags.insert(.sparse) }
        if member.paxRecords.contains(where: { $0.key.starts(with: Self.attributePrefix) }) {
            flags.insert(.extendedAttributes)
        }
    }

    /// The last one of Go's `time.Unix` in nanoseconds, which runtimes allow.
    private static let lastSecond: Int64 = 9_223_372_036
    private static let attributePrefix = Array("SCHILY.xattr.".utf8)
}
