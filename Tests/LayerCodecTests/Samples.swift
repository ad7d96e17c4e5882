// layerverify: streams to decode in tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import LayerModel
import Testing
import TestSupport

/// Contents of several kinds.
enum Content {
    /// Words that compress about as much as a layer.
    static func text(_ byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SplitMix(state: seed)
        let words = ["usr", "share", "lib", "python3", "so", "include", "doc", "0644", "root", "\u{0}\u{0}\u{0}\u{0}"]
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            bytes += words[Int(generator.next() % UInt64(words.count))].utf8
            if generator.next() % 5 == 0 { bytes.append(UInt8(truncatingIfNeeded: generator.next())) }
        }
        return Array(bytes.prefix(byteCount))
    }

    /// Bytes that do not compress.
    static func noise(_ byteCount: Int, seed: UInt64 = 2) -> [UInt8] {
        var generator = SplitMix(state: seed)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            for place in 0..<byteCount { buffer[place] = UInt8(truncatingIfNeeded: generator.next()) }
            count = byteCount
        }
    }

    static func zeros(_ byteCount: Int) -> [UInt8] { [UInt8](repeating: 0, count: byteCount) }
}

/// Makes gzip members.
enum Gzip {
    static func member(_ content: [UInt8], level: Int32 = 6, strategy: Int32 = Z_DEFAULT_STRATEGY) -> [UInt8] {
        member(header: plainHeader, data: deflated(content, level: level, strategy: strategy), content: content)
    }

    static let plainHeader: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    static func member(header: [UInt8], data: [UInt8], content: [UInt8]) -> [UInt8] {
        header + data + trailer(content)
    }

    static func trailer(_ content: [UInt8]) -> [UInt8] {
        littleEndian(checksum(content)) + littleEndian(UInt32(truncatingIfNeeded: content.count))
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 { UInt32(crc32(0, bytes, UInt32(bytes.count))) }

    /// A header with optional fields. `flags` are additional flags; those of the fields are set in any case.
    static func header(
        extra: [UInt8]? = nil, name: String? = nil, comment: String? = nil, hasChecksum: Bool = false,
        flags: UInt8 = 0
    ) -> [UInt8] {
        var flags = flags
        if hasChecksum { flags |= 2 }
        if extra != nil { flags |= 4 }
        if name != nil { flags |= 8 }
        if comment != nil { flags |= 16 }
        var bytes: [UInt8] = [0x1f, 0x8b, 8, flags, 0x11, 0x22, 0x33, 0x44, 2, 3]
        if let extra { bytes += [UInt8(extra.count & 255), UInt8(extra.count >> 8)] + extra }
        if let name { bytes += Array(name.utf8) + [0] }
        if let comment { bytes += Array(comment.utf8) + [0] }
        if hasChecksum { bytes += littleEndian(checksum(bytes)).prefix(2) }
        return bytes
    }

    static func deflated(
        _ content: [UInt8], level: Int32 = 6, strategy: Int32 = Z_DEFAULT_STRATEGY, flush: Int32 = Z_FINISH
    ) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, level, Z_DEFLATED, -15, 8, strategy, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var content = content
        let capacity = Int(deflateBound(&stream, UInt(content.count))) + 16
        return content.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                precondition(deflate(&stream, flush) == (flush == Z_FINISH ? Z_STREAM_END : Z_OK))
                count = output.count - Int(stream.avail_out)
            }
        }
    }

    /// Parts of one stream, each with its strategy and the flush after it; the last one is `Z_FINISH`. Blocks are short.
    static func deflatedParts(_ parts: [(content: [UInt8], strategy: Int32, flush: Int32)]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, -15, 5, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        let capacity = Int(deflateBound(&stream, UInt(parts.reduce(0) { $0 + $1.content.count }))) + 64 * parts.count
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            for part in parts {
                deflateParams(&stream, 6, part.strategy)
                var content = part.content
                content.withUnsafeMutableBufferPointer { input in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    let status = deflate(&stream, part.flush)
                    precondition(status == (part.flush == Z_FINISH ? Z_STREAM_END : Z_OK) && stream.avail_in == 0)
                }
            }
            count = output.count - Int(stream.avail_out)
        }
    }

    static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }
}

