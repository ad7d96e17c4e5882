// layerverify: one path of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A path in a `PathTable`, by its number. Parents have smaller numbers than their children.
package struct PathNode: Hashable, Sendable {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    /// The root of the layer.
    package static let root = PathNode(0)
}

/// What a layer makes at a path.
package enum PathKind: UInt8, Hashable, Sendable {
    case directory
    case file
    case symbolicLink
    case characterDevice
    case blockDevice
    case fifo
    /// A character device 0/0, which is a whiteout in overlay mounts.
    case overlayDevice
    /// A whiteout: what lower layers have there is deleted, and the layer has nothing there.
    case whiteout
}

/// What else is known of a path.
package struct PathFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No flag. Elsewhere `[]` calls a generic function of the library.
    package static var none: PathFlags { PathFlags(rawValue: 0) }
    /// The layer has no entry for this directory, only for what is below it.
    package static let implied = PathFlags(rawValue: 1 << 0)
    /// A directory with mode 0755 and owner 0:0, as runtimes make those without an entry.
    package static let defaultAttributes = PathFlags(rawValue: 1 << 1)
    /// A directory with an opaque marker: what lower layers have in it is hidden.
    package static let opaque = PathFlags(rawValue: 1 << 2)
    /// A whiteout of the path came before its entry.
    package static let replacesWhiteout = PathFlags(rawValue: 1 << 3)
    /// The path is a hard link. Its kind is that of the target.
    package static let hardLink = PathFlags(rawValue: 1 << 4)
    /// A directory with entries of the layer in it; whiteouts do not count.
    package static let hasChildren = PathFlags(rawValue: 1 << 5)
    /// A directory whose entry came after those in it.
    package static let lateEntry = PathFlags(rawValue: 1 << 7)
    /// The table lists the path among those that depend on the layers below.
    static let listed = PathFlags(rawValue: 1 << 6)
}

/// The record of one path.
///
/// Memory: 16 bytes.
struct PathRecord: Hashable, Sendable {
    var parent: UInt32
    /// The address of its name, after which the target of a symbolic link may be.
    var name: UInt32
    /// The offset of its header, in blocks of 512 bytes.
    var block: UInt32
    var nameByteCount: UInt8
    var kind: PathKind
    var flags: PathFlags
    /// Whether a path was added whose directory this one is.
    var isListedAsParent = false

    init(parent: PathNode, name: UInt32, block: UInt32, nameByteCount: UInt8, kind: PathKind, flags: PathFlags) {
        self.parent = parent.number
        self.name = name
        self.block = block
        self.nameByteCount = nameByteCount
        self.kind = kind
        self.flags = flags
    }
}
