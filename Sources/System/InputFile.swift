// layerverify: files that options name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
package import SystemPackage

/// Reads a file that an option names from its beginning to its end. It may be a pipe.
package struct InputFile {
    private let descriptor: OwnedDescriptor

    /// Opens a file. The corresponding C function is open.
    ///
    /// Throws: the `Errno` of open, and `.isDirectory` for a folder.
    package init(_ path: FilePath) throws(Errno) {
        descriptor = try OwnedDescriptor.open(path, flags: O_RDONLY | O_NOCTTY)
        guard try descriptor.status().kind != .directory else { throw .isDirectory }
    }

    /// The next bytes, at most 64 KiB; empty at the end. The corresponding C function is read.
    package func next() throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let file = descriptor.rawValue
        let count = try retryingInterrupts {
            // SAFETY: the array owns the buffer during the closure.
            bytes.withUnsafeMutableBytes { buffer in read(file, buffer.baseAddress, buffer.count) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
