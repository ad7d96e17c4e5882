// layerverify: the library that computes digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
package import LayerModel

/// What is linked in to compute digests.
package enum DigestLibrary {
    /// The library and its version at run time, such as `OpenSSL 3.0.14`; for `--version`.
    ///
    /// The corresponding C function is OpenSSL_version.
    package static var version: String {
        guard let text = OpenSSL_version(OPENSSL_VERSION_STRING) else { return "OpenSSL" }
        return "OpenSSL " + String(cString: text)
    }

    /// The algorithms that OpenSSL, as it is configured here, does not offer; none but on a broken system.
    ///
    /// Look at it before the first digest is begun.
    package static var missingAlgorithms: [DigestAlgorithm] {
        DigestAlgorithm.allCases.filter { EVPDigest.implementation(of: $0) == nil }
    }
}
