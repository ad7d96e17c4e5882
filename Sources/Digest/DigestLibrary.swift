// layerverify: the library that computes digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
package import LayerModel

/// The linked library that computes digests.
package enum DigestLibrary {
    /// The library and its version at run time, such as `OpenSSL 3.0.14`; for `--version`.
    ///
    /// The corresponding C function is OpenSSL_version.
    package static var version: String {
        guard let text = OpenSSL_version(OPENSSL_VERSION_STRING) else { return "OpenSSL" }
        return "OpenSSL " + String(cString: text)
    }

    /// Whether OpenSSL, as it is configured here, computes an algorithm. A digest of an algorithm that it does not
    /// offer must not be begun.
    ///
    /// OpenSSL may offer none: with a FIPS provider that fails its self-test, or with a configuration without the
    /// default provider. The first call loads OpenSSL's configuration, which takes a millisecond.
    package static func offers(_ algorithm: DigestAlgorithm) -> Bool { offered.contains(algorithm) }

    private static let offered = Set(DigestAlgorithm.allCases.filter { EVPDigest.isOffered($0) })
}
