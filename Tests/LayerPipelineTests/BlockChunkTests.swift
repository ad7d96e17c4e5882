// layerverify: tests of gzip members that are read in several places at once.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import Foundation
import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import Testing
import TestSupport

/// Gzip members cut at their blocks, with chunks that are much shorter than in the program. The oracles are zlib and OpenSSL.
@Suite struct BlockChunkTests {
    typealias Layer = LargeLayerTests.Layer

    /// How a member is written.
    enum Writer: CaseIterable {
        case levelOne, levelSix, levelNine, fixedCodes, huffmanOnly, runLengths, stored, smallBlocks, flushedBlocks,
            independentBlocks, twoMembers, packedFilesInStoredBlocks
    }

    /// The content, which has copies over the whole window, runs, and stretches that do not compress.
    static func content(_ byteCount: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix(state: seed &* 77 &+ 5)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + 70_000)
        while bytes.count < byteCount {
            switch Int.random(in: 0..<40, using: &generator) {
            case 0: bytes += [UInt8](repeating: UInt8.random(in: 0...255, using: &generator), count: 300)
            case 1 where bytes.count % 5 == 0:
                for _ in 0..<5_000 { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
            case 2..<24 where bytes.count > 40_000:
                let start = bytes.count - Int.random(in: 200...32_768, using: &generator)
                bytes += Array(bytes[start..<start + Int.random(in: 3...120, using: &generator)])
            default:
                for _ in 0..<20 { bytes.append(UInt8(97 + Int.random(in: 0..<24, using: &generator))) }
            }
        }
        bytes.removeLast(bytes.count - byteCount)
        return bytes
    }

    static func written(_ content: [UInt8], _ writer: Writer) -> [UInt8] {
        switch writer {
        case .levelOne: gzip(content, level: 1)
        case .levelSix: gzip(content)
        case .levelNine: gzip(content, level: 9)
        case .fixedCodes: gzip(content, strategy: Z_FIXED)
        case .huffmanOnly: gzip(content, strategy: Z_HUFFMAN_ONLY)
        case .runLengths: gzip(content, strategy: Z_RLE)
        case .stored: gzip(content, level: 0)
        case .smallBlocks: gzip(content, memoryLevel: 1)
        case .flushedBlocks: gzip(content, blocksOf: 50_000, Z_SYNC_FLUSH)
        case .independentBlocks: gzip(content, blocksOf: 131_072, Z_FULL_FLUSH)
        case .twoMembers:
            gzip(Array(content[..<(content.count / 2)])) + gzip(Array(content[(content.count / 2)...]), level: 1)
        case .packedFilesInStoredBlocks:
            // Streams in stored blocks look like the stream that they are in.
            gzip(
                stride(from: 0, to: content.count, by: 200_000).flatMap {
                    gzip(Array(content[$0..<min(content.count, $0 + 200_000)]))
                })
        }
    }

    /// Chunks of 64 KiB. With `falsified`, every guess whose number of bits is a multiple of it is wrong.
    private func options(jobs: Int, falsified: UInt64? = nil, inChunks: Bool = true) -> PipelineOptions {
        var options = PipelineOptions(jobCount: jobs, fastCodec: { Codecs.fast(for: $0, disabled: []) })
        var cutting = BlockCutting(jobCount: jobs)
        cutting.chunkByteCount = 64 << 10
        cutting.hasNoBudget = true
        cutting.falsifiedDivisor = falsified
        options.blockCutting = inChunks ? cutting : nil
        return options
    }

    static let isFull = SlowTests.areWanted
    static let byteCount = isFull ? 12_000_000 : 2_400_000

    static let layers: [Layer] = Writer.allCases.enumerated().map { index, writer in
        let bytes = written(content(byteCount, seed: UInt64(index)), writer)
        return Layer(bytes: bytes, expected: LargeLayerTests.expected(bytes))
    }

