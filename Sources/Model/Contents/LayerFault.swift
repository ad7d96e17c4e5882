// layerverify: what is wrong or unusual in the contents of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What is wrong or unusual in the tar of a layer, or in what it does to the layers below.
///
/// Names are bytes, as the tar has them. Long ones are cut: see `maximumByteCount`.
package struct LayerFault: Hashable, Sendable {
    package var kind: Kind
    /// The name of the entry as written; of a directory without an entry its path. Empty if the fault is not about an entry.
    package var path: [UInt8]
    /// Where the first header of the entry begins, or where the fault is. Units: bytes of the uncompressed layer.
    package var headerOffset: UInt64
    /// The other path or the value that is at fault, for instance the target of a link; see `Kind`. Empty if there is none.
    package var other: [UInt8]
    /// Where the header of the other entry begins; nil if there is none.
    package var otherOffset: UInt64?
    /// The number of further faults of this kind, which are not listed. It is 0 in all but the last listed one of a kind.
    package var furtherCount: Int

    package init(
        _ kind: Kind, _ path: [UInt8] = [], at headerOffset: UInt64, other: [UInt8] = [], otherOffset: UInt64? = nil,
        furtherCount: Int = 0
    ) {
        self.kind = kind
        self.path = Self.cut(path)
        self.headerOffset = headerOffset
        self.other = Self.cut(other)
        self.otherOffset = otherOffset
        self.furtherCount = furtherCount
    }

    package var severity: Severity { kind.severity }

    /// The largest number of bytes of `path` and of `other`.
    package static let maximumByteCount = 1024

    private static func cut(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count <= maximumByteCount ? bytes : Array(bytes[..<maximumByteCount])
    }

    /// What a fault means for the image.
    package enum Severity: Hashable, Sendable {
        /// A mainstream runtime does not load the layer, or runtimes unpack different content.
        case refute
        /// All runtimes load it, but the result depends on the runtime, or is not what the tar says.
        case warning
        /// Unusual and without consequence.
        case note
        /// Something was not checked.
        case undetermined
    }

    /// What must be known to see a fault.
    package enum Scope: Hashable, Sendable {
        /// The archive alone. It is the same for every operating system.
        case archive
        /// The headers of one entry, unpacked on Linux.
        case entry
        /// The entries of the layer before it.
        case layer
        /// The layers below.
        case stack
    }
}
