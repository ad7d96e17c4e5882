// layerverify: compression formats of layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How the bytes of a blob are compressed.
package enum Compression: String, Hashable, Sendable, CaseIterable {
    case none
    case gzip
    case zstd
    case xz
    case bzip2
    case lz4

    /// The number of bytes that `detect` needs.
    package static let prefixByteCount = 8

    /// Detects the compression from the first bytes of a blob.
    ///
    /// Shape: `prefix` has the first `prefixByteCount` bytes, or all bytes of a shorter blob. A zstd stream may begin
    /// with a skippable frame (magic 50…5f 2a 4d 18), as pzstd writes it. Bytes without a known magic are `.none`;
    /// whether they are a tar archive is not checked.
    ///
    /// Spec: RFC 1952 §2.3.1, RFC 8878 §3.1.1 and §3.1.2.
    package static func detect(prefix: some Collection<UInt8>) -> Compression {
        let bytes = Array(prefix.prefix(prefixByteCount))
        func begins(_ magic: [UInt8]) -> Bool { bytes.starts(with: magic) }
        if begins([0x1f, 0x8b]) { return .gzip }
        if begins([0x28, 0xb5, 0x2f, 0xfd]) { return .zstd }
        if bytes.count >= 4, bytes[0] & 0xf0 == 0x50, bytes[1...3].elementsEqual([0x2a, 0x4d, 0x18]) { return .zstd }
        if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return .xz }
        if begins([0x42, 0x5a, 0x68]), bytes.count >= 4, (0x31...0x39).contains(bytes[3]) { return .bzip2 }
        if begins([0x04, 0x22, 0x4d, 0x18]) { return .lz4 }
        return .none
    }
}
