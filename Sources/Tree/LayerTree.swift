// layerverify: the files of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Tar

/// The files of one layer, as if it were unpacked into an empty directory: what the drivers of overlay file systems do.
///
/// Nodes are numbers; the root is 0. A name is a node, and hard links share an inode.
///
/// Memory: 80 bytes for each file, and its name.
package final class LayerTree: Sendable {
    /// What is wrong with the tar; entries after a fault are missing. Nil if runtimes read it to its end.
    package let fault: Fault?
    /// Entries that the tree does not have.
    package let omissions: TreeOmissions
    /// The number of entries in the tar.
    package let entryCount: Int
    private let content: TreeContent
    /// The nodes, by parent and then by name.
    private let order: [UInt32]
    /// For each node the place in `order` of its first child, and one more at the end.
    private let firstChildren: [UInt32]

    /// Whether the places of entries in the tar are known.
    private let hasOffsets: Bool

    init(
        _ content: TreeContent, ending: TarStreamEnding, omissions: TreeOmissions, entryCount: Int,
        hasOffsets: Bool = true
    ) {
        self.content = content
        self.hasOffsets = hasOffsets
        fault = Fault(ending)
        self.omissions = omissions
        self.entryCount = entryCount
        (order, firstChildren) = content.sorted()
    }

    package static let root = 0

    /// The tree of a layer without files.
    static let empty = LayerTree(TreeContent(), ending: .empty, omissions: TreeOmissions(), entryCount: 0)

    /// Why runtimes refuse the tar.
    ///
    /// Units: offsets are bytes from the beginning of the uncompressed layer.
    package enum Fault: Hashable, Sendable {
        /// The first block is not a header, or not a whole block.
        case notATar
        /// A header is not valid.
        case invalid(atByte: UInt64)
        /// The tar ends in the middle of an entry.
        case cut(atByte: UInt64)

        fileprivate init?(_ ending: TarStreamEnding) {
            switch ending {
            case .empty, .endOfArchive, .oneZeroBlock, .noEndBlocks, .noPadding: return nil
            case .invalid(_, _, isFirst: true), .cut(_, .header, entryOffset: 0): self = .notATar
            case .invalid(let atByte, _, isFirst: false): self = .invalid(atByte: atByte)
            case .cut(let atByte, _, _): self = .cut(atByte: atByte)
            }
        }
    }

    package func kind(of node: Int) -> TreeKind { content.nodes[node].kind }

    /// The last component of the path; empty for the root.
    package func name(of node: Int) -> ArraySlice<UInt8> { content.name(of: node) }

    /// The components of the path from the root, joined by slashes.
    package func path(of node: Int) -> [UInt8] { content.path(of: node) }

    package func isOpaque(_ node: Int) -> Bool { content.nodes[node].flags.contains(.opaque) }

    /// The attributes; nil for a whiteout, and for a directory that has no entry and exists because of a file in it.
    package func attributes(of node: Int) -> TreeAttributes? {
        guard let inode = content.inode(of: node) else { return nil }
        let kind = content.nodes[node].kind
        let isDevice = kind == .characterDevice || kind == .blockDevice
        return TreeAttributes(
            mode: inode.mode, userID: inode.userID, groupID: inode.groupID,
            byteCount: kind == .file ? inode.byteCount : 0, seconds: inode.seconds, nanoseconds: inode.nanoseconds,
            device: isDevice
                ? TreeAttributes.Device(
                    major: UInt32(inode.byteCount >> 32), minor: UInt32(truncatingIfNeeded: inode.byteCount)) : nil,
            isSparse: inode.flags.contains(.sparse),
            hasExtendedAttributes: inode.flags.contains(.extendedAttributes))
    }

    /// The target of a symbolic link, or of a hard link out of the layer; nil for any other node.
    package func target(of node: Int) -> ArraySlice<UInt8>? {
        guard let inode = content.inode(of: node) else { return nil }
        switch content.nodes[node].kind {
        case .symbolicLink, .outerLink: return content.texts.text(at: inode.text, count: Int(inode.textCount))
        default: return nil
        }
    }

    /// The node before this one that has the same inode; nil if there is none.
    package func hardLinkTarget(of node: Int) -> Int? {
        guard content.nodes[node].flags.contains(.hardLink), let inode = content.inode(of: node) else { return nil }
        let first = Int(inode.node)
        guard first != node, content.nodes[first].kind == content.nodes[node].kind,
            content.nodes[first].inode == content.nodes[node].inode
        else { return nil }
        return first
    }

    /// The offset in bytes of the header, in the uncompressed layer; nil if there is no entry, or if it is not known.
    package func headerOffset(of node: Int) -> UInt64? {
        guard hasOffsets else { return nil }
        return content.inode(of: node).map { UInt64($0.headerBlock) * 512 }
    }

    /// The offset in bytes of the content, in the uncompressed layer; nil of anything but a file, and if it is not known.
    package func dataOffset(of node: Int) -> UInt64? {
        guard hasOffsets, content.nodes[node].kind == .file else { return nil }
        return content.inode(of: node).map { UInt64($0.dataBlock) * 512 }
    }

    /// The SHA-256 of the content of a file, 32 bytes; nil if it was not computed.
    package func digest(of node: Int) -> ArraySlice<UInt8>? {
        guard content.nodes[node].kind == .file, let inode = content.inode(of: node), inode.text > 0 else { return nil }
        let start = Int(inode.text - 1) * 32
        return content.digests[start..<start + 32]
    }

    /// The nodes in a directory, sorted by the bytes of their names.
    package func children(of node: Int) -> ArraySlice<UInt32> {
        order[Int(firstChildren[node])..<Int(firstChildren[node + 1])]
    }

    /// The node of a name in a directory.
    ///
    /// Complexity: logarithmic in the number of names.
    package func child(of node: Int, named name: ArraySlice<UInt8>) -> Int? {
        let all = children(of: node)
        var (low, high) = (all.startIndex, all.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if self.name(of: Int(all[middle])).lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < all.endIndex, self.name(of: Int(all[low])) == name else { return nil }
        return Int(all[low])
    }
}

/// Entries of a layer that are not in its tree: no runtime that unpacks layers by themselves makes a file of them.
package struct TreeOmissions: Hashable, Sendable {
    /// Why an entry makes no file.
    package enum Reason: String, Hashable, Sendable {
        case typeUnsupported = "its type is none that runtimes unpack"
        case nameTooLong = "its name is longer than Linux allows"
        case linkLoop = "the way to it has too many symbolic links"
        case emptyTarget = "its target is empty or too long"
        case hardLinkToDirectory = "it is a hard link to a directory"
        case whiteoutOfNothing = "it is a whiteout without a name"
        case whiteoutAfterFile = "it is a whiteout of a name that the same layer has"
        case rootReplaced = "it is in the place of the root"
        /// The layers have more files than are kept in memory.
        case limit = "there are too many files"
    }

    package struct Entry: Hashable, Sendable {
        package var name: [UInt8]
        package var reason: Reason
    }

    /// The first ones.
    package private(set) var entries: [Entry] = []
    package private(set) var count = 0
    /// Whether the limit of memory was reached. Entries that are missing because of it are not listed and not counted.
    package private(set) var hasReachedLimit = false

    mutating func add(_ name: [UInt8], _ reason: Reason) {
        // Which entries these are may depend on the order in which layers were read.
        guard reason != .limit else {
            hasReachedLimit = true
            return
        }
        count += 1
        if entries.count < 16 { entries.append(Entry(name: name, reason: reason)) }
    }
}
