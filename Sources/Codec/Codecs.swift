// layerverify: the list of codecs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The registry of codecs. For each compression the fastest comes first and the reference last. To add a codec, add it
/// here.
package enum Codecs {
    package static let all: [Codec] = [
        GzipCodec.lanes, GzipCodec.zlib,
        ZstdCodec.frames, ZstdCodec.zstd,
    ]
}
