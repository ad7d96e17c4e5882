// layerverify: blobs that are read again by the reference path.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension BlobFacts {
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
