// layerverify: the codecs there are.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The registry of codecs: of each compression the fastest first, the reference last. A new one is a line here.
package enum Codecs {
    package static let all: [Codec] = [
        GzipCodec.lanes, GzipCodec.zlib,
        ZstdCodec.frames, ZstdCodec.zstd,
    ]
}
