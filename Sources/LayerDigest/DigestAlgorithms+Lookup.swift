// layerverify: digest algorithms by name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The method that the registry prefers for `algorithm`: the first one listed.
package func digestMethod(for algorithm: DigestAlgorithm) -> DigestMethod {
    DigestAlgorithms.all.first { $0.algorithm == algorithm } ?? EVPDigest.method(algorithm)
}

/// The reference that confirms what a faster method found: OpenSSL's EVP.
package func referenceDigestMethod(for algorithm: DigestAlgorithm) -> DigestMethod {
    EVPDigest.method(algorithm)
}
