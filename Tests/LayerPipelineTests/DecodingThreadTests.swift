// layerverify: tests of blobs of a stream that are decoded on another thread.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import TestSupport
import Testing

/// Blobs of a stream with parts that are much shorter than in the program. The oracle is one thread, which decodes by zlib and
/// libzstd alone.
@Suite struct DecodingThreadTests {
    private static let layers = BlockChunkTests.layers.map(\.bytes)
    /// Level 6.
    private static let layer = layers[1]

    private func options(jobs: Int = 2, falsified: UInt64? = nil, limit: ExpansionLimit = .standard) -> PipelineOptions
    {
        var options = PipelineOptions(
            jobCount: jobs, expansionLimit: limit, fastCodec: { Codecs.fast(for: $0, disabled: []) })
        var cutting = BlockCutting(jobCount: jobs)
        cutting.streamedByteCount = 64 << 10
        cutting.hasNoBudget = true
        cutting.falsifiedDivisor = falsified
        options.blockCutting = cutting
        return options
    }

    /// Gives a blob to a reader in pieces.
    private func facts(
        of blob: [UInt8], by reader: StreamedBlobs, pieces pieceByteCount: Int = 100_003, byteCount: UInt64? = nil,
        _ ending: ReadEnding = .complete
    ) -> BlobFacts {
        reader.begin([.sha256, .sha512], byteCount: byteCount)
        for start in stride(from: 0, to: blob.count, by: pieceByteCount) {
            reader.take(blob[start..<min(start + pieceByteCount, blob.count)].span.bytes)
        }
        return reader.finish(ending)
    }

    private func oneThread(_ limit: ExpansionLimit = .standard) -> StreamedBlobs {
        StreamedBlobs(options(jobs: 1, limit: limit))
    }

    /// One reader for all blobs, as in a stream, so memory and threads are used again.
    @Test(arguments: [2, 8], [nil, 5] as [UInt64?])
    func factsAreThoseOfOneThread(_ jobs: Int, _ falsified: UInt64?) {
        let content = BlockChunkTests.content(600_000, seed: 3)
        let blobs = Self.layers + [zstd(content), Array(zstd(content).dropLast()), content, gzip(content)]
        let (reader, other) = (StreamedBlobs(options(jobs: jobs, falsified: falsified), leastByteCount: 1), oneThread())
        var confirmedCount = 0
        for (index, blob) in blobs.enumerated() {
            let facts = facts(
                of: blob, by: reader, pieces: [1_021, 131_072, 200_001][index % 3],
                byteCount: index % 2 == 0 ? UInt64(blob.count) : nil)
            #expect(facts == self.facts(of: blob, by: other), "blob \(index)")
            confirmedCount += reader.partCounts.confirmedCount
        }
        #expect(reader.threadedCount == blobs.count - 1)
        #expect(other.threadedCount == 0)
        #expect(confirmedCount > 0)
    }

