// layerverify: tests of the ring that zstd frames are decoded into.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import Testing

@Suite struct ZstdRingTests {
    static let codecs = Codecs.all.filter { $0.compression == .zstd }

    /// Matches of up to a thousand bytes, most of which begin before the last wrap of a ring of 2 KiB.
    @Test(arguments: codecs.indices, [1 << 17, 61])
    func longMatchesAcrossTheEndOfTheRing(_ index: Int, _ outputByteCount: Int) {
        var part = Content.noise(1_000, seed: 5)
        var content = part
        for round in 0..<300 {
            // Matches from a few bytes to the whole part.
            for step in 0..<(round % 7) { part[(round * 37 + step * step * 11) % part.count] ^= 1 }
            content += part[..<(part.count - round % 3)]
        }
        let frame = Zstd.frame(content, level: 19, windowLog: 10, hasContentSize: false)
        let decoded = Self.codecs[index].decodeWhole(frame, outputByteCount: outputByteCount)
        #expect(decoded.ending == .complete)
        let isEqual = decoded.content == content
        #expect(isEqual, "\(Self.codecs[index].name) decodes the content")
    }

    /// A ring of more than 2 MiB, which moves to huge pages after 1 MiB if the system has them, and wraps twice; a short frame
    /// comes before, another one uses the ring again. Arrays are compared outside of `#expect`, which would print them.
    @Test(arguments: codecs.indices, [1 << 17, 100_003])
    func ringInHugePages(_ index: Int, _ outputByteCount: Int) {
        let codec = Self.codecs[index]
        let part = Content.noise(60_000, seed: 9) + Content.zeros(1_900_000)
        let long = part + part + part + [1, 2, 3]
        let (first, last) = (Content.text(2_000), part)
        var frames = Zstd.frame(first, windowLog: 21, hasContentSize: false)
        frames += Zstd.frame(long, windowLog: 21, hasContentSize: false)
        frames += Zstd.frame(last, windowLog: 21, hasContentSize: false)
        #expect(frames.count < 250_000, "the window is used")
        let decoded = codec.decodeWhole(frames, outputByteCount: outputByteCount)
        #expect(decoded.ending == .complete)
        let isEqual = decoded.content == first + long + last
        #expect(isEqual, "\(codec.name) decodes the content")
        frames[frames.count - 4] ^= 1
        #expect(codec.decodeWhole(frames, outputByteCount: outputByteCount).ending == .failed(.checksum))
    }

    /// The checksum of lengths around its stripes of 32 bytes, output in pieces around them.
    @Test(arguments: codecs.indices)
    func checksumOfPieces(_ index: Int) {
        for byteCount in [1, 31, 32, 33, 64, 95, 200] {
            let content = Content.noise(byteCount, seed: 2)
            for outputByteCount in [1, 5, 31, 32, 33, 63, 64] {
                var frame = Zstd.frame(content)
                let decoded = Self.codecs[index].decodeWhole(frame, outputByteCount: outputByteCount)
                #expect(decoded.ending == .complete, "\(byteCount) bytes in pieces of \(outputByteCount)")
                #expect(decoded.content == content)
                frame[frame.count - 1] ^= 0x80
                let damaged = Self.codecs[index].decodeWhole(frame, outputByteCount: outputByteCount)
                #expect(damaged.ending == .failed(.checksum))
            }
        }
    }
}
