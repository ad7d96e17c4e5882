// layerverify: correct checksums for headers of tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The same bytes with the checksum of a header in each block that has the magic of one.
func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count - 511, by: 512)
    where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
        bytes.replaceSubrange(start + 148..<start + 156, with: repeatElement(0x20, count: 8))
        let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
        for digit in 0..<6 { bytes[start + 148 + digit] = 0x30 + UInt8(sum >> (3 * (5 - digit)) & 7) }
        bytes[start + 154] = 0
    }
    return bytes
}
