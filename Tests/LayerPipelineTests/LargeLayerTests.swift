// layerverify: layers that are large enough for the scheduler, in images of eight.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Foundation
import LayerCodec
import LayerDigest
import LayerModel
import LayerPipeline
import Testing
import TestSupport

/// Generated layers, intact and damaged, with any number of jobs and without each fast path. The expected facts come
/// from zlib, libzstd and OpenSSL, which are called directly and not through the product.
@Suite struct LargeLayerTests {
    /// The format of a layer.
    enum Kind: CaseIterable {
        case plain, gzip, storedGzip, zstd, smallWindowZstd
        /// Members as bgzip, eStargz writers and others make them.
        case blockGzip, eStargz, manyMembers
        /// Blocks that end at bytes, without and with the window before them: `pigz -i`, and pgzip.
        case independentBlocks, flushedBlocks
        case manyFrames
    }

    enum Damage: CaseIterable {
        case none, flippedBit, cutOff, appendedByte, appendedZeros, wrongChecksum, missingMiddle
    }

    struct Layer {
        var bytes: [UInt8]
        var expected: BlobFacts
    }

    /// The fast paths that are used: all, all but one, and none.
    enum Paths: CaseIterable {
        case all, noParts, noLanes, noStrictFrames, noInterleaving, noDigestLanes, none
        var readsInChunks: Bool { self != .noParts && self != .none }
        var codec: CodecLookup {
            switch self {
            case .all, .noParts, .noDigestLanes: { Codecs.fast(for: $0, disabled: []) }
            case .noLanes: { Codecs.fast(for: $0, disabled: ["inflate-lanes"]) }
            case .noStrictFrames: { Codecs.fast(for: $0, disabled: ["zstd-frames"]) }
            case .noInterleaving: { Codecs.fast(for: $0, disabled: []).map(Self.withoutHashing) }
            case .none: { Codecs.reference(for: $0) }
            }
        }
        var digest: DigestLookup {
            switch self {
            case .noDigestLanes, .none: { referenceDigestMethod(for: $0) }
            case .all, .noParts, .noLanes, .noStrictFrames, .noInterleaving: { digestMethod(for: $0) }
            }
        }

        private static func withoutHashing(_ codec: Codec) -> Codec {
            Codec(
                name: codec.name, compression: codec.compression, teamSize: codec.teamSize, begin: codec.begin,
                decodeTeam: { team, _ in codec.decode(team) })
        }
    }

    static let isFull = SlowTests.areWanted
    /// Each seed makes an image with a layer of each kind.
    static let images: [[Layer]] = (0..<UInt64(isFull ? 14 : 2)).map { image(seed: $0) }

