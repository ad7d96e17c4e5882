// layerverify: folders that a global header makes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The folders that the name of a global pax header is in, and that the layer does not have there. containerd makes them.
package struct GlobalFolder: Hashable, Sendable {
    /// The path of the innermost folder.
    let path: [UInt8]
    /// The bytes of the path of the outermost folder that the layer does not have.
    private let missingByteCount: Int
    /// Where the global header begins. Units: bytes of the uncompressed layer.
    let headerOffset: UInt64

    /// Parameters: `missingByteCount` are the bytes of the path of the outermost folder that the layer does not have.
    package init(_ path: [UInt8], missingFrom missingByteCount: Int, at headerOffset: UInt64) {
        self.path = path
        self.missingByteCount = missingByteCount
        self.headerOffset = headerOffset
    }

    /// The paths of the folders that are missing, the outermost first.
    var missing: some Sequence<[UInt8]> {
        (missingByteCount...path.count).lazy.filter { $0 == path.count || path[$0] == UInt8(ascii: "/") }
            .map { Array(path[..<$0]) }
    }
}
