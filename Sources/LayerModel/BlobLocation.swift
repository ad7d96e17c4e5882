// layerverify: where the bytes of a blob lie.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The place of a root (a directory or an archive file) among the roots of a run.
package typealias RootIndex = Int

/// The place of a blob among the blobs of an inventory.
package typealias BlobIndex = Int

/// Where the bytes of a blob lie.
package enum BlobLocation: Hashable, Sendable {
    /// A regular file below a root that is a directory.
    ///
    /// Shape: `path` is relative to the root, `/` between components, without `.` and `..`.
    case file(root: RootIndex, path: String)
    /// A range of the file that the root is; an entry of an archive.
    ///
    /// Units: bytes. `byteCount` may reach past the end of the file: then the archive is truncated.
    case range(root: RootIndex, offset: UInt64, byteCount: UInt64)
    /// Bytes that were read with the metadata. Their facts are known with the inventory; nobody reads them again.
    case memory
}
