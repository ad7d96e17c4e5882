// layerverify: where other members of a blob may begin.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
package import LayerModel

/// Finds where another gzip member of a blob may begin, without decoding the bytes before it.
///
/// Programs that write many members (BGZF, eStargz, everything that appends with Go's writer) write the same header
/// before each. So no extra field and no table of contents is read or trusted. A match is only a guess: whether a
/// member begins there is known after everything before it is decoded, see `StreamDecoder.isAtBoundary`.
///
/// zstd frames could be found in the same way; decoding them separately made nothing faster (docs/performance.md).
///
/// Spec: RFC 1952 §2.3 (the ten bytes at the beginning of every member: magic, method, flags, time, extra flags,
/// system).
package struct MemberSearch: Sendable {
    /// The bytes that every member of the blob is expected to begin with.
    package let signature: [UInt8]

    private static let headerByteCount = 10

    /// Takes the signature from the beginning of a blob.
    ///
    /// Shape: `prefix` has the first bytes of the blob, at least ten unless the blob is shorter.
    ///
    /// Returns: nil if it is unknown how another member would begin.
    package init?(_ compression: Compression, prefix: UnsafeRawBufferPointer) {
        guard compression == .gzip, prefix.count >= Self.headerByteCount else { return nil }
        signature = unsafe Array(prefix[..<Self.headerByteCount])
    }

    /// The offset of the first signature that is completely within `bytes`; nil if there is none.
    package func firstMember(in bytes: UnsafeRawBufferPointer) -> Int? {
        unsafe signature.withUnsafeBytes { signature -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            // SAFETY: lv_find reads within the sizes given, and its result points into the first buffer.
            let found = unsafe lv_find(start, bytes.count, signature.baseAddress, signature.count)
            return unsafe found.map { unsafe $0 - start }
        }
    }
}
