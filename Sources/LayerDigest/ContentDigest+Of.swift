// layerverify: digests of bytes in memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension ContentDigest {
    /// The digest of bytes that are all in memory, such as a document's.
    package static func of(_ bytes: RawSpan, _ algorithm: DigestAlgorithm) -> ContentDigest {
        // By the reference: nothing reads a document a second time to confirm it.
        let digest = referenceDigestMethod(for: algorithm).begin()
        digest.update(bytes)
        return digest.finish()
    }

    /// The digest of bytes that are all in memory, such as a document's.
    package static func of(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> ContentDigest {
        of(bytes.span.bytes, algorithm)
    }
}
