// layerverify: bad layers: the blob matches its descriptor, but its content is wrong.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A damaged stream with correct digests.
private func stream(
    _ name: String, _ about: String, _ layer: @autoclosure () -> Layer, finding: String
) -> CorpusCase {
    let layer = layer()
    return .bad(name, about) { image in
        image.singleImage([layer])
        image.expect(finding, layer.digest)
    }
}

/// An xz stream and a bzip2 stream of 1024 zero bytes, the smallest tar archive.
private let xzStream = bytes(
    base64: "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AP/AAtdAABv/f//o7d/RjIAAAAMJ2kgl2N4wwABJ4AIAAAALnmurbHEZ/sCAAAAAARZWg==")
private let bzip2Stream = bytes(base64: "QlpoOTFBWSZTWXT1rfcAAARAAMAAAAggADCAKmlFrDi7kinChIOnrW+4")

let badLayerCases: [CorpusCase] = [
    stream(
        "gzip-truncated-by-builder", "The builder hashed a gzip stream that it had not finished (RFC 1952 §2.3).",
        .gzip(Layer.tar(400), as: Array(Gzip.member(Layer.tar(400)).dropLast(8))), finding: "stream-truncated"),
    stream(
        "gzip-second-member-truncated", "The second member is cut; the first one is whole.",
        .gzip(Layer.tar(401), as: Array(Gzip.members(Layer.tar(401), pieceByteCount: 3500).dropLast(20))),
        finding: "stream-truncated"),
    stream(
        "gzip-crc-wrong", "The CRC-32 of a member is wrong, the digests are right (RFC 1952 §2.3.1).",
        .gzip(Layer.tar(402), as: flipped(Gzip.member(Layer.tar(402)), at: -6)), finding: "stream-corrupt"),
    stream(
        "gzip-length-wrong", "The length of a member is wrong, the digests are right (RFC 1952 §2.3.1).",
        .gzip(Layer.tar(403), as: flipped(Gzip.member(Layer.tar(403)), at: -3)), finding: "stream-corrupt"),
    stream(
        "gzip-reserved-flag", "A reserved flag of the header is set (RFC 1952 §2.3.1.2: must be zero).",
        .gzip(Layer.tar(404), as: reservedFlag(Gzip.member(Layer.tar(404)))), finding: "stream-corrupt"),
    stream(
        "gzip-method-unknown", "The compression method is not deflate (RFC 1952 §2.3.1).",
        .gzip(Layer.tar(405), as: flipped(Gzip.member(Layer.tar(405)), at: 2)), finding: "stream-corrupt"),
    stream(
        "gzip-block-type-reserved", "A deflate block of the reserved type 3 (RFC 1951 §3.2.3).",
        .gzip([], as: Gzip.header() + [0x07, 0x00] + Gzip.trailer([])), finding: "stream-corrupt"),
    stream(
        "gzip-trailing-garbage", "Bytes that are not a member follow the last one, within size and digest.",
        .gzip(Layer.tar(406), as: Gzip.member(Layer.tar(406)) + prose(seed: 406, byteCount: 33)),
        finding: "stream-trailing-bytes"),
    stream(
        "gzip-trailing-zeros", "Zero bytes follow the last member, as tape padding does; tools differ on them.",
        .gzip(Layer.tar(407), as: Gzip.member(Layer.tar(407)) + [UInt8](repeating: 0, count: 512)),
        finding: "stream-trailing-bytes"),
    stream(
        "zstd-truncated-by-builder", "The builder hashed a zstd frame that it had not finished (RFC 8878 §3.1.1).",
        .zstd(Layer.tar(408), as: Array(Zstd.frame(Layer.tar(408)).dropLast(5))), finding: "stream-truncated"),
    stream(
        "zstd-checksum-wrong", "The checksum of a frame is wrong, the digests are right (RFC 8878 §3.1.1).",
        .zstd(Layer.tar(409), as: flipped(Zstd.frame(Layer.tar(409)), at: -2)), finding: "stream-corrupt"),
    stream(
        "zstd-trailing-garbage", "Bytes that begin no frame follow the last one (RFC 8878 §3.1).",
        .zstd(Layer.tar(410), as: Zstd.frame(Layer.tar(410)) + prose(seed: 410, byteCount: 21)),
        finding: "stream-trailing-bytes"),
    stream(
        "zstd-skippable-truncated", "The last skippable frame is shorter than it says (RFC 8878 §3.1.2).",
        .zstd(
            Layer.tar(411),
            as: Zstd.frame(Layer.tar(411)) + Array(Zstd.skippable(prose(seed: 411, byteCount: 50)).dropLast(10))),
        finding: "stream-truncated"),
    stream(
        "zstd-content-size-wrong",
        "A frame with an empty last block, after which libzstd does not compare the content's size (RFC 8878 §3.1.1.1.4).",
        .zstd(
            Layer.tar(413),
            as: Zstd.frameEndingEmpty(Layer.tar(413), contentByteCount: Layer.tar(413).count + 1)),
        finding: "stream-corrupt"),
    .undetermined(
        "zstd-window-too-large", "A frame declares a window of 2 GiB (RFC 8878 §3.1.1.1.2 lets a decoder refuse)."
    ) {
        image in
        let layer = Layer.zstd(Layer.tar(412), as: Zstd.rawFrame(Layer.tar(412), windowLog: 31))
        image.singleImage([layer])
        image.expect("window-too-large", layer.digest)
    },
    .bad("diffid-wrong", "A diffID is the digest of something else (config.md).") { image in
        image.singleImage(
            [.gzip(420), .gzip(421)],
            config: { $0.diffIDs([Layer.gzip(420).diffID, digestOf(prose(seed: 421, byteCount: 10))]) })
        image.expect("diffid-mismatch", Layer.gzip(421).digest)
    },
    .bad("diffid-is-compressed-digest", "The builder wrote the digest of the compressed blob as diffID (config.md).") {
        image in
        image.singleImage([.gzip(422)], config: { $0.diffIDs([Layer.gzip(422).digest]) })
        image.expect("diffid-mismatch", Layer.gzip(422).digest)
    },
    .bad("diffid-of-nothing", "The builder hashed no bytes: the diffID is the sha256 of the empty input.") { image in
        image.singleImage([.gzip(423)], config: { $0.diffIDs([digestOf([])]) })
        image.expect("diffid-mismatch", Layer.gzip(423).digest)
    },
    .bad("layers-swapped", "The manifest lists two layers in the wrong order (manifest.md: base layer first).") {
        image in
        image.singleImage(
            [.gzip(424), .gzip(425), .gzip(426)],
            manifest: {
                $0.setting(
                    "layers",
                    .array([Layer.gzip(424).descriptor, Layer.gzip(426).descriptor, Layer.gzip(425).descriptor]))
            })
        image.expect("diffid-mismatch", Layer.gzip(426).digest)
    },
    .bad("diffids-swapped", "The config lists two diffIDs in the wrong order (config.md).") { image in
        let layers = [Layer.gzip(427), Layer.zstd(428)]
        image.singleImage(layers, config: { $0.diffIDs(layers.reversed().map(\.diffID)) })
        image.expect("diffid-mismatch", layers[0].digest)
    },
    .bad("type-gzip-bytes-plain", "The media type promises gzip, but the bytes are plain tar (media-types.md).") {
        image in
        let layer = Layer.plain(429).typed(Layer.gzipType)
        image.singleImage([layer])
        image.expect("media-type-mismatch", layer.digest)
    },
    .bad("type-plain-bytes-gzip", "The media type promises plain tar, but the bytes are gzip (media-types.md).") {
        image in
        let layer = Layer.gzip(430).typed(Layer.tarType)
        image.singleImage([layer])
        image.expect("media-type-mismatch", layer.digest)
    },
    .bad("type-gzip-bytes-zstd", "Docker's gzip type over zstd bytes, as after loading a zstd image.") { image in
        let layer = Layer.zstd(431).typed(MediaTypes.dockerLayer + ".gzip")
        image.singleImage([layer])
        image.expect("media-type-mismatch", layer.digest)
    },
    .bad("type-zstd-bytes-gzip", "The media type promises zstd, but the bytes are gzip (media-types.md).") { image in
        let layer = Layer.gzip(432).typed(Layer.zstdType)
        image.singleImage([layer])
        image.expect("media-type-mismatch", layer.digest)
    },
    .bad("type-plain-bytes-xz", "An xz layer under the plain type: the type is wrong, and xz is not decoded.") {
        image in
        let layer = Layer(uncompressed: TarWriter.endOfArchive, bytes: xzStream, mediaType: Layer.tarType)
        image.singleImage([layer])
        image.expect("compression-unsupported", layer.digest)
        image.expect("media-type-mismatch", layer.digest)
    },
    .bad("artifact-type-gzip-bytes-plain", "An artifact's blob under a gzip layer type is not gzip (media-types.md).") {
        image in
        let config = image.blob("application/vnd.example.config.v1+json", Array("{}".utf8))
        let file = image.blob(Layer.gzipType, prose(seed: 433, byteCount: 160))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [file])).named("file")])
        image.expect("media-type-mismatch", file["digest"].text)
    },
    .undetermined(
        "docker-layer-xz", "An xz layer in a docker-save archive: legal, and not supported.", in: .archive(.ustar)
    ) {
        image in
        image.oldArchive(
            DockerImage(
                layers: [Layer(uncompressed: TarWriter.endOfArchive, bytes: xzStream, mediaType: "")], tags: ["xz:1"]))
        image.expect("compression-unsupported")
    },
    .undetermined(
        "docker-layer-bzip2", "A bzip2 layer in a docker-save archive: legal, and not supported.",
        in: .archive(.ustar)
    ) {
        image in
        image.oldArchive(
            DockerImage(
                layers: [Layer(uncompressed: TarWriter.endOfArchive, bytes: bzip2Stream, mediaType: "")],
                tags: ["bzip2:1"]))
        image.expect("compression-unsupported")
    },
]

extension JSON {
    /// A config with other diffIDs.
    fileprivate func diffIDs(_ diffIDs: [String]) -> JSON {
        setting("rootfs", ["type": "layers", "diff_ids": JSON(diffIDs)])
    }
}

private func flipped(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    var result = bytes
    result.flip(at: offset)
    return result
}

private func reservedFlag(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    result[3] |= 0x80
    return result
}
