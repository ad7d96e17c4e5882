// layerverify: conversions between file sizes and byte counts in memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Conversions of byte counts. They trap on invalid arguments and never wrap.
package enum ByteMath {
    /// The smaller of `size` and `limit`, as the size of a buffer. `limit` must not be negative.
    package static func clamp(_ size: UInt64, to limit: Int) -> Int {
        precondition(limit >= 0, "a limit of bytes is never negative")
        return size < UInt64(limit) ? Int(size) : limit
    }
}

extension UInt64 {
    /// A byte count in memory as a file size. Traps if `byteCount` is negative.
    package init(byteCount: Int) {
        precondition(byteCount >= 0, "a count of bytes is never negative")
        self = UInt64(byteCount)
    }
}
