// layerverify: tests of DEFLATE data that are decoded from the middle, and of where they stop.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import CZlib
import Testing
import TestSupport

@Suite struct ChunkKernelTests {
    /// Data with dynamic, stored and fixed blocks, some of which begin at whole bytes.
    private struct Sample: Sendable {
        let data: [UInt8]
        let content: [UInt8]
        let blocks: [BlockPlace]

        init(_ parts: [(content: [UInt8], strategy: Int32, flush: Int32)]) {
            content = parts.flatMap(\.content)
            data = Gzip.deflated(parts)
            blocks = BlockPlace.all(in: data, contentByteCount: content.count)
        }
    }

    private static let sample = Sample([
        (Content.text(60_000), Z_DEFAULT_STRATEGY, Z_SYNC_FLUSH),
        (Content.noise(40_000), Z_DEFAULT_STRATEGY, Z_PARTIAL_FLUSH),
        (Content.text(10_000, seed: 3), Z_FIXED, Z_SYNC_FLUSH),
        (Content.text(50_000), Z_DEFAULT_STRATEGY, Z_FINISH),
    ])

    @Test func theSampleHasBlocksAtBytesAndWithinThem() {
        let bits = Self.sample.blocks.map { $0.bit % 8 }
        #expect(Self.sample.blocks.count > 12)
        #expect(bits.count { $0 == 0 } > 2)
        #expect(Set(bits).count > 4)
    }

    // MARK: Stop bits

    /// Pieces of one byte, so that every header begins in one input and ends in another; pieces that end anywhere; and
    /// all at once.
    @Test(arguments: [1, 7, 1_000, 1 << 20]) func aLaneStopsAtEachBlock(piece: Int) {
        let (data, content, blocks) = (Self.sample.data, Self.sample.content, Self.sample.blocks)
        let lane = InflateLane(data)
        let room = min(128 << 10, 300 * (piece + 1))
        for (before, block) in zip(blocks, blocks.dropFirst()) {
            // Every place after the block before has the same next block.
            let stopBit = Bool.random() ? block.bit : before.bit + 1
            #expect(lane.run(piece: piece, room: room, stopBit: stopBit) == LV_INFLATE_STOPPED)
            #expect(lane.nextBit == block.bit)
            #expect(Int(lv_inflate_used_bits(lane.state)) == block.bit % 8)
            #expect(lane.first.count == block.offset)
            // It stays there, also without any input and with other places before it.
            #expect(lane.advance(inputEnd: lane.position, stopBit: block.bit) == LV_INFLATE_STOPPED)
            #expect(lane.advance(stopBit: 0) == LV_INFLATE_STOPPED)
            #expect(lane.nextBit == block.bit)
        }
        #expect(lane.run(piece: piece, room: room) == LV_INFLATE_DATA_ENDED)
        let isContent = lane.first == content
        #expect(isContent)
        #expect(lane.position == data.count)
        #expect(lv_inflate_checksum(lane.state) == Gzip.checksum(content))
    }

    /// The input ends just before a header that begins at a whole byte: the place is at zero bits of what follows.
    @Test func aLaneStopsAtTheEndOfItsInput() throws {
        let blocks = Self.sample.blocks.dropFirst().filter { $0.bit % 8 == 0 }
        for block in blocks {
            let lane = InflateLane(Self.sample.data)
            var status = lane.advance(inputEnd: block.bit / 8, stopBit: block.bit)
            if status == LV_INFLATE_NEEDS_INPUT { status = lane.advance(stopBit: block.bit) }
            #expect(status == LV_INFLATE_STOPPED)
            #expect(lane.nextBit == block.bit)
        }
    }

    /// A header that was begun is before the next input, so that the place 0 there is a later one.
    @Test func aHeaderInTheCarryIsBeforeTheInput() throws {
        for (block, next) in zip(Self.sample.blocks, Self.sample.blocks.dropFirst()) where next.bit > block.bit + 100 {
            let lane = InflateLane(Self.sample.data)
            let middle = block.bit / 8 + 2
            #expect(lane.advance(inputEnd: middle) == LV_INFLATE_NEEDS_INPUT)
            #expect(lane.nextBit < 8 * middle)
            #expect(lane.run(stopBit: 8 * middle) == LV_INFLATE_STOPPED)
            #expect(lane.nextBit == next.bit)
        }
    }

    // MARK: Two planes