/// Makes zstd frames.
enum Zstd {
    static func frame(
        _ content: [UInt8], level: Int32 = 3, windowLog: Int32? = nil, hasChecksum: Bool = true,
        hasContentSize: Bool = true
    ) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, hasContentSize ? 1 : 0)
        if let windowLog { ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog) }
        if hasContentSize { ZSTD_CCtx_setPledgedSrcSize(context, UInt64(content.count)) }
        return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count) + 64) { output, count in
            content.withUnsafeBytes { bytes in
                var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                // The first call has no input, so that it does not tell libzstd the size of the content.
                var input = ZSTD_inBuffer(src: bytes.baseAddress, size: hasContentSize ? bytes.count : 0, pos: 0)
                precondition(ZSTD_isError(ZSTD_compressStream2(context, &room, &input, ZSTD_e_continue)) == 0)
                input.size = bytes.count
                precondition(ZSTD_compressStream2(context, &room, &input, ZSTD_e_end) == 0)
                count = room.pos
            }
        }
    }

    static func skippable(_ content: [UInt8], variant: UInt8 = 0) -> [UInt8] {
        [0x50 + variant, 0x2a, 0x4d, 0x18] + Gzip.littleEndian(UInt32(content.count)) + content
    }

    /// A frame with one raw block and the given header.
    static func rawFrame(descriptor: UInt8, header: [UInt8], content: [UInt8]) -> [UInt8] {
        let block = UInt32(content.count) << 3 | 1
        return [0x28, 0xb5, 0x2f, 0xfd, descriptor] + header + Gzip.littleEndian(block).prefix(3) + content
    }
}

