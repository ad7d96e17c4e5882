// layerverify: digests of bytes in memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension ContentDigest {
    /// The digest of bytes that are all in memory, such as a document's, by the fastest method.
    ///
    /// Before something is refuted by it, ask `reference(of:_:)`.
    package static func of(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> ContentDigest {
        digest(of: bytes, by: digestMethod(for: algorithm))
    }

    /// The same by OpenSSL, whose word counts. Its first use costs a millisecond: it reads its configuration.
    package static func reference(of bytes: [UInt8], _ algorithm: DigestAlgorithm) -> ContentDigest {
        digest(of: bytes, by: referenceDigestMethod(for: algorithm))
    }

    private static func digest(of bytes: [UInt8], by method: DigestMethod) -> ContentDigest {
        let digest = method.begin()
        digest.update(bytes.span.bytes)
        return digest.finish()
    }
}
