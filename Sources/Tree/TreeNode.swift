// layerverify: the names in a layer and what they lead to.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What a name in a layer leads to.
package enum TreeKind: UInt8, Sendable {
    /// Nothing any more: a later entry of the layer replaced it.
    case absent
    case file
    case directory
    case symbolicLink
    case characterDevice
    case blockDevice
    case fifo
    /// A mark that deletes the file of lower layers. A device 0/0 is one for overlay file systems.
    case whiteout
    /// A hard link whose target is not in the layer.
    case outerLink
}

/// A name in a layer.
struct TreeNode {
    var parent: UInt32
    var nameStart: UInt32
    /// The inode; `TreeNode.none` for a directory without an entry and a whiteout. Of a replaced node the node that has its place.
    var inode: UInt32
    var nameCount: UInt8
    var kind: TreeKind
    var flags: Flags = []

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// Another node has its place; see `inode`.
        static let replaced = Flags(rawValue: 1)
        /// An opaque directory hides what lower layers have in it.
        static let opaque = Flags(rawValue: 2)
        /// It shares its inode with a node before it.
        static let hardLink = Flags(rawValue: 4)
    }

    static let none = UInt32.max
}

/// The attributes of one file, which may have several names, and the place of its content.
struct TreeInode {
    /// The size in bytes; of a device its numbers.
    var byteCount: UInt64
    var seconds: Int64
    /// Units: 512 bytes from the beginning of the uncompressed layer.
    var headerBlock: UInt32
    var dataBlock: UInt32
    var userID: UInt32
    var groupID: UInt32
    var nanoseconds: UInt32
    /// The place of a link's target; of a file the number of its digest plus one, 0 for none.
    var text: UInt32
    /// The first name.
    var node: UInt32
    var mode: UInt16
    var textCount: UInt16
    var flags: Flags = []

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let sparse = Flags(rawValue: 1)
        static let extendedAttributes = Flags(rawValue: 2)
    }
}

/// The attributes of a file in a layer.
package struct TreeAttributes: Hashable, Sendable {
    /// Permissions, setuid, setgid and sticky.
    package var mode: UInt16
    package var userID: UInt32
    package var groupID: UInt32
    /// In bytes; 0 of anything but a file.
    package var byteCount: UInt64
    package var seconds: Int64
    package var nanoseconds: UInt32
    /// Nil of anything but a device.
    package var device: Device?
    package var isSparse: Bool
    package var hasExtendedAttributes: Bool

    package struct Device: Hashable, Sendable {
        package var major: UInt32
        package var minor: UInt32
    }
}
