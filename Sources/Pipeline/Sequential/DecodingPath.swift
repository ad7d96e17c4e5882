// layerverify: which decoders and digests are used.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel

/// The decoders and digests with which a blob is read.
package enum DecodingPath: Sendable {
    /// The codecs and digests of the options. The streams share the memory for windows.
    case fast
    /// zlib, libzstd's streaming interface, and OpenSSL.
    case reference
    /// The same, for bytes that cannot be read again. The strict decoder of zstd checks the stream at the same time, since
    /// it refuses streams that libzstd accepts and other decoders do not.
    case onePass

    func codec(_ compression: Compression, _ options: PipelineOptions) -> Codec? {
        self == .fast ? options.fastCodec(compression) : Codecs.reference(for: compression)
    }

    func digestMethod(for algorithm: DigestAlgorithm, _ options: PipelineOptions) -> DigestMethod {
        self == .fast ? options.fastDigest(algorithm) : referenceDigestMethod(for: algorithm)
    }
}
