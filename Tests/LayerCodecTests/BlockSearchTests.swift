// layerverify: tests of the search for DEFLATE blocks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import CZlib
import Testing
import TestSupport

@Suite struct BlockSearchTests {
    private func find(_ bytes: [UInt8], from: Int, to: Int = .max) -> Int? {
        let bit = lv_find_block(bytes, bytes.count, UInt64(from), UInt64(to))
        return bit == LV_NO_BLOCK ? nil : Int(bit)
    }

    private func bits(_ bytes: [UInt8], at bit: Int, count: Int) -> Int {
        (bit..<bit + count).reversed().reduce(0) { 2 * $0 + Int(bytes[$1 / 8] >> ($1 % 8) & 1) }
    }

    /// The types of blocks (RFC 1951 §3.2.3).
    private let stored = 0
    private let dynamic = 2

    /// Dynamic blocks but for the last one, and what follows a stored block if it is dynamic or stored.
    @Test func findsTheDocumentedPlacesInAStreamOfAllTypes() {
        let parts: [(content: [UInt8], strategy: Int32, flush: Int32)] = [
            (Content.text(30_000), Z_DEFAULT_STRATEGY, Z_SYNC_FLUSH),
            (Content.noise(100_000), Z_DEFAULT_STRATEGY, Z_PARTIAL_FLUSH),
            (Content.text(20_000, seed: 3), Z_FIXED, Z_SYNC_FLUSH),
            (Content.text(30_000, seed: 4), Z_DEFAULT_STRATEGY, Z_FINISH),
        ]
        let bytes = Gzip.deflated(parts)
        let blocks = BlockPlace.all(in: bytes, contentByteCount: 400_000).map(\.bit)
        let types = blocks.map { bits(bytes, at: $0 + 1, count: 2) }
        #expect(Set(types) == [0, 1, 2])
        let places = blocks.indices.filter { number in
            let isAfterStored = number > 0 && types[number - 1] == stored
            if number == blocks.count - 1 { return isAfterStored && types[number] == dynamic }
            return types[number] == dynamic || isAfterStored && types[number] == stored
        }.map { blocks[$0] }.filter { $0 < 8 * (bytes.count - 256) }
        #expect(places.count > 10)
        let froms = blocks + blocks.map { $0 + 1 } + blocks.map { $0 + 20_000 } + [0, 1, 7, 8]
        for from in froms where from < 8 * (bytes.count - 256) {
            let expected = places.first { $0 >= from }
            #expect(find(bytes, from: from, to: 8 * (bytes.count - 256)) == expected, "from \(from)")
            guard let expected else { continue }
            #expect(find(bytes, from: from, to: expected) == nil)
            #expect(find(bytes, from: from, to: expected + 1) == expected)
        }
    }

    /// What a stored block contains looks like blocks. Only its end is one, as far as it can be seen.
    @Test func blocksInAStoredBlockAreNotFound() throws {
        let inner = Gzip.deflated([(Content.text(60_000), Z_DEFAULT_STRATEGY, Z_FINISH)])
        let innerBlocks = BlockPlace.all(in: inner, contentByteCount: 60_000).map(\.bit)
        let first = Content.text(30_000)
        let bytes = Gzip.deflated([
            (first, Z_DEFAULT_STRATEGY, Z_SYNC_FLUSH), (Content.noise(10_000), Z_DEFAULT_STRATEGY, Z_SYNC_FLUSH),
        ])
        let length = inner.count
        try #require(length < 65_536)
        let header: [UInt8] = [
            0, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8 & 255),
        ]
        let stream = bytes + header + inner + Gzip.deflated(Content.text(60_000))
        let begin = bytes.count + header.count
        let end = 8 * (begin + length)
        #expect(innerBlocks.count > 3)
        for block in innerBlocks.dropLast() where block > 0 {
            #expect(find(stream, from: 8 * begin + block - 9) == end)
            // Without the bytes of the stored block's header its content cannot be told from blocks.
            let cut = Array(stream[begin...])
            #expect(find(cut, from: block - 9) == block)
        }
    }

    /// Headers with one bit changed are found if zlib accepts them, and if they can be what is searched for.
    @Test func damagedHeadersAreFoundIfZlibAcceptsThem() {
        let bytes = Gzip.deflated([(Content.text(20_000), Z_DEFAULT_STRATEGY, Z_FINISH)])
        let blocks = BlockPlace.all(in: bytes, contentByteCount: 20_000).map(\.bit).dropLast().prefix(4)
        var (found, refused) = (0, 0)
        for block in blocks {
            let first = block / 8
            let header = Array(bytes[first..<first + 1_000])
            // Headers end before the last ones of these bits; without a change the header is intact.
            for bit in [nil] + (block % 8..<block % 8 + 800).map(Optional.some) {
                var damaged = header
                if let bit { damaged[bit / 8] ^= 1 << (bit % 8) }
                let isFound = find(damaged, from: block % 8, to: block % 8 + 1) != nil
                let isDynamic = bits(damaged, at: block % 8, count: 3) == 2 * dynamic
                #expect(isFound == (isDynamic && zlibAccepts(damaged, at: block % 8)), "bit \(bit ?? -1) of \(block)")
                if isFound { found += 1 } else { refused += 1 }
            }
        }
        #expect(found > 0)
        #expect(refused > 0)
    }

    /// True if zlib reads a dynamic header at this bit of the first byte.
    private func zlibAccepts(_ bytes: [UInt8], at bit: Int) -> Bool {
        var bytes = bytes
        var room = [UInt8](repeating: 0, count: 1)
        return bytes.withUnsafeMutableBufferPointer { input in
            room.withUnsafeMutableBufferPointer { output in
                var stream = z_stream()
                inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                defer { inflateEnd(&stream) }
                inflatePrime(&stream, Int32(8 - bit), Int32(input[0] >> bit))
                stream.next_in = input.baseAddress.map { $0 + 1 }
                stream.avail_in = UInt32(input.count - 1)
                stream.next_out = output.baseAddress
                stream.avail_out = 0
                // Ends after the header.
                return inflate(&stream, Z_TREES) == Z_OK && stream.data_type & 256 != 0
            }
        }
    }

    @Test func findsNothingWhereThereIsNothing() {
        #expect(find([], from: 0) == nil)
        #expect(find([4], from: 0, to: 8) == nil)
        let zeros = Content.zeros(100_000)
        #expect(find(zeros, from: 0) == nil)
        #expect(find(zeros, from: 800_000) == nil)
        #expect(find(zeros, from: 900_000, to: 1_000_000) == nil)
        #expect(find(zeros, from: 4_000, to: 3_000) == nil)
        #expect(find([UInt8](repeating: 255, count: 100_000), from: 0) == nil)
    }
}
