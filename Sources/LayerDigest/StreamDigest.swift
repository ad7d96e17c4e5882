// layerverify: running digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// One running digest. Its owner uses it from one thread at a time.
package protocol StreamDigest: AnyObject {
    var algorithm: DigestAlgorithm { get }

    /// Hashes `bytes` next, any number of them including none.
    func update(_ bytes: RawSpan)

    /// The digest of everything hashed so far. The digest takes no more bytes after that.
    func finish() -> ContentDigest
}

/// A way to compute a digest algorithm; an entry of `DigestAlgorithms.all`.
package struct DigestMethod: Sendable {
    package let algorithm: DigestAlgorithm
    /// Begins a digest.
    package let begin: @Sendable () -> any StreamDigest

    package init(algorithm: DigestAlgorithm, begin: @escaping @Sendable () -> any StreamDigest) {
        self.algorithm = algorithm
        self.begin = begin
    }
}
