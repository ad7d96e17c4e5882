// layerverify: the content of a gzip member, for its trailer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// The checksum and the length of a piece of a member's content.
struct MemberContent {
    /// CRC-32. Spec: RFC 1952 §8.
    var checksum: UInt32 = 0
    var byteCount: UInt64 = 0

    /// Adds the piece that follows.
    ///
    /// The corresponding C function is crc32_combine.
    mutating func append(_ next: MemberContent) {
        if next.byteCount > 0 {
            checksum =
                byteCount == 0
                ? next.checksum
                : UInt32(truncatingIfNeeded: crc32_combine(UInt(checksum), UInt(next.checksum), Int(next.byteCount)))
        }
        byteCount += next.byteCount
    }
}