    @Test(arguments: layers.indices, [1, 2, 3, 8, 16])
    func factsEqualThoseOfZlib(_ index: Int, _ jobs: Int) {
        let layer = Self.layers[index]
        for falsified in [nil, 5] as [UInt64?] {
            let result = run([request(0)], MemoryStore(blobs: [layer.bytes]), options(jobs: jobs, falsified: falsified))
            expectSound(result, blobCount: 1)
            #expect(
                LargeLayerTests.comparable(result.facts[0]) == layer.expected,
                "\(Writer.allCases[index]), \(jobs) jobs, \(result.cutCounts)")
            #expect(result.cutCounts.confirmedCount + result.cutCounts.droppedCount == result.cutCounts.guessedCount)
            if falsified == nil, Writer.allCases[index] == .levelSix {
                #expect(result.cutCounts.confirmedCount > 0)
                #expect(result.cutCounts.droppedCount == 0)
            }
        }
    }

    /// Several blobs are cut at the same time, as soon as fewer are left than the workers could read.
    @Test(arguments: [1, 2, 8])
    func severalBlobsAreCut(_ jobs: Int) {
        let layers = Self.layers
        let store = MemoryStore(blobs: layers.map(\.bytes))
        let result = run(store.requests(), store, options(jobs: jobs, falsified: 7))
        expectSound(result, blobCount: layers.count)
        for (index, facts) in result.facts.enumerated() {
            #expect(LargeLayerTests.comparable(facts) == layers[index].expected, "\(Writer.allCases[index])")
        }
        // With few workers they may all be read before any is cut.
        #expect(result.cutCounts.guessedCount > 0 || jobs < 8)
    }

    // MARK: Damage

    /// Damage of each kind at places all over the blob: the facts are those of zlib.
    @Test(arguments: 0..<12, [1, 2, 4])
    func damageIsFoundAsByZlib(_ seed: Int, _ jobs: Int) throws {
        var generator = SplitMix(state: UInt64(seed * 31 + jobs))
        var confirmedCount = 0
        for round in 0..<(Self.isFull ? 60 : 6) {
            let writer = try #require(Writer.allCases.randomElement(using: &generator))
            let damage = LargeLayerTests.Damage.allCases[(seed + round) % LargeLayerTests.Damage.allCases.count]
            let whole = Self.layers[try #require(Writer.allCases.firstIndex(of: writer))].bytes
            let bytes = LargeLayerTests.damaged(whole, damage, &generator)
            let run = run(
                [request(0)], MemoryStore(blobs: [bytes]), options(jobs: jobs, falsified: round % 2 == 0 ? nil : 5))
            expectSound(run, blobCount: 1)
            confirmedCount += run.cutCounts.confirmedCount
            #expect(
                LargeLayerTests.comparable(run.facts[0]) == LargeLayerTests.expected(bytes),
                "\(writer), \(damage), \(run.cutCounts)")
        }
        #expect(confirmedCount > 0 || jobs > 1)
    }

    /// The offset of the damage is that of one decoder.
    @Test func damageIsFoundAtTheSameOffsetAsWithoutChunks() throws {
        let whole = Self.layers[1].bytes
        var generator = SplitMix(state: 4)
        for round in 0..<(Self.isFull ? 200 : 12) {
            var bytes = whole
            bytes[Int.random(in: 20..<bytes.count, using: &generator)] ^= 1 << UInt8(round % 8)
            let store = MemoryStore(blobs: [bytes])
            let plain = run([request(0)], store, options(jobs: 2, inChunks: false))
            let cut = run([request(0)], store, options(jobs: 2))
            #expect(cut.facts[0].uncompressed?.ending == plain.facts[0].uncompressed?.ending)
            #expect(cut.facts[0].digests == plain.facts[0].digests)
        }
    }

    @Test func expansionLimitCountsAllChunks() throws {
        let (layer, limit) = (Self.layers[1], UInt64(Self.byteCount * 3 / 4))
        var options = options(jobs: 1)
        options.expansionLimit = ExpansionLimit(ratio: 0, freeByteCount: limit)
        let result = run([request(0)], MemoryStore(blobs: [layer.bytes]), options)
        #expect(result.facts[0].uncompressed?.ending == .expansionLimit(limitByteCount: limit))
        #expect(result.cutCounts.confirmedCount > 0)
        options.expansionLimit = ExpansionLimit(ratio: 0, freeByteCount: UInt64(Self.byteCount))
        let enough = run([request(0)], MemoryStore(blobs: [layer.bytes]), options)
        #expect(enough.facts[0].uncompressed?.ending == .complete)
    }

    @Test(arguments: [0, 7, 40, 200])
    func cancellingLosesNoBlob(transitions: Int) {
        let left = Locked(transitions)
        let result = run(
            [request(0)], MemoryStore(blobs: [Self.layers[1].bytes]), options(jobs: 2),
            isCancelled: {
                left.withLock {
                    $0 -= 1
                    return $0 < 0
                }
            })
        #expect(result.isInTime)
        #expect(result.facts.count == 1)
    }

    /// Each guess is in the trace, and so is what became of it.
    @Test func traceCountsChunks() {
        let counts = Locked(CutCounts())
        var options = options(jobs: 1, falsified: 3)
        options.tracer = { record in
            counts.withLock {
                for part in record.parts {
                    $0.guessedCount += part.chunks.guessed
                    $0.confirmedCount += part.chunks.confirmed
                    $0.droppedCount += part.chunks.dropped
                }
            }
        }
        let result = run([request(0)], MemoryStore(blobs: [Self.layers[1].bytes]), options)
        #expect(result.cutCounts.droppedCount > 0)
        #expect(counts.withLock { $0 } == result.cutCounts)
    }

    /// A guess that leads to blocks that take long to decode is followed by no other for long.
    @Test(arguments: [1, 2, 8])
    func fewHiddenBlocksAreDecoded(_ jobs: Int) {
        let bytes = HiddenBlocks.gzip(hiding: HiddenBlocks.empty(count: 50_000))
        var options = options(jobs: jobs)
        options.blockCutting?.hasNoBudget = false
        let result = run([request(0)], MemoryStore(blobs: [bytes]), options)
        expectSound(result, blobCount: 1)
        #expect(LargeLayerTests.comparable(result.facts[0]) == LargeLayerTests.expected(bytes))
        #expect(result.cutCounts.guessedCount == 1)
        #expect(result.cutCounts.droppedCount == 1)
    }

    /// Without the lanes no codec can be cut, and with too little content nothing is.
    @Test func membersAreNotCutIfTheyCannotBe() {
        var options = options(jobs: 2)
        options.fastCodec = { Codecs.reference(for: $0) }
        let result = run([request(0)], MemoryStore(blobs: [Self.layers[1].bytes]), options)
        #expect(result.cutCounts == CutCounts())
        #expect(LargeLayerTests.comparable(result.facts[0]) == Self.layers[1].expected)
    }
}
