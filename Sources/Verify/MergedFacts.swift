// layerverify: blobs that are read twice, as a document and as a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension BlobFacts {
    /// The facts of a blob that was read as a document first, and as a layer now.
    ///
    /// If both reads were of the same bytes, the result has the parsed facts and those of decoding. If not, the blob
    /// changed between the reads, and nothing is known of either version.
    func merged(into document: BlobFacts?) -> BlobFacts {
        guard let document, !reading.leavesOpen else { return self }
        var result = self
        let pairs = digests.compactMap { own in document.digest(like: own).map { (own, $0) } }
        guard reading == document.reading, byteCount == document.byteCount, !pairs.isEmpty,
            pairs.allSatisfy({ $0 == $1 })
        else {
            result.reading = .changed
            result.digests = []
            result.uncompressed = uncompressed.map { _ in UncompressedFacts(ending: .unread) }
            return result
        }
        result.digests = document.digests + digests.filter { document.digest(like: $0) == nil }
        return result
    }
}

extension BlobRequest {
    /// The request without algorithms that cannot be computed, and with one of the algorithms of `document`, the facts
    /// of an earlier read, so that both reads can be compared.
    func limited(to offers: (DigestAlgorithm) -> Bool, comparing document: BlobFacts?) -> BlobRequest {
        var result = self
        result.digestAlgorithms.removeAll { !offers($0) }
        result.diffIDAlgorithms?.removeAll { !offers($0) }
        let known = document?.digests.compactMap(\.algorithm) ?? []
        if let first = known.first, Set(known).isDisjoint(with: result.digestAlgorithms) {
            result.digestAlgorithms.append(first)
        }
        if result.digestAlgorithms.isEmpty { result.digestAlgorithms = [.sha256] }
        return result
    }
}
