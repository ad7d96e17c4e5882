// layerverify: where further members of a blob may begin.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
package import LayerModel

/// Finds, without decoding what is before, where a further gzip member or zstd frame of a blob may begin.
///
/// What writes many members writes the same header before each: BGZF, eStargz, pigz's independent files, whatever appends
/// with Go's writer. What writes many frames begins each with the same magic: zstd:chunked, pzstd, seekable zstd. So no
/// table of contents is read, and none is trusted. A place that is found is a guess: only who has decoded everything before
/// knows whether a member begins there, see `StreamDecoder.isAtBoundary`.
///
/// Spec: RFC 1952 §2.3 (the ten bytes that every member begins with: magic, method, flags, time, extra flags, system);
/// RFC 8878 §3.1.1 (the magic of a frame).
package struct MemberSearch: Sendable {
    /// What a member begins with.
    package let signature: [UInt8]

    private static let gzipHeaderByteCount = 10
    private static let zstdMagic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// Shape: `prefix` are the first bytes of the blob, ten or more unless it is shorter.
    ///
    /// Returns: nil where nothing tells what a further member looks like.
    package init?(_ compression: Compression, prefix: UnsafeRawBufferPointer) {
        switch compression {
        case .gzip:
            guard prefix.count >= Self.gzipHeaderByteCount else { return nil }
            signature = unsafe Array(prefix[..<Self.gzipHeaderByteCount])
        case .zstd: signature = Self.zstdMagic
        case .none, .xz, .bzip2, .lz4: return nil
        }
    }

    /// The place of the first signature that lies as a whole within `bytes`.
    package func firstMember(in bytes: UnsafeRawBufferPointer) -> Int? {
        unsafe signature.withUnsafeBytes { signature -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            // SAFETY: it reads within the sizes given; what it returns lies in the first of them.
            let found = unsafe lv_find(start, bytes.count, signature.baseAddress, signature.count)
            return unsafe found.map { unsafe $0 - start }
        }
    }
}