    @Test(arguments: images.indices, [1, 2, 3, 8, 16])
    func factsEqualThoseOfTheLibraries(_ image: Int, _ jobs: Int) {
        let layers = Self.images[image]
        let store = MemoryStore(blobs: layers.map(\.bytes))
        // The quick set leaves out one path at a time only with one of the numbers of jobs.
        for paths in Self.isFull || jobs == 3 ? Paths.allCases : [.all, .none] {
            // The sizes in documents may be wrong; they must only affect the order of work.
            for claimsSizes in Self.isFull ? [true, false] : [image % 2 == 0] {
                let requests = layers.indices.map {
                    request($0, expectedByteCount: claimsSizes ? UInt64(layers[$0].bytes.count) : 0)
                }
                let result = run(
                    requests, store, jobs: jobs, inParts: paths.readsInChunks, codec: paths.codec, digest: paths.digest)
                expectSound(result, blobCount: layers.count)
                for (index, facts) in result.facts.enumerated() {
                    #expect(
                        Self.comparable(facts) == layers[index].expected,
                        "image \(image), layer \(index), \(jobs) jobs, \(paths)")
                }
            }
        }
    }

    // MARK: Generating

    static func image(seed: UInt64) -> [Layer] {
        var generator = SplitMix(state: seed &* 0x9e37 &+ 11)
        let scale = isFull ? 8 : 1
        return Kind.allCases.enumerated().map { index, kind in
            let byteCount = Int.random(in: 100_000...500_000, using: &generator) * scale
            let whole = written(content(byteCount, seed: seed &* 8 &+ UInt64(index)), kind)
            // The first image is intact.
            let damage = seed == 0 ? Damage.none : Damage.allCases.randomElement(using: &generator) ?? .none
            let bytes = damaged(whole, damage, &generator)
            return Layer(bytes: bytes, expected: expected(bytes))
        }
    }

    static func written(_ content: [UInt8], _ kind: Kind) -> [UInt8] {
        func pieces(_ byteCount: Int, _ write: ([UInt8]) -> [UInt8]) -> [UInt8] {
            stride(from: 0, to: content.count, by: byteCount).flatMap {
                write(Array(content[$0..<min(content.count, $0 + byteCount)]))
            }
        }
        return switch kind {
        case .plain: content
        case .gzip: gzip(content)
        case .storedGzip: gzip(content, level: 0)
        case .blockGzip: pieces(65_280) { gzip($0) } + gzip([])
        case .eStargz: eStargz(content)
        case .manyMembers: pieces(150_001) { gzip($0, level: 1) }
        case .independentBlocks: gzip(content, blocksOf: 131_072, Z_FULL_FLUSH)
        case .flushedBlocks: gzip(content, blocksOf: 100_000, Z_SYNC_FLUSH)
        case .zstd: LayerPipelineTests.zstd(content)
        case .smallWindowZstd: LayerPipelineTests.zstd(content, windowLog: 12)
        case .manyFrames: pieces(70_000) { LayerPipelineTests.zstd($0) } + skippable(5)
        }
    }

    /// A member for each header and for each 40 000 bytes of a file, a table of contents, and the footer that has its place.
    private static func eStargz(_ content: [UInt8]) -> [UInt8] {
        var (bytes, start) = ([UInt8](), 0)
        while start < content.count {
            for byteCount in [512, 40_000, 40_000, 700] where start < content.count {
                let end = min(content.count, start + byteCount)
                bytes += gzip(Array(content[start..<end]))
                start = end
            }
        }
        let place = Array(String(bytes.count, radix: 16).utf8)
        let number = [UInt8](repeating: 0x30, count: 16 - place.count) + place + Array("STARGZ".utf8)
        bytes += gzip(Array(#"{"version":1,"entries":[]}"#.utf8))
        // An empty member with an extra field, whose only block is stored.
        bytes += [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0] + Array("SG".utf8) + [22, 0] + number
        return bytes + [1, 0, 0, 0xff, 0xff] + [UInt8](repeating: 0, count: 8)
    }

    static func damaged(_ bytes: [UInt8], _ damage: Damage, _ generator: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        let place = Int.random(in: 20..<bytes.count, using: &generator)
        switch damage {
        case .none: break
        case .flippedBit: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case .cutOff: bytes.removeSubrange(place...)
        case .appendedByte: bytes.append(0x1f)
        case .appendedZeros: bytes += zeros(place)
        case .wrongChecksum: bytes[bytes.count - 6] ^= 0x40
        case .missingMiddle: bytes.removeSubrange(place..<min(bytes.count, place + 4096))
        }
        return bytes
    }

    // MARK: The oracle

    /// The facts without the offset where decoding of damaged data stopped, which depends on how input is split.
    static func comparable(_ facts: BlobFacts) -> BlobFacts {
        var facts = facts
        switch facts.uncompressed?.ending {
        case .corrupt(_, let fault):
            facts.uncompressed = UncompressedFacts(ending: .corrupt(atByte: 0, fault))
        case .truncated(let atByte): facts.uncompressed = UncompressedFacts(ending: .truncated(atByte: atByte))
        default: break
        }
        return facts
    }

    static func expected(_ bytes: [UInt8]) -> BlobFacts {
        var facts = BlobFacts(byteCount: UInt64(bytes.count), reading: .complete)
        facts.digests = [oneShot(bytes)]
        let compression = Compression.detect(prefix: bytes)
        facts.compression = compression
        guard compression != .none else {
            facts.uncompressed = UncompressedFacts(
                byteCount: facts.byteCount, digests: facts.digests, ending: .complete)
            return facts
        }
        let (content, ending) = compression == .gzip ? inflated(bytes) : decompressed(bytes)
        facts.uncompressed = UncompressedFacts(ending: ending)
        switch ending {
        case .complete, .trailingBytes:
            facts.uncompressed?.byteCount = UInt64(content.count)
            facts.uncompressed?.digests = [oneShot(content)]
        default: break
        }
        return facts
    }

    private static func trailing(_ bytes: [UInt8], from offset: Int, magic: [UInt8]) -> StreamEnding {
        let rest = bytes[offset...]
        guard !magic.starts(with: rest) else { return .truncated(atByte: UInt64(bytes.count)) }
        return .trailingBytes(atByte: UInt64(offset), areZero: rest.allSatisfy { $0 == 0 })
    }

    /// Decodes all members of a gzip blob with zlib.
    static func inflated(_ bytes: [UInt8]) -> (content: [UInt8], ending: StreamEnding) {
        var (content, offset, bytes) = ([UInt8](), 0, bytes)
        var room = [UInt8](repeating: 0, count: 1 << 20)
        while offset < bytes.count {
            guard bytes[offset...].starts(with: [0x1f, 0x8b]) else {
                return (content, trailing(bytes, from: offset, magic: [0x1f, 0x8b]))
            }
            var stream = z_stream()
            inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            defer { inflateEnd(&stream) }
            let (byteCount, start) = (bytes.count, offset)
            let code = bytes.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress.map { $0 + start }
                stream.avail_in = UInt32(byteCount - start)
                while true {
                    let code = room.withUnsafeMutableBufferPointer { output in
                        stream.next_out = output.baseAddress
                        stream.avail_out = UInt32(output.count)
                        return inflate(&stream, Z_NO_FLUSH)
                    }
                    content += room[..<(room.count - Int(stream.avail_out))]
                    if code != Z_OK { return code }
                }
            }
            if code == Z_BUF_ERROR { return (content, .truncated(atByte: UInt64(byteCount))) }
            guard code == Z_STREAM_END else {
                let message = stream.msg.map { String(cString: $0) }
                let fault: StreamFault =
                    switch message {
                    case "incorrect data check": .checksum
                    case "incorrect length check": .length
                    case "incorrect header check", "unknown compression method", "unknown header flags set",
                        "header crc mismatch":
                        .header
                    default: .data
                    }
                return (content, .corrupt(atByte: 0, fault))
            }
            offset = byteCount - Int(stream.avail_in)
        }
        return (content, .complete)
    }

    /// Decodes all frames of a zstd blob with libzstd.
    static func decompressed(_ bytes: [UInt8]) -> (content: [UInt8], ending: StreamEnding) {
        var (content, offset) = ([UInt8](), 0)
        var room = [UInt8](repeating: 0, count: 1 << 20)
        let context = ZSTD_createDCtx()
        defer { ZSTD_freeDCtx(context) }
        let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
        while offset < bytes.count {
            let rest = bytes[offset...]
            let isSkippable = rest.count >= 4 && rest.prefix(4).elementsEqual([0x50, 0x2a, 0x4d, 0x18])
            guard isSkippable || rest.starts(with: magic) else {
                return (content, trailing(bytes, from: offset, magic: magic))
            }
            ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
            var code = 1
            bytes.withUnsafeBytes { input in
                var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: offset)
                while code != 0, ZSTD_isError(code) == 0 {
                    let before = source.pos
                    let producedByteCount = room.withUnsafeMutableBytes { output in
                        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                        code = ZSTD_decompressStream(context, &target, &source)
                        return ZSTD_isError(code) == 0 ? target.pos : 0
                    }
                    content += room[..<producedByteCount]
                    if producedByteCount == 0, source.pos == before || source.pos == source.size, code != 0 { break }
                }
                offset = source.pos
            }
            if ZSTD_isError(code) != 0 {
                let fault: StreamFault = ZSTD_getErrorCode(code) == ZSTD_error_checksum_wrong ? .checksum : .data
                return (content, .corrupt(atByte: 0, fault))
            }
            if code != 0 { return (content, .truncated(atByte: UInt64(bytes.count))) }
        }
        return (content, .complete)
    }
}
