// layerverify: the list of digest algorithms.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The registry of digest algorithms, without those that OpenSSL does not offer here. To add an algorithm, add it here.
package enum DigestAlgorithms {
    package static let all: [DigestMethod] = [
        LaneSHA256.method,
        EVPDigest.method(.sha384),
        EVPDigest.method(.sha512),
    ].filter { DigestLibrary.offers($0.algorithm) }
}
