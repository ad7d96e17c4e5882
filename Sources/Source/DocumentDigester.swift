// layerverify: hashing documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Hashes the bytes of documents. The facade provides the functions, since sources do not hash.
package struct DocumentDigester: Sendable {
    /// Computes one digest of bytes in memory; nil if the algorithm cannot be computed.
    package typealias Method = @Sendable ([UInt8], DigestAlgorithm) -> ContentDigest?

    private let fast: Method
    private let reference: Method

    package init(fast: @escaping Method, reference: @escaping Method) {
        self.fast = fast
        self.reference = reference
    }

    /// The digests of a document, one for each algorithm that can be computed, and whether the fast method gave a wrong
    /// one.
    ///
    /// The path of a document claims its digest. If the fast method computes that digest, it is accepted. If it
    /// computes another one, the claim is about to be refuted, and the reference method decides. Paths without a
    /// digest, such as `index.json`, claim nothing.
    func digests(
        of bytes: [UInt8], _ algorithms: [DigestAlgorithm], path: String
    ) -> (digests: [ContentDigest], isFastMethodWrong: Bool) {
        let found = algorithms.compactMap { fast(bytes, $0) }
        guard let named = Self.digestName(in: path), !found.contains(where: { $0.encoded == named }) else {
            return (found, false)
        }
        let confirmed = algorithms.compactMap { reference(bytes, $0) }
        return (confirmed, confirmed != found)
    }

    /// The digest of bytes that are claimed to have `claimed` (nil if it cannot be computed), and whether the fast
    /// method gave a wrong one.
    func digest(
        of bytes: [UInt8], _ algorithm: DigestAlgorithm, claimed: ContentDigest
    ) -> (digest: ContentDigest?, isFastMethodWrong: Bool) {
        let found = fast(bytes, algorithm)
        guard found != claimed else { return (found, false) }
        let confirmed = reference(bytes, algorithm)
        return (confirmed, confirmed != found)
    }

    /// The encoded part of the digest in a path: the last component without its extension, if it is long enough.
    ///
    /// Spec: OCI image-spec v1.1.1 image-layout.md §Blobs; docker-save names configs `<hex>.json`.
    private static func digestName(in path: String) -> Substring? {
        let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
        let name = path.utf8[start...].prefix { $0 != UInt8(ascii: ".") }
        let isHexadecimal = name.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        return name.count >= 64 && isHexadecimal ? path[start..<name.endIndex] : nil
    }
}
