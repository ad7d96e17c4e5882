// layerverify: where the bytes of a blob are stored.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The index of a root (a directory or an archive file) among the roots of a run.
package typealias RootIndex = Int

/// The index of a blob among the blobs of an inventory.
package typealias BlobIndex = Int

/// Where the bytes of a blob are stored.
package enum BlobLocation: Hashable, Sendable {
    /// A regular file below a root that is a directory.
    ///
    /// Shape: `path` is relative to the root, with `/` between components and without `.` and `..`.
    case file(root: RootIndex, path: String)
    /// A range of bytes in the archive file that is the root: an entry.
    ///
    /// Units: bytes. The range may extend past the end of the file; the archive is truncated then.
    case range(root: RootIndex, offset: UInt64, byteCount: UInt64)
    /// Bytes that were read with the metadata. The inventory has their facts, and they are not read again.
    case memory
}
