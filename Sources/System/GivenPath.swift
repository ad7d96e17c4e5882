// layerverify: a path that the user gave.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLayerShims
import Glibc
import SystemPackage

/// What the system says about a path that the user gave, for messages.
package enum GivenPath {
    /// The target of the symbolic link at a path; nil if something else is there. The corresponding C function is readlink.
    package static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// True if the file at a path is on a file system in which the kernel shows its own state.
    package static func isOfKernel(_ path: String) -> Bool {
        do throws(Errno) {
            return DirectoryRoot.isOfKernel(try OwnedDescriptor.open(path, flags: pathOnly))
        } catch {
            return false
        }
    }
}
