// layerverify: conversions between sizes of files and counts of bytes in memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Conversions of byte counts. They trap on a caller's error and never wrap.
package enum ByteMath {
    /// A count of bytes in memory as a size of a file. `count` must not be negative.
    package static func fileSize(_ count: Int) -> UInt64 {
        precondition(count >= 0, "a count of bytes is never negative")
        return UInt64(count)
    }

    /// As much of `size` as fits a buffer of `limit` bytes.
    package static func clamp(_ size: UInt64, to limit: Int) -> Int {
        precondition(limit >= 0, "a limit of bytes is never negative")
        return size < UInt64(limit) ? Int(size) : limit
    }
}
