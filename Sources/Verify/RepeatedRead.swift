// layerverify: blobs that are read again by the reference path.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension BlobFacts {
    /// The facts of the reference path about a stream whose ending differs on the fast path.
    ///
    /// The strict decoder of zstd refuses more streams than libzstd, by rules of the specification and of other
    /// decoders. A stream that it refuses and libzstd accepts is disputed: neither refuted nor verified. The same holds
    /// for a stream that only some versions of libzstd accept.
    func disputed(by fast: StreamEnding?) -> BlobFacts {
        guard compression == .zstd, case .corrupt(let atByte, let fault) = fast, fault != .decoder else { return self }
        let dispute: StreamDispute
        switch (uncompressed?.ending, fault) {
        case (.complete, .longZeroCount), (.corrupt, .longZeroCount): dispute = .zstdZeroCount
        case (.complete, _): dispute = .zstdRule
        default: return self
        }
        var result = self
        result.uncompressed?.ending = .disputed(atByte: atByte, dispute)
        return result
    }

    /// Whether `disputed(by:)` marked the stream as disputed by a rule of zstd.
    var isDisputedZstd: Bool {
        switch uncompressed?.ending {
        case .disputed(_, .zstdRule), .disputed(_, .zstdZeroCount): true
        default: false
        }
    }

    /// The facts of a blob that was read again. If it was present in one read and missing in the other, it has changed.
    package func replaced(by read: BlobFacts) -> BlobFacts {
        guard read.reading != reading, !read.reading.leavesOpen else { return read }
        return BlobFacts(reading: .changed, uncompressed: uncompressed.map { _ in UncompressedFacts(ending: .unread) })
    }
}
