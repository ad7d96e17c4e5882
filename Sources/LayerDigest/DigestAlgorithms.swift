// layerverify: the digest algorithms there are.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The registry of digest algorithms, those left out that cannot be computed here. A new one is a line here.
package enum DigestAlgorithms {
    package static let all: [DigestMethod] = [
        LaneSHA256.method,
        EVPDigest.method(.sha384),
        EVPDigest.method(.sha512),
    ].filter { DigestLibrary.offers($0.algorithm) }
}
