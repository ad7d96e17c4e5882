// layerverify: where a stream may be cut.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// Finds boundaries at which the compressed stream of a blob may be cut into chunks, without decoding what is before them.
///
/// A boundary is a guess: whether a decoder can really begin there is known when everything before it is decoded.
protocol ChunkFinder: Sendable {
    /// The number of bytes by which two ranges must overlap that are searched one after another.
    var overlapByteCount: Int { get }

    /// The first boundary in `bytes`.
    ///
    /// Returns: its offset from the beginning of `bytes`, in bits; nil if there is none.
    func firstBoundary(in bytes: UnsafeRawBufferPointer) -> UInt64?
}

/// Finds further gzip members.
struct GzipMemberFinder: ChunkFinder {
    private let search: MemberSearch

    /// - Parameter prefix: the first bytes of the blob. Returns nil if the blob cannot have further members.
    init?(_ compression: Compression, prefix: UnsafeRawBufferPointer) {
        guard let search = unsafe MemberSearch(compression, prefix: prefix) else { return nil }
        self.search = search
    }

    var overlapByteCount: Int { search.signature.count - 1 }

    func firstBoundary(in bytes: UnsafeRawBufferPointer) -> UInt64? {
        unsafe search.firstMember(in: bytes).map { UInt64($0) * 8 }
    }
}
