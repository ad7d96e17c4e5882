// layerverify: what is computed of a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// What to compute of a blob: the part of its request that does not depend on where the bytes come from.
package struct WantedFacts: Sendable {
    /// Nil for a blob of a stream: which claims are about it is known only when the stream has ended.
    var blob: BlobIndex?
    /// See `BlobRequest`.
    var digestAlgorithms: [DigestAlgorithm]
    var diffIDAlgorithms: [DigestAlgorithm]?

    /// The facts about the uncompressed bytes of a blob that could not be read; nil if they were not requested.
    var unread: UncompressedFacts? { diffIDAlgorithms.map { _ in UncompressedFacts(ending: .unread) } }

    /// The algorithms for the bytes as stored. For an uncompressed layer they include those of its diffIDs, because
    /// both digests are of the same bytes.
    package func compressedAlgorithms(for compression: Compression) -> [DigestAlgorithm] {
        guard compression == .none, let diffIDAlgorithms else { return digestAlgorithms }
        return digestAlgorithms + diffIDAlgorithms.filter { !digestAlgorithms.contains($0) }
    }

    /// The facts about the uncompressed bytes, after the whole blob was read.
    ///
    /// `stream` is nil if nothing was decoded: for an uncompressed blob, or a compression without a codec.
    func uncompressedFacts(blob: BlobFacts, stream: UncompressedFacts?) -> UncompressedFacts? {
        guard diffIDAlgorithms != nil else { return nil }
        if let stream { return stream }
        switch blob.compression {
        case nil, .some(.none):
            return UncompressedFacts(byteCount: blob.byteCount, digests: blob.digests, ending: .complete)
        case .some(let compression):
            return UncompressedFacts(ending: .unsupported(compression))
        }
    }
}

extension BlobRequest {
    /// What to compute of the blob.
    package var wanted: WantedFacts {
        WantedFacts(blob: blob, digestAlgorithms: digestAlgorithms, diffIDAlgorithms: diffIDAlgorithms)
    }

    /// The facts about a blob that a cancelled run did not finish.
    package var cancelledFacts: BlobFacts { BlobFacts(reading: .cancelled, uncompressed: wanted.unread) }
}
