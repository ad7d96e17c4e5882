// layerverify: good streams: every legal way to write a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let goodStreamCases: [CorpusCase] = [
    .good("gzip-members", "A layer of many gzip members (RFC 1952 §2.2), as pigz -i and eStargz write it.") { image in
        let tar = Layer.tar(100, byteCount: 20_000)
        image.singleImage([.gzip(tar, as: Gzip.members(tar, pieceByteCount: 4096))])
    },
    .good("gzip-many-small-members", "Three hundred members of a few bytes each, across every boundary.") { image in
        let tar = Layer.tar(101)
        image.singleImage([.gzip(tar, as: Gzip.members(tar, pieceByteCount: tar.count / 300))])
    },
    .good(
        "gzip-blocked", "Blocked gzip: members with their length in an extra field, an empty one at the end (SAM §4.1)."
    ) {
        image in
        let tar = Layer.tar(102, byteCount: 30_000)
        image.singleImage([.gzip(tar, as: Gzip.blocked(tar, pieceByteCount: 8192))])
    },
    .good("gzip-empty-members", "Empty members at the beginning, in between and at the end (RFC 1952 §2.2).") { image in
        let tar = Layer.tar(103)
        let half = tar.count / 2
        let empty = Gzip.member([])
        let bytes = empty + Gzip.member(Array(tar[..<half])) + empty + empty + Gzip.member(Array(tar[half...])) + empty
        image.singleImage([.gzip(tar, as: bytes)])
    },
    .good("gzip-full-header", "Extra field, name, comment and header checksum in one header (RFC 1952 §2.3.1).") {
        image in
        let tar = Layer.tar(104)
        let bytes = Gzip.member(
            tar,
            header: [.extra([0x53, 0x47, 3, 0, 1, 2, 3]), .name("layer.tar"), .comment("by hand"), .headerChecksum])
        image.singleImage([.gzip(tar, as: bytes)])
    },
    .good("gzip-stored-blocks", "Stored blocks only: compression level 0 (RFC 1951 §3.2.4).") { image in
        image.singleImage([.gzip(105, level: 0), .gzip(106, level: 9)])
    },
    .good("gzip-of-nothing", "An empty gzip stream: the diffID is the digest of the empty input.") { image in
        image.singleImage([.gzip([], as: Gzip.member([]))])
        image.expect("layer-tar-unusual", digestOf(Gzip.member([])))
    },
    .good("zstd-frames", "A layer of many zstd frames (RFC 8878 §3).") { image in
        let tar = Layer.tar(107, byteCount: 20_000)
        image.singleImage([.zstd(tar, as: Zstd.frames(tar, pieceByteCount: 3000))])
    },
    .good("zstd-announced-frames", "A skippable frame first and before each frame, as pzstd writes (RFC 8878 §3.1.2).")
    { image in
        let tar = Layer.tar(108, byteCount: 20_000)
        image.singleImage([.zstd(tar, as: Zstd.announcedFrames(tar, pieceByteCount: 7000))])
    },
    .good(
        "zstd-skippable-last",
        "Skippable frames of other numbers first and last, as in zstd:chunked (RFC 8878 §3.1.2)."
    ) {
        image in
        let tar = Layer.tar(109)
        let bytes =
            Zstd.skippable([], number: 15) + Zstd.frame(tar)
            + Zstd.skippable(prose(seed: 109, byteCount: 64), number: 0)
        image.singleImage([.zstd(tar, as: bytes)])
    },
    .good("zstd-empty-frames", "Empty frames at the beginning, in between and at the end (RFC 8878 §3).") { image in
        let tar = Layer.tar(110)
        let empty = Zstd.frame([])
        image.singleImage([.zstd(tar, as: empty + Zstd.frame(tar) + empty + empty)])
    },
    .good("zstd-no-content-size", "A frame without the size of its content (RFC 8878 §3.1.1.1.4).") { image in
        let tar = Layer.tar(111)
        image.singleImage([.zstd(tar, as: Zstd.frame(tar, hasContentSize: false))])
    },
    .good("zstd-raw-block", "A frame of one raw block without a checksum (RFC 8878 §3.1.1.2).") { image in
        let tar = Layer.tar(112)
        image.singleImage([.zstd(tar, as: Zstd.rawFrame(tar, windowLog: 20))])
    },
    .good("tar-after-its-end", "The table of contents of eStargz after the end-of-archive marker: all of it is hashed.")
    {
        image in
        let tar = Layer.tar(113)
        let toc = TarWriter.archive([("stargz.index.json", .file(Array(#"{"version":1,"entries":[]}"#.utf8)))])
        let layer = Layer.gzip(
            tar + toc, as: Gzip.member(tar) + Gzip.member(toc) + Gzip.member([], header: [.extra([0x53, 0x47, 0, 0])]))
        image.singleImage([layer])
        image.expect("layer-tar-unusual", layer.digest)
    },
    .good("tar-without-end", "A tar without an end-of-archive marker, and one without padding (layer.md).") { image in
        let whole = Layer.tar(114)
        let noMarker = Array(whole.dropLast(1024))
        // The link at the end, and the padding of the file before it.
        let noPadding = Array(Layer.tar(115).dropLast(1024 + 512 + 512 - 2500 % 512))
        let layers: [Layer] = [.plain(noMarker), .gzip(noPadding, as: Gzip.member(noPadding))]
        image.singleImage(layers)
        image.expect("layer-tar-unusual", layers[0].digest)
        image.expect("layer-tar-unusual", layers[1].digest)
    },
    .good("layer-512-bytes", "A layer of 512 zero bytes, and one of 1024: empty archives.") { image in
        let block = [UInt8](repeating: 0, count: 512)
        image.singleImage([.plain(block), .gzip(block + block, as: Gzip.member(block + block))])
        image.expect("layer-tar-unusual", digestOf(block))
    },
    .good("layer-0-bytes", "A plain layer of no bytes at all: size 0 is a size (descriptor.md).") { image in
        image.singleImage([.plain([UInt8]()), .gzip(116)])
        image.expect("layer-tar-unusual", digestOf([]))
    },
    .good("layer-whiteouts", "Whiteouts and an opaque whiteout among the entries (layer.md §Whiteouts).") { image in
        let tar = TarWriter.archive([
            ("etc/.wh.release", .file([])), ("srv/.wh..wh..opq", .file([])),
            ("srv/new", .file(prose(seed: 117, byteCount: 99))),
        ])
        image.singleImage([.gzip(118), .gzip(tar, as: Gzip.member(tar))])
        // One of them names what is not there.
        image.expect("layer-tar-unusual", digestOf(Gzip.member(tar)))
    },
]
