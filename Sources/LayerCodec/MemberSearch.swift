// layerverify: where further members of a blob may begin.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
package import LayerModel

/// Finds, without decoding what is before, where a further gzip member of a blob may begin.
///
/// What writes many members writes the same header before each: BGZF, eStargz, whatever else appends with Go's writer. So
/// no extra field and no table of contents is read, and none is trusted. A place that is found is a guess: only who has
/// decoded everything before knows whether a member begins there, see `StreamDecoder.isAtBoundary`.
///
/// Frames of zstd could be found in the same way; decoding them apart made nothing faster (docs/performance.md).
///
/// Spec: RFC 1952 §2.3 (the ten bytes that every member begins with: magic, method, flags, time, extra flags, system).
package struct MemberSearch: Sendable {
    /// What a member begins with.
    package let signature: [UInt8]

    private static let headerByteCount = 10

    /// Shape: `prefix` are the first bytes of the blob, ten or more unless it is shorter.
    ///
    /// Returns: nil where nothing tells what a further member looks like.
    package init?(_ compression: Compression, prefix: UnsafeRawBufferPointer) {
        guard compression == .gzip, prefix.count >= Self.headerByteCount else { return nil }
        signature = unsafe Array(prefix[..<Self.headerByteCount])
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
