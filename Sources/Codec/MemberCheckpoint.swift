// layerverify: a place inside a gzip member where another decoder may continue.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes

/// What is known of a gzip member at the header of one of its blocks.
package struct MemberCheckpoint: Sendable {
    /// The last 32 KiB of content.
    let window: [UInt8]
    /// The content of the member up to here.
    let content: MemberContent
}

/// A running CRC-32. Spec: RFC 1952 §8.
package struct RunningChecksum: Equatable, Sendable {
    private var checksum: UInt32 = 0
    package private(set) var byteCount: UInt64 = 0

    package init() {}

    /// Adds the next bytes.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        // SAFETY: the C function reads within the bytes that it is given.
        unsafe checksum = lv_crc32(
            checksum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        byteCount += UInt64(bytes.count)
    }
}