/// An intact stream.
struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let compression: Compression
    let bytes: [UInt8]
    let content: [UInt8]
    /// The offsets at which the blob may end.
    let boundaries: Set<Int>
    var testDescription: String { name }

    init(_ name: String, _ compression: Compression, _ parts: [(bytes: [UInt8], content: [UInt8])]) {
        self.name = name
        self.compression = compression
        bytes = parts.flatMap(\.bytes)
        content = parts.flatMap(\.content)
        var boundaries: Set<Int> = []
        var end = 0
        for part in parts {
            end += part.bytes.count
            boundaries.insert(end)
        }
        self.boundaries = boundaries
    }

    /// Streams that are short enough for exhaustive tests.
    static let short: [Sample] = gzip + zstd

    private static let gzip: [Sample] = {
        let text = Content.text(300)
        let noise = Content.noise(40)
        let words = Array("layer".utf8)
        func withHeader(_ header: [UInt8]) -> [UInt8] {
            Gzip.member(header: header, data: Gzip.deflated(words), content: words)
        }
        return [
            Sample("gzip, dynamic codes", .gzip, [(Gzip.member(Content.text(2_000), level: 9), Content.text(2_000))]),
            Sample("gzip, fixed codes", .gzip, [(Gzip.member(text, strategy: Z_FIXED), text)]),
            Sample("gzip, stored", .gzip, [(Gzip.member(noise, level: 0), noise)]),
            Sample("gzip, codes without matches", .gzip, [(Gzip.member(text, strategy: Z_HUFFMAN_ONLY), text)]),
            Sample("gzip, zeros", .gzip, [(Gzip.member(Content.zeros(5_000)), Content.zeros(5_000))]),
            Sample("gzip, empty content", .gzip, [(Gzip.member([]), [])]),
            Sample(
                "gzip, several members, empty ones among them", .gzip,
                [
                    (Gzip.member([]), []), (Gzip.member(words), words), (Gzip.member([]), []),
                    (Gzip.member(text), text), (Gzip.member(noise, level: 0), noise), (Gzip.member([]), []),
                ]),
            Sample("gzip, FEXTRA", .gzip, [(withHeader(Gzip.header(extra: [1, 2, 0x1f, 0x8b, 0])), words)]),
            Sample("gzip, empty FEXTRA", .gzip, [(withHeader(Gzip.header(extra: [])), words)]),
            Sample("gzip, FNAME", .gzip, [(withHeader(Gzip.header(name: "layer.tar")), words)]),
            Sample("gzip, FCOMMENT", .gzip, [(withHeader(Gzip.header(comment: "no comment")), words)]),
            Sample("gzip, FHCRC", .gzip, [(withHeader(Gzip.header(hasChecksum: true)), words)]),
            Sample("gzip, FTEXT", .gzip, [(withHeader(Gzip.header(flags: 1)), words)]),
            Sample(
                "gzip, every option, twice", .gzip,
                Array(
                    repeating: (
                        withHeader(
                            Gzip.header(extra: [9, 9], name: "", comment: "c", hasChecksum: true, flags: 1)), words
                    ), count: 2)),
        ]
    }()

    private static let zstd: [Sample] = {
        let text = Content.text(2_000)
        let noise = Content.noise(40)
        return [
            Sample("zstd", .zstd, [(Zstd.frame(text), text)]),
            Sample("zstd, no content size", .zstd, [(Zstd.frame(text, hasContentSize: false), text)]),
            Sample("zstd, no checksum", .zstd, [(Zstd.frame(text, hasChecksum: false), text)]),
            Sample("zstd, raw block", .zstd, [(Zstd.frame(noise), noise)]),
            Sample("zstd, zeros", .zstd, [(Zstd.frame(Content.zeros(5_000)), Content.zeros(5_000))]),
            Sample("zstd, empty content", .zstd, [(Zstd.frame([]), [])]),
            Sample("zstd, empty content without checksum", .zstd, [(Zstd.frame([], hasChecksum: false), [])]),
            Sample(
                "zstd, several frames, empty and skippable ones among them", .zstd,
                [
                    (Zstd.skippable([1, 2, 3]), []), (Zstd.frame(text), text), (Zstd.frame([]), []),
                    (Zstd.skippable([], variant: 15), []), (Zstd.frame(noise, hasContentSize: false), noise),
                    (Zstd.skippable(noise, variant: 7), []),
                ]),
            Sample("zstd, a skippable frame alone", .zstd, [(Zstd.skippable(noise), [])]),
        ]
    }()

    /// Streams of 3 MB.
    static let long: [Sample] = {
        let text = Content.text(3_000_000)
        let noise = Content.noise(3_000_000)
        let zeros = Content.zeros(3_000_000)
        let halves = [Array(text[..<1_234_567]), Array(text[1_234_567...])]
        return [
            Sample("3 MB of text, gzip", .gzip, [(Gzip.member(text), text)]),
            Sample("3 MB of text, gzip -1", .gzip, [(Gzip.member(text, level: 1), text)]),
            Sample("3 MB of text, gzip, two members", .gzip, halves.map { (Gzip.member($0), $0) }),
            Sample("3 MB of noise, gzip", .gzip, [(Gzip.member(noise), noise)]),
            Sample("3 MB of zeros, gzip", .gzip, [(Gzip.member(zeros), zeros)]),
            Sample("3 MB of text, zstd", .zstd, [(Zstd.frame(text), text)]),
            Sample("3 MB of text, zstd, two frames", .zstd, halves.map { (Zstd.frame($0, hasContentSize: false), $0) }),
            Sample("3 MB of noise, zstd", .zstd, [(Zstd.frame(noise), noise)]),
            Sample("3 MB of zeros, zstd", .zstd, [(Zstd.frame(zeros), zeros)]),
        ]
    }()
}
