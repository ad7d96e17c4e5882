// layerverify: the trailer of a gzip member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The trailer of a member: CRC-32 and ISIZE, four bytes each, low byte first.
///
/// Spec: RFC 1952 §2.3.1.
struct GzipTrailerReader {
    private var bits: UInt64 = 0
    private var takenByteCount = 0

    var isComplete: Bool { takenByteCount == 8 }
    /// The CRC-32 of the content; nil until its four bytes are read.
    var checksum: UInt32? { takenByteCount >= 4 ? UInt32(truncatingIfNeeded: bits) : nil }
    /// The length of the content modulo 2^32; nil until the trailer is read.
    var byteCount: UInt32? { isComplete ? UInt32(truncatingIfNeeded: bits >> 32) : nil }

    /// Takes the next byte. The trailer must not be complete.
    mutating func take(_ byte: UInt8) {
        bits |= UInt64(byte) << UInt64(8 * takenByteCount)
        takenByteCount += 1
    }
}
