// layerverify: small text files of the kernel.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage

/// Text files of /proc and /sys, whose size is unknown before they are read.
package enum SystemText {
    /// The first bytes of a file; nil if it cannot be read for any reason.
    ///
    /// 16 KiB are enough for the first processor of /proc/cpuinfo and for every other file that is read here.
    package static func beginning(of path: String, byteCount: Int = 16 << 10) -> String? {
        bytes(of: path, atMost: byteCount).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first bytes of a file, and no more than `byteCount`; nil if it cannot be read for any reason.
    package static func bytes(of path: String, atMost byteCount: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        do {
            let descriptor = try OwnedDescriptor.open(path, flags: O_RDONLY)
            let count = try bytes.withUnsafeMutableBytes { buffer throws(Errno) in
                var count = 0
                while count < buffer.count {
                    // SAFETY: the array owns the buffer during the closure; count is less than its size.
                    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                    let readCount = try retryingInterrupts { read(descriptor.rawValue, room.baseAddress, room.count) }
                    guard readCount > 0 else { break }
                    count += readCount
                }
                return count
            }
            return Array(bytes[..<count])
        } catch {
            return nil
        }
    }
}
