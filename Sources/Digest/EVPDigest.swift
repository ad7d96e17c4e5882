// layerverify: digests by OpenSSL.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
package import LayerModel

/// A running digest computed by OpenSSL's EVP interface.
///
/// OpenSSL fails if it has no memory or no provider for the algorithm. No digest can be returned then, and to continue
/// would give a wrong one, so both end the program. `DigestLibrary.offers` detects a missing provider before that.
package final class EVPDigest: StreamDigest {
    package let algorithm: DigestAlgorithm
    private let context: OpaquePointer
    private var isFinished = false

    /// Begins a digest.
    ///
    /// The corresponding C functions are EVP_MD_CTX_new and EVP_DigestInit_ex2.
    package init(_ algorithm: DigestAlgorithm) {
        guard let implementation = Self.implementation(of: algorithm) else {
            preconditionFailure("OpenSSL offers no \(algorithm)")
        }
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL has no memory for a digest") }
        guard EVP_DigestInit_ex2(context, implementation, nil) == 1 else {
            preconditionFailure("OpenSSL does not begin a \(algorithm) digest")
        }
        self.algorithm = algorithm
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// The corresponding C function is EVP_DigestUpdate.
    package func update(_ bytes: RawSpan) {
        precondition(!isFinished, "a finished digest takes no more bytes")
        let isHashed = bytes.withUnsafeBytes { buffer in
            // OpenSSL need not accept a null pointer, which an empty buffer may have.
            buffer.isEmpty || EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1
        }
        guard isHashed else { preconditionFailure("OpenSSL does not go on with a \(algorithm) digest") }
    }

    /// The corresponding C function is EVP_DigestFinal_ex.
    package func finish() -> ContentDigest {
        precondition(!isFinished, "a digest is finished once")
        isFinished = true
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { buffer in
            var byteCount: UInt32 = 0
            // SAFETY: `buffer` holds EVP_MAX_MD_SIZE bytes, the most that OpenSSL writes.
            guard EVP_DigestFinal_ex(context, buffer.baseAddress, &byteCount) == 1,
                Int(byteCount) == algorithm.byteCount
            else { preconditionFailure("OpenSSL does not finish a \(algorithm) digest") }
            return ContentDigest(algorithm, bytes: buffer.span.bytes.extracting(first: algorithm.byteCount))
        }
    }

    /// The registry entry for `algorithm`.
    package static func method(_ algorithm: DigestAlgorithm) -> DigestMethod {
        DigestMethod(name: "OpenSSL", algorithm: algorithm) { EVPDigest(algorithm) }
    }

    /// Whether a provider offers the algorithm and computes it: a provider may offer an algorithm that it then refuses
    /// to begin.
    static func isOffered(_ algorithm: DigestAlgorithm) -> Bool {
        guard let implementation = implementation(of: algorithm) else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { buffer in
            EVP_Digest(nil, 0, buffer.baseAddress, nil, implementation, nil) == 1
        }
    }

    /// OpenSSL's implementation, or nil if no provider offers the algorithm.
    private static func implementation(of algorithm: DigestAlgorithm) -> OpaquePointer? {
        switch algorithm {
        case .sha256: sha256
        case .sha384: sha384
        case .sha512: sha512
        }
    }

    // A lookup by name searches the providers under a lock, so each algorithm is fetched once and kept for the life of
    // the process, as the documentation of EVP_MD_fetch recommends.
    // SAFETY: an EVP_MD is never written to after it is fetched, and these are never freed.
    nonisolated(unsafe) private static let sha256 = EVP_MD_fetch(nil, "SHA2-256", nil)
    nonisolated(unsafe) private static let sha384 = EVP_MD_fetch(nil, "SHA2-384", nil)
    nonisolated(unsafe) private static let sha512 = EVP_MD_fetch(nil, "SHA2-512", nil)
}