    @Test(arguments: 0..<8)
    func damageHasTheSameFacts(_ seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed * 17))
        let (reader, other) = (StreamedBlobs(options(falsified: 5), leastByteCount: 1), oneThread())
        for round in 0..<(BlockChunkTests.isFull ? 80 : 4) {
            let layer = try #require(Self.layers.randomElement(using: &generator))
            let damage = LargeLayerTests.Damage.allCases[(seed + round) % LargeLayerTests.Damage.allCases.count]
            let bytes = LargeLayerTests.damaged(layer, damage, &generator)
            let ending: ReadEnding = round % 2 == 0 ? .complete : .cutOff(atByte: UInt64(bytes.count))
            #expect(
                facts(of: bytes, by: reader, ending) == facts(of: bytes, by: other, ending), "\(damage), round \(round)"
            )
        }
    }

    @Test func damageOfZstdHasTheSameFacts() {
        let whole = zstd(BlockChunkTests.content(900_000, seed: 8))
        let (reader, other) = (StreamedBlobs(options(), leastByteCount: 1), oneThread())
        for place in stride(from: 30, to: whole.count, by: whole.count / 9) {
            var bytes = whole
            bytes[place] ^= 0x10
            #expect(facts(of: bytes, by: reader) == facts(of: bytes, by: other), "byte \(place)")
        }
        #expect(facts(of: whole + zeros(300_000), by: reader) == facts(of: whole + zeros(300_000), by: other))
        #expect(reader.threadedCount > 9)
    }

    /// How much was decoded until the limit depends on the blocks of input, which must be the same.
    @Test(arguments: [100_000, 700_001, 1_000_003, 1_500_000, 2_399_999, 2_400_000] as [UInt64])
    func theLimitOfExpansionIsTheSame(_ byteCount: UInt64) {
        for limit in [
            ExpansionLimit(ratio: 1, freeByteCount: byteCount), ExpansionLimit(ratio: 2, freeByteCount: 1),
        ] {
            let (reader, other) = (StreamedBlobs(options(limit: limit), leastByteCount: 1), oneThread(limit))
            for size in [nil, UInt64(Self.layer.count)] {
                #expect(
                    facts(of: Self.layer, by: reader, byteCount: size)
                        == facts(of: Self.layer, by: other, byteCount: size))
            }
            #expect(reader.threadedCount == 2)
        }
    }

    /// The limit is so high that the stream is decoded in parts before.
    @Test(.enabled(if: SlowTests.areWanted, "\(SlowTests.reason)"))
    func aLimitBehindPartsIsTheSame() {
        let limit = ExpansionLimit(ratio: 1, freeByteCount: 230 << 20)
        let bytes = gzip(zeros(100 << 20) + BlockChunkTests.content(1 << 20, seed: 1) + zeros(200 << 20))
        let (reader, other) = (StreamedBlobs(options(limit: limit), leastByteCount: 1), oneThread(limit))
        let expected = facts(of: bytes, by: other)
        guard case .expansionLimit = expected.uncompressed?.ending else {
            Issue.record("the limit was not reached")
            return
        }
        #expect(facts(of: bytes, by: reader) == expected)
        #expect(reader.partCounts.confirmedCount > 0)
    }

    /// A blob that is given up leaves nothing behind, whenever that happens.
    @Test(arguments: [
        ReadEnding.cancelled, .unreadable(errno: 5, atByte: 7), .changed, .unindexed,
    ])
    func aBlobThatIsGivenUpLeavesNothing(_ ending: ReadEnding) {
        let (reader, other) = (StreamedBlobs(options(), leastByteCount: 1), oneThread())
        let expected = facts(of: Self.layer, by: other)
        for round in 1..<8 {
            let start = Array(Self.layer.prefix(131_072 + round * 90_001))
            #expect(facts(of: start, by: reader, ending) == facts(of: start, by: other, ending))
            // The next blob begins while a worker may still decode a part of this one.
            if round % 2 == 0 {
                reader.begin([.sha256], byteCount: nil)
                reader.take(start.span.bytes)
            }
            #expect(facts(of: Self.layer, by: reader) == expected)
            #expect(reader.partCounts.confirmedCount > 2)
        }
    }

    /// The threads end with the reader, also in the middle of a blob. The last of them releases the codec.
    @Test func noThreadStaysBehind() {
        final class Token: Sendable {}
        weak var last: Token?
        for byteCount in [0, 300_000, 700_001, Self.layer.count] {
            do {
                let token = Token()
                last = token
                var options = options()
                options.fastCodec = { compression in
                    withExtendedLifetime(token) { Codecs.fast(for: compression, disabled: []) }
                }
                let reader = StreamedBlobs(options, leastByteCount: 1)
                if byteCount > 0 {
                    #expect(facts(of: Self.layer, by: reader).uncompressed?.ending == .complete)
                    reader.begin([.sha256], byteCount: nil)
                    let start = Array(Self.layer.prefix(byteCount))
                    reader.take(start.span.bytes)
                    #expect(reader.threadedCount == 2)
                }
            }
            var waits = 0
            while last != nil, waits < 5_000 {
                usleep(1_000)
                waits += 1
            }
            #expect(last == nil)
        }
    }

    /// Two threads take longer for small blobs, and nothing is won if nothing is decoded.
    @Test func smallBlobsStayOnTheCallingThread() {
        let large = gzip(BlockChunkTests.content(400_000, seed: 5), level: 0)
        func threadedCount(_ blob: [UInt8], _ byteCount: UInt64?, _ options: PipelineOptions) -> Int {
            let reader = StreamedBlobs(options)
            #expect(facts(of: blob, by: reader, byteCount: byteCount).uncompressed?.ending == .complete)
            return reader.threadedCount
        }
        #expect(threadedCount(large, 1 << 20, options()) == 1)
        #expect(threadedCount(large, nil, options()) == 1)
        #expect(threadedCount(large, (1 << 20) - 1, options()) == 0)
        #expect(threadedCount(gzip(content(50_000)), nil, options()) == 0)
        #expect(threadedCount(content(1 << 20), 1 << 20, options()) == 0)
        #expect(threadedCount(large, 1 << 20, options(jobs: 1)) == 0)
        var uncut = options()
        uncut.blockCutting = nil
        #expect(threadedCount(large, 1 << 20, uncut) == 0)
    }

    @Test func aReaderMayNotUseParts() {
        let reader = StreamedBlobs(options(), inParts: false)
        let facts = facts(of: Self.layer, by: reader)
        #expect(facts == self.facts(of: Self.layer, by: oneThread()))
        #expect(reader.threadedCount == 1)
        #expect(reader.partCounts == CutCounts())
    }
}
