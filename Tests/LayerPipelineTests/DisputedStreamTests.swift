// layerverify: tests of streams that only some decoders accept, in the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerPipeline
import Testing

/// A gzip member with a name that is too long for Go, alone and among others.
@Suite struct DisputedStreamTests {
    /// A member whose header has a name of this length.
    private func member(_ content: [UInt8], nameByteCount: Int) -> [UInt8] {
        let plain = gzip(content)
        var header = Array(plain.prefix(10))
        header[3] = 8
        return header + Array(repeating: 0x6e, count: nameByteCount) + [0] + plain.dropFirst(10)
    }

    /// Members of BGZF's size, so that they are read in parts; those in `long` have the long name.
    private func members(_ count: Int, long: Set<Int>) -> (blob: [UInt8], content: [UInt8], offsets: [UInt64]) {
        let whole = content(count * 65_280)
        var (blob, offsets): ([UInt8], [UInt64]) = ([], [])
        for index in 0..<count {
            offsets.append(UInt64(blob.count))
            let part = Array(whole[index * 65_280..<(index + 1) * 65_280])
            blob += member(part, nameByteCount: long.contains(index) ? 512 : 511)
        }
        return (blob, whole, offsets)
    }

    @Test(arguments: [DecodingPath.fast, .reference])
    func disputedSmallBlobIsHashed(_ path: DecodingPath) throws {
        let content = content(3_000)
        let blobs = [
            member(content, nameByteCount: 511), member(content, nameByteCount: 512),
            member(content, nameByteCount: 3) + member(content, nameByteCount: 70_000),
        ]
        let facts = sequential(MemoryStore(blobs: blobs).requests(), MemoryStore(blobs: blobs), path)
        #expect(facts[0].uncompressed?.ending == .complete)
        #expect(facts[1].uncompressed?.ending == .disputed(atByte: 0, .headerText))
        #expect(facts[1].uncompressed?.digests == [oneShot(content)])
        #expect(
            facts[2].uncompressed?.ending
                == .disputed(atByte: UInt64(member(content, nameByteCount: 3).count), .headerText))
    }

    @Test(arguments: [[0], [37], [37, 50], [59], []], [1, 3])
    func disputedMemberIsReportedInABlobReadInParts(_ long: Set<Int>, _ jobs: Int) throws {
        let (blob, content, offsets) = members(60, long: long)
        let result = run([request(0)], MemoryStore(blobs: [blob]), jobs: jobs)
        let facts = try #require(result.facts.first)
        #expect(result.chunkCounts.further >= 3)
        #expect(facts.uncompressed?.digests == [oneShot(content)])
        let expected = long.min().map { StreamEnding.disputed(atByte: offsets[$0], .headerText) }
        #expect(facts.uncompressed?.ending == expected ?? .complete)
    }

    @Test func damageOfADisputedStreamIsReported() throws {
        let (blob, _, _) = members(60, long: [10])
        let facts = run([request(0)], MemoryStore(blobs: [Array(blob.dropLast(4))])).facts
        #expect(facts.first?.uncompressed?.ending == .truncated(atByte: UInt64(blob.count - 4)))
    }
}
