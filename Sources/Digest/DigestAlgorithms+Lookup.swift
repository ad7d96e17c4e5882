// layerverify: digest algorithms by name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The preferred method for `algorithm`: the first one in the registry.
package func digestMethod(for algorithm: DigestAlgorithm) -> DigestMethod {
    DigestAlgorithms.all.first { $0.algorithm == algorithm } ?? EVPDigest.method(algorithm)
}

/// The reference method, which confirms the results of a faster one: OpenSSL's EVP.
package func referenceDigestMethod(for algorithm: DigestAlgorithm) -> DigestMethod {
    EVPDigest.method(algorithm)
}
