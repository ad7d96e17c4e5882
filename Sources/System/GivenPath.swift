// layerverify: a path that the user gave.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import SystemPackage

/// A path that the user gave. Its bytes need not be UTF-8.
package struct GivenPath: Hashable, Sendable {
    /// The path as it is shown. It leads to the file unless `bytes` is set.
    package let text: String
    /// The path of a file whose name is not UTF-8; nil for any other file.
    private let bytes: FilePath?

    /// Makes a path from text, which is kept as it is: `FilePath` would remove a `/` at the end.
    package init(_ text: String) {
        self.text = text
        bytes = nil
    }

    /// Makes a path from bytes. In `text`, U+FFFD replaces what is not UTF-8.
    package init(_ path: FilePath) {
        text = path.string
        bytes = FilePath(text) == path ? nil : path
    }

    /// Whether `text` alone leads to the file, so that it can be opened again by it.
    package var isText: Bool { bytes == nil }

    /// Opens the file; links are followed unless `flags` forbid it. The corresponding C function is open.
    func open(flags: Int32) throws(Errno) -> OwnedDescriptor {
        guard let bytes else { return try OwnedDescriptor.open(text, flags: flags) }
        return try OwnedDescriptor.open(bytes, flags: flags)
    }

    /// The target of the symbolic link at the path; nil if something else is there. The corresponding C function is
    /// readlink.
    package var linkTarget: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count =
            bytes.map { $0.withPlatformString { readlink($0, &buffer, buffer.count) } }
            ?? readlink(text, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// True if the file at the path is on a file system in which the kernel shows its own state.
    package var isOfKernel: Bool {
        do throws(Errno) {
            return DirectoryRoot.isOfKernel(try open(flags: pathOnly))
        } catch {
            return false
        }
    }

    /// The size in bytes of a regular file; nil for anything else, or if it cannot be determined. The corresponding C
    /// function is stat.
    package var fileByteCount: UInt64? {
        var status = stat()
        let result = bytes.map { $0.withPlatformString { stat($0, &status) } } ?? stat(text, &status)
        guard result == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(max(0, status.st_size))
    }
}

extension GivenPath: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}
