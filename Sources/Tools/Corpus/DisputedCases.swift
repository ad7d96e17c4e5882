// layerverify: streams that decoders disagree on.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let disputedCases: [CorpusCase] = [
    .good("gzip-name-511-bytes", "The longest name and comment of a gzip header that Go reads.") { image in
        let tar = Layer.tar(700)
        image.singleImage([.gzip(tar, as: Gzip.member(tar, header: [.name(text(511)), .comment(text(511))]))])
    },
    .undetermined("gzip-name-512-bytes", "A name of 512 bytes, which zlib accepts and Go refuses.") {
        image in
        let tar = Layer.tar(701)
        let layer = Layer.gzip(tar, as: Gzip.member(tar, header: [.name(text(512))]))
        image.singleImage([layer, .gzip(702)])
        image.expect("stream-disputed", layer.digest)
    },
    .undetermined("gzip-comment-in-second-member", "A comment too long for Go, in the second of three members.") {
        image in
        let tar = Layer.tar(703)
        let half = tar.count / 2
        let bytes =
            Gzip.member(Array(tar[..<half])) + Gzip.member([], header: [.comment(text(600)), .headerChecksum])
            + Gzip.member(Array(tar[half...]))
        let layer = Layer.gzip(tar, as: bytes)
        image.singleImage([layer])
        image.expect("stream-disputed", layer.digest)
    },
    .bad("gzip-long-name-cut", "A stream that Go refuses for its name, and every reader for its missing end.") {
        image in
        let tar = Layer.tar(704)
        let layer = Layer.gzip(tar, as: Array(Gzip.member(tar, header: [.name(text(600))]).dropLast(4)))
        image.singleImage([layer])
        image.expect("stream-truncated", layer.digest)
    },
    .bad(
        "gzip-incomplete-code",
        "Eighteen literal codes of six bits, which ISA-L decodes and zlib and Go refuse (RFC 1951 §3.2.7)."
    ) { image in
        let content = (0..<600).map { UInt8(ascii: "a") + UInt8($0 * 7 % IncompleteCode.literalCount) }
        let layer = Layer.gzip(content, as: Gzip.header() + IncompleteCode.data(content) + Gzip.trailer(content))
        image.singleImage([layer])
        image.expect("stream-corrupt", layer.digest)
    },
    .undetermined(
        "zstd-offset-beyond-window",
        "A match one byte further back than the window, which libzstd decodes (RFC 8878 §3.1.1.1.2; Go refuses it)."
    ) { image in
        // A window of 1 KiB, a raw block of the same size, then one literal and three bytes at a distance of 1025
        // bytes: all three codes have a single symbol, and the offset's ten extra bits are 4.
        let start = Array(unpadded(705, suffix: "xtxt").prefix(1_024))
        let sequences: [UInt8] = [1 << 3, UInt8(ascii: "x"), 1, 0b0101_0100, 1, 10, 0, 0x04, 0x04]
        let bytes =
            [0x28, 0xb5, 0x2f, 0xfd, 0, 0] + [0x00, 0x20, 0x00] + start
            + [UInt8(sequences.count << 3 | 0b101), 0, 0] + sequences
        let layer = Layer.zstd(start + [UInt8(ascii: "x")] + start.prefix(3), as: bytes)
        image.singleImage([layer])
        image.expect("stream-disputed", layer.digest)
        image.expect("layer-tar-unusual", layer.digest)
    },
    .undetermined(
        "zstd-zero-count-in-two-bytes",
        "A block says in two bytes that it has no sequences (RFC 8878 §3.1.1.3.2.1); libzstd refuses that before 1.5.6."
    ) { image in
        let start = Array(unpadded(706, suffix: "x").prefix(1_024))
        let block: [UInt8] = [1 << 3, UInt8(ascii: "x"), 128, 0]
        let bytes =
            [0x28, 0xb5, 0x2f, 0xfd, 0, 0] + [0x00, 0x20, 0x00] + start + [UInt8(block.count << 3 | 0b101), 0, 0]
            + block
        let layer = Layer.zstd(start + [UInt8(ascii: "x")], as: bytes)
        image.singleImage([layer])
        image.expect("stream-disputed", layer.digest)
    },
]

/// A tar with one file, 512 bytes of text and a suffix, without padding and end.
private func unpadded(_ seed: Int, suffix: String) -> [UInt8] {
    var tar = OddTar()
    tar.add(Array("txt-\(seed)".utf8), "0", prose(seed: seed, byteCount: 512) + Array(suffix.utf8), .unpadded)
    return tar.bytes
}

private func text(_ byteCount: Int) -> String { String(repeating: "n", count: byteCount) }

/// One dynamic block whose literal code is incomplete. Spec: RFC 1951 §3.2.7.
private enum IncompleteCode {
    /// The letters from a on; the last code is the end of the block.
    static let literalCount = 17

    static func data(_ content: [UInt8]) -> [UInt8] {
        var writer = Bits()
        writer.number(0b101, 3)
        // 257 literal lengths, one distance length, and all 19 lengths of the code length code.
        writer.number(0, 5)
        writer.number(0, 5)
        writer.number(15, 4)
        // Only the lengths 0 and 6 occur; each has a code of one bit.
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
            writer.number(symbol == 0 || symbol == 6 ? 1 : 0, 3)
        }
        let first = Int(UInt8(ascii: "a"))
        for symbol in 0...256 {
            writer.number(symbol == 256 || (first..<first + literalCount).contains(symbol) ? 1 : 0, 1)
        }
        writer.number(0, 1)
        for byte in content { writer.code(Int(byte) - first, 6) }
        writer.code(literalCount, 6)
        return writer.bytes
    }

    /// Numbers are written with the lowest bit first, codes with the highest. Spec: RFC 1951 §3.1.1.
    private struct Bits {
        var bytes: [UInt8] = []
        var count = 0

        mutating func number(_ value: Int, _ bitCount: Int) { for bit in 0..<bitCount { append(value >> bit & 1) } }

        mutating func code(_ value: Int, _ bitCount: Int) {
            for bit in (0..<bitCount).reversed() { append(value >> bit & 1) }
        }

        private mutating func append(_ bit: Int) {
            if count % 8 == 0 { bytes.append(0) }
            bytes[bytes.count - 1] |= UInt8(bit << (count % 8))
            count += 1
        }
    }
}
