// layerverify: one file of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A file in the file system of an image, or one that a layer of it hides.
package struct ListedFile: Hashable, Sendable {
    /// The kind of a file. The raw values are those of mtree(5), as far as it has them.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case file
        case directory = "dir"
        case symbolicLink = "link"
        case characterDevice = "char"
        case blockDevice = "block"
        case fifo
        /// A mark that deletes what lower layers have at the path.
        case whiteout
        /// A mark that hides what lower layers have in the directory at the path.
        case opaque
    }

    /// The attributes that an entry gives a file.
    package struct Attributes: Hashable, Sendable {
        /// Permissions, setuid, setgid and sticky.
        package var mode: UInt16
        package var userID: UInt32
        package var groupID: UInt32
        /// Since 1970, in seconds; nil if it is not known, as for a directory without an entry.
        package var seconds: Int64?
        package var nanoseconds: UInt32
        package var hasExtendedAttributes: Bool

        package init(
            mode: UInt16, userID: UInt32, groupID: UInt32, seconds: Int64?, nanoseconds: UInt32 = 0,
            hasExtendedAttributes: Bool = false
        ) {
            self.mode = mode
            self.userID = userID
            self.groupID = groupID
            self.seconds = seconds
            self.nanoseconds = nanoseconds
            self.hasExtendedAttributes = hasExtendedAttributes
        }

        /// Those of a directory that no entry describes, as runtimes make it.
        package static let ofImpliedDirectory = Attributes(mode: 0o755, userID: 0, groupID: 0, seconds: nil)
    }

    package struct Device: Hashable, Sendable {
        package var major: UInt32
        package var minor: UInt32

        package init(major: UInt32, minor: UInt32) {
            self.major = major
            self.minor = minor
        }
    }

    /// The bytes of the path, without a slash at the beginning; empty for the root.
    package var path: [UInt8]
    package var kind: Kind
    /// The index of the layer that it comes from, base first.
    package var layer: Int
    /// The index of the layer that hides it; nil if it is visible.
    package var hiddenBy: Int?
    /// Nil for marks.
    package var attributes: Attributes?
    /// The size in bytes; nil of anything but a file.
    package var byteCount: UInt64?
    package var device: Device?
    /// The target of a symbolic link.
    package var target: [UInt8]?
    /// The path of an earlier name of the same file.
    package var hardLink: [UInt8]?
    /// The SHA-256 of the content, 32 bytes; nil if it was not computed.
    package var sha256: [UInt8]?
    /// The offset in bytes of its header in the uncompressed layer; nil if it has none.
    package var headerOffset: UInt64?

    package init(path: [UInt8], kind: Kind, layer: Int, hiddenBy: Int? = nil, attributes: Attributes? = nil) {
        self.path = path
        self.kind = kind
        self.layer = layer
        self.hiddenBy = hiddenBy
        self.attributes = attributes
    }
}
