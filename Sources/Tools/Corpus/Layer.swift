// layerverify: layers for the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A layer: its uncompressed bytes, its bytes as stored, and its media type.
struct Layer {
    var uncompressed: [UInt8]
    var bytes: [UInt8]
    var mediaType: String

    var diffID: String { digestOf(uncompressed) }
    var digest: String { digestOf(bytes) }
    var descriptor: JSON { ["mediaType": .string(mediaType), "digest": .string(digest), "size": JSON(bytes.count)] }

    static let tarType = "application/vnd.oci.image.layer.v1.tar"
    static let gzipType = tarType + "+gzip"
    static let zstdType = tarType + "+zstd"

    /// A small root file system with two files and a link. The larger file has `byteCount` bytes, the other a quarter.
    static func tar(_ seed: Int, byteCount: Int = 2500) -> [UInt8] {
        TarWriter.archive([
            ("etc/", .folder), ("etc/release-\(seed)", .file(prose(seed: seed, byteCount: byteCount / 4))),
            ("srv/", .folder), ("srv/log-\(seed).txt", .file(prose(seed: seed + 1000, byteCount: byteCount))),
            ("srv/current", .symbolicLink("log-\(seed).txt")),
        ])
    }

    static func plain(_ seed: Int) -> Layer { Layer(uncompressed: tar(seed), bytes: tar(seed), mediaType: tarType) }

    static func gzip(_ seed: Int, level: Int32 = 6) -> Layer {
        Layer(uncompressed: tar(seed), bytes: Gzip.member(tar(seed), level: level), mediaType: gzipType)
    }

    static func zstd(_ seed: Int) -> Layer {
        Layer(uncompressed: tar(seed), bytes: Zstd.frame(tar(seed)), mediaType: zstdType)
    }

    /// The same layer with another media type.
    func typed(_ type: String) -> Layer {
        var layer = self
        layer.mediaType = type
        return layer
    }

    /// A gzip layer with the given stream; its descriptor has the correct digest and size.
    static func gzip(_ uncompressed: [UInt8], as bytes: [UInt8]) -> Layer {
        Layer(uncompressed: uncompressed, bytes: bytes, mediaType: gzipType)
    }

    static func zstd(_ uncompressed: [UInt8], as bytes: [UInt8]) -> Layer {
        Layer(uncompressed: uncompressed, bytes: bytes, mediaType: zstdType)
    }

    static func plain(_ bytes: [UInt8]) -> Layer { Layer(uncompressed: bytes, bytes: bytes, mediaType: tarType) }
}
