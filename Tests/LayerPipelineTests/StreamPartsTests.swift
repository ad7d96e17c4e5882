// layerverify: tests of streams that are decoded in several places at once while they are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import SystemPackage
import TestSupport
import Testing

/// Streams decoded in parts that are much shorter than in the program. The oracle is the same stream decoded by zlib alone.
@Suite struct StreamPartsTests {
    private static let layers = BlockChunkTests.layers
    private typealias Writer = BlockChunkTests.Writer

    /// What a stream decodes to, as a digest, and how it ends.
    private struct Decoded: Equatable {
        var content: Result<ContentDigest, SourceFault>
        var ending: StreamEnding?
        var compressedByteCount: UInt64
    }

    private func options(jobs: Int = 2, falsified: UInt64? = nil, inParts: Bool = true) -> PipelineOptions {
        var options = PipelineOptions(jobCount: jobs, fastCodec: { Codecs.fast(for: $0, disabled: []) })
        var cutting = BlockCutting(jobCount: jobs)
        cutting.streamedByteCount = 64 << 10
        cutting.hasNoBudget = true
        cutting.falsifiedDivisor = falsified
        options.blockCutting = inParts ? cutting : nil
        return options
    }

    private func decode(
        _ bytes: [UInt8], _ options: PipelineOptions, fault: SourceFault? = nil, readsAhead: Bool = false
    ) throws -> (Decoded, CutCounts) {
        let source = PiecesSource(bytes, fault: fault)
        let stream = try #require(
            DecodedSource(readsAhead ? ReadAhead.of(source) : source, .gzip, options: options))
        let content = Result { () throws(SourceFault) in
            var content: [UInt8] = []
            while true {
                let part = try stream.next(70_001)
                guard !part.isEmpty else { return content }
                content += part
            }
        }
        let decoded = Decoded(
            content: content.map { oneShot($0) }, ending: stream.ending, compressedByteCount: stream.compressedByteCount
        )
        return (decoded, stream.partCounts)
    }

    @Test(arguments: layers.indices, [2, 8])
    func contentIsThatOfZlib(_ index: Int, _ jobs: Int) throws {
        let bytes = Self.layers[index].bytes
        let expected = try decode(bytes, options(inParts: false))
        #expect(expected.1 == CutCounts())
        for falsified in [nil, 5] as [UInt64?] {
            let (decoded, counts) = try decode(
                bytes, options(jobs: jobs, falsified: falsified), readsAhead: falsified != nil)
            #expect(decoded == expected.0, "\(Writer.allCases[index]), \(counts)")
            if Writer.allCases[index] == .levelSix {
                #expect(counts.confirmedCount > 2)
                #expect((counts.droppedCount > 0) == (falsified != nil))
            }
        }
    }

    /// Damage of each kind at places all over the stream is found by zlib, at the same offset and with the same content.
    @Test(arguments: 0..<12)
    func damageIsFoundByZlib(_ seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed * 31))
        var confirmedCount = 0
        for round in 0..<(BlockChunkTests.isFull ? 60 : 5) {
            let layer = try #require(Self.layers.randomElement(using: &generator))
            let damage = LargeLayerTests.Damage.allCases[(seed + round) % LargeLayerTests.Damage.allCases.count]
            let bytes = LargeLayerTests.damaged(layer.bytes, damage, &generator)
            let expected = try decode(bytes, options(inParts: false)).0
            let (decoded, counts) = try decode(bytes, options(jobs: 2 + round % 3, falsified: round % 2 == 0 ? nil : 5))
            confirmedCount += counts.confirmedCount
            #expect(decoded == expected, "\(damage), \(counts)")
        }
        #expect(confirmedCount > 0)
    }

    /// A changed bit, and an end too early, at places all over one stream.
    @Test func everyOffsetIsThatOfZlib() throws {
        let whole = Self.layers[1].bytes
        var generator = SplitMix(state: 4)
        for round in 0..<(BlockChunkTests.isFull ? 200 : 16) {
            let place = Int.random(in: 20..<whole.count, using: &generator)
            var bytes = whole
            bytes[place] ^= 1 << UInt8(round % 8)
            #expect(try decode(bytes, options()).0 == decode(bytes, options(inParts: false)).0, "bit at \(place)")
            bytes = Array(whole[..<place])
            #expect(try decode(bytes, options()).0 == decode(bytes, options(inParts: false)).0, "end at \(place)")
        }
    }

    @Test func zlibDecidesAboutBytesAfterTheFirstMember() throws {
        let whole = Self.layers[1].bytes
        let short = gzip([1, 2, 3])
        let name = [UInt8](repeating: 97, count: 600) + [0]
        let longName = Array(short.prefix(3)) + [8] + Array(short[4..<10]) + name + Array(short[10...])
        let tails: [[UInt8]] = [
            [], [0], [7, 7, 7], zeros(300_000), [0x1f], gzip([]), whole, longName, longName + whole,
            longName + [1],
        ]
        for tail in tails {
            for bytes in [whole + tail, tail + whole] {
                let expected = try decode(bytes, options(inParts: false)).0
                #expect(try decode(bytes, options()).0 == expected, "\(tail.count) bytes")
            }
        }
    }

    /// One block has no boundary, and what is kept for zlib is limited: zlib takes over.
    @Test func aBlockWithoutEndIsDecodedByZlib() throws {
        let content = content(1_500_000)
        let bytes = gzipOfOneBlock(content)
        let (decoded, counts) = try decode(bytes, options())
        #expect(decoded.content == .success(oneShot(content)))
        #expect(decoded.ending == .complete)
        #expect(counts.confirmedCount == 0)
    }

    /// zlib alone is faster where blocks are short.
    @Test func shortBlocksAreDecodedByZlib() throws {
        for (writer, isInParts) in [(Writer.smallBlocks, false), (.levelSix, true)] {
            let bytes = Self.layers[try #require(Writer.allCases.firstIndex(of: writer))].bytes
            var options = options()
            options.blockCutting?.hasNoBudget = false
            let (decoded, counts) = try decode(bytes, options)
            #expect(try decoded == decode(bytes, self.options(inParts: false)).0)
            #expect((counts.confirmedCount > 8) == isInParts, "\(writer), \(counts)")
            #expect(counts.confirmedCount > 0)
        }
    }

    @Test func theLimitOfExpansionIsThatOfZlib() throws {
        let bytes = Self.layers[1].bytes
        for limit in [100_000, 1_000_003, 2_399_999, 2_400_000] as [UInt64] {
            var (plain, inParts) = (options(inParts: false), options())
            plain.expansionLimit = ExpansionLimit(ratio: 2, freeByteCount: limit)
            inParts.expansionLimit = plain.expansionLimit
            #expect(try decode(bytes, inParts).0 == decode(bytes, plain).0)
        }
    }

    @Test(arguments: [SourceFault.failed(.ioError), .changed, .cancelled])
    func aFaultIsThrown(_ fault: SourceFault) throws {
        for byteCount in [655_360, 700_001] {
            let bytes = Array(Self.layers[1].bytes.prefix(byteCount))
            let (decoded, _) = try decode(bytes, options(), fault: fault)
            #expect(decoded.content == .failure(fault))
            #expect(decoded.ending == nil)
        }
    }

    @Test func shortStreamsAndSingleJobsAreNotCut() throws {
        let bytes = Self.layers[1].bytes
        #expect(try decode(bytes, options(jobs: 1)).1 == CutCounts())
        #expect(try decode(Array(bytes.prefix(90_000)), options()).1 == CutCounts())
        var reference = options()
        reference.fastCodec = { Codecs.reference(for: $0) }
        #expect(try decode(bytes, reference).1 == CutCounts())
    }

    @Test func aStreamMayBeAbandoned() throws {
        for _ in 0..<20 {
            let stream = try #require(DecodedSource(PiecesSource(Self.layers[1].bytes), .gzip, options: options()))
            #expect(try stream.next(100_000).count == 100_000)
        }
    }
}

/// One member of one block with the fixed codes, and only literals.
private func gzipOfOneBlock(_ content: [UInt8]) -> [UInt8] {
    var (bytes, bits, count) = ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] as [UInt8], UInt32(3), UInt32(3))
    func put(_ code: UInt32, _ length: UInt32) {
        for place in (0..<length).reversed() {
            bits |= (code >> place & 1) << count
            count += 1
            if count == 8 {
                bytes.append(UInt8(bits))
                (bits, count) = (0, 0)
            }
        }
    }
    for byte in content { byte < 144 ? put(0x30 + UInt32(byte), 8) : put(0x190 + UInt32(byte) - 144, 9) }
    put(0, 7)
    if count > 0 { bytes.append(UInt8(bits)) }
    let checksum = UInt32(crc32(0, content, UInt32(content.count)))
    for number in [checksum, UInt32(content.count)] {
        for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * place))) }
    }
    return bytes
}
