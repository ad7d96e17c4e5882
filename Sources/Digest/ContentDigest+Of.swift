// layerverify: digests of bytes in memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension ContentDigest {
    /// The digest of bytes that are completely in memory, such as a document, by the fastest method.
    ///
    /// Before a claim is refuted by it, confirm it with `reference(of:_:)`.
    package static func of(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> ContentDigest {
        digest(of: bytes, by: digestMethod(for: algorithm))
    }

    /// The same digest computed by OpenSSL, the reference. The first use takes a millisecond, because OpenSSL reads its
    /// configuration.
    package static func reference(of bytes: [UInt8], _ algorithm: DigestAlgorithm) -> ContentDigest {
        digest(of: bytes, by: referenceDigestMethod(for: algorithm))
    }

    private static func digest(of bytes: [UInt8], by method: DigestMethod) -> ContentDigest {
        let digest = method.begin()
        digest.update(bytes.span.bytes)
        return digest.finish()
    }
}