    /// From each block with 32 KiB before it, with the window of a lane that stopped there.
    @Test(arguments: [300, 1 << 20]) func resolvedPlanesAreTheContent(piece: Int) {
        let (data, content, blocks) = (Self.sample.data, Self.sample.content, Self.sample.blocks)
        let leader = InflateLane(data)
        lv_inflate_begin(leader.state)
        for (number, block) in blocks.enumerated().dropFirst() where number % 5 > 2 {
            #expect(leader.run(stopBit: block.bit) == LV_INFLATE_STOPPED)
            let (window, count) = leader.window()
            #expect(count == min(block.offset, 32_768))
            let isContent = window.suffix(count) == content[(block.offset - count)..<block.offset]
            #expect(isContent)
            #expect(window.prefix(32_768 - count).allSatisfy { $0 == 0 })
            guard count == 32_768 else { continue }

            let lane = InflateLane(data, unknownBefore: block.bit)
            #expect(lane.isInPlanes)
            // Some are resolved in the middle of what is not output yet, some at a block, some at the end.
            switch number % 3 {
            case 0: _ = lane.advance(inputEnd: lane.position + piece, room: 500)
            case 1:
                _ = lane.run(
                    piece: piece, room: 20_000, stopBit: blocks[min(number + 2, blocks.count - 1)].bit + 1)
            default: break
            }
            let isKnown = !lane.isInPlanes
            #expect(lane.second.count == Int(lv_inflate_planes_byte_count(lane.state)))
            let resolvedCount = lane.second.count
            let resolved = lane.resolve(with: window)
            #expect(!lane.isInPlanes)
            var status = lane.run(piece: piece, room: 20_000)
            if status == LV_INFLATE_KNOWN { status = lane.run(piece: piece, room: 20_000) }
            #expect(status == LV_INFLATE_DATA_ENDED)
            #expect(lane.position == data.count)
            let isRest = lane.first.elementsEqual(content[block.offset...])
            #expect(isRest, "block \(number), known: \(isKnown)")
            let rest = lv_inflate_checksum(lane.state)
            let restCount = UInt64(lane.first.count - resolvedCount)
            #expect(lv_crc32_combine(resolved, rest, restCount) == Gzip.checksum(lane.first))
        }
    }

    /// After a stored block of 40 000 bytes the window is known; everything after it is output once.
    @Test func planesBecomeOne() throws {
        let block = try #require(Self.sample.blocks.first { $0.offset > 40_000 })
        let lane = InflateLane(Self.sample.data, unknownBefore: block.bit)
        #expect(lane.run(piece: 5_000) == LV_INFLATE_KNOWN)
        #expect(!lane.isInPlanes)
        let count = lane.first.count
        #expect(lane.second.count == count)
        let isKnown = lane.first.suffix(32_768) == lane.second.suffix(32_768)
        #expect(isKnown)
        let wasKnown = lane.first == lane.second
        #expect(!wasKnown)
        #expect(lv_inflate_checksum(lane.state) == 0)
        #expect(lane.run() == LV_INFLATE_DATA_ENDED)
        let rest = Self.sample.content[(block.offset + count)...]
        let isRest = lane.first[count...] == rest
        #expect(isRest)
        #expect(lane.second.count == count)
        #expect(lv_inflate_checksum(lane.state) == Gzip.checksum(Array(rest)))
    }

    /// Every length and alignment, against the definition.
    @Test func unknownBytesAreResolvedByTheirDefinition() {
        var generator = SplitMix(state: 5)
        let window = Content.noise(32_768, seed: 9)
        for byteCount in Array(0...140) + [4_095, 4_096, 4_097, 20_000] {
            var (first, second, expected): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
            for _ in 0..<byteCount {
                let isUnknown = generator.next() % 4 == 0
                let place = Int(generator.next() % 32_768)
                first.append(UInt8(place % 256))
                second.append(isUnknown ? UInt8((place % 256 + place / 256 + 1) % 256) : UInt8(place % 256))
                expected.append(isUnknown ? window[place] : UInt8(place % 256))
            }
            var (plain, narrow) = (first, first)
            lv_inflate_resolve(&plain, second, byteCount, window)
            let isResolved = plain == expected
            #expect(isResolved, "\(byteCount) bytes")
            lv_inflate_resolve_narrow(&narrow, second, byteCount, window)
            let isNarrowlyResolved = narrow == expected
            #expect(isNarrowlyResolved, "\(byteCount) bytes")
            #expect(
                lv_inflate_resolve_and_checksum(7, &first, second, byteCount, window)
                    == lv_crc32(7, expected, byteCount))
            let isEqual = first == expected
            #expect(isEqual, "\(byteCount) bytes")
        }
    }

    // MARK: CRC-32

    @Test func combinedChecksumsAreThoseOfTheWhole() {
        let bytes = Content.noise(100_000)
        for place in [0, 1, 2, 3, 255, 256, 65_535, 65_536, 99_999, 100_000] {
            let (head, tail) = (Array(bytes[..<place]), Array(bytes[place...]))
            #expect(
                lv_crc32_combine(Gzip.checksum(head), Gzip.checksum(tail), UInt64(tail.count))
                    == Gzip.checksum(bytes))
        }
        // More than can be made up here: zlib has the same function.
        for count in [1 << 31, 1 << 32, 1 << 40 + 12_345, Int.max] {
            #expect(
                lv_crc32_combine(0x1234_5678, 0x9abc_def0, UInt64(count))
                    == UInt32(crc32_combine(0x1234_5678, 0x9abc_def0, count)))
        }
    }
}
