// layerverify: the rules of zstd frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstd
import LayerCodec
import LayerModel
import Testing
import TestSupport

/// What the first decoder accepts is verified, so it must only accept what all decoders accept: RFC 8878, `zstd -d` and
/// the Go decoder of container runtimes.
@Suite struct ZstdRulesTests {
    struct Rule: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        /// Nil if the frame must be refused.
        let content: [UInt8]?
        var testDescription: String { name }

        init(_ name: String, _ blocks: [ZstdBlock], gives content: [UInt8]?) {
            self.name = name
            bytes = Zstd.frame(blocks: blocks)
            self.content = content
        }
    }

    static let window = Content.noise(1_024, seed: 11)
    static let three = Array("abc".utf8)

    /// Each rule at its limit and beyond.
    static let rules: [Rule] = {
        let match = Array(window.prefix(3))
        func block(offsets: [UInt32], literalLength: UInt8 = 1, extraBits: Int = 0) -> ZstdBlock {
            .sequences(
                literals: Array("xyz".utf8.prefix(Int(literalLength))), literalLength: literalLength, offsets: offsets,
                extraBits: extraBits)
        }
        return [
            Rule(
                "an offset as large as the window", [.raw(window), block(offsets: [1_024 + 3], literalLength: 0)],
                gives: window + match),
            Rule(
                "an offset larger than the window", [.raw(window), block(offsets: [1_025 + 3])], gives: nil),
            Rule(
                "an offset as large as the content", [.raw(three), block(offsets: [4 + 3])],
                gives: three + [UInt8(ascii: "x")] + three),
            Rule("an offset larger than the content", [.raw(three), block(offsets: [4 + 4])], gives: nil),
            Rule(
                "a repeated offset larger than the content",
                [
                    .raw(three),
                    .sequences(
                        literals: [], literalLength: 0, offsets: [2]),
                ], gives: nil),
            Rule("a repeated offset of zero", [.raw(three), block(offsets: [3], literalLength: 0)], gives: nil),
            Rule("bits that are left over", [.raw(window), block(offsets: [600], extraBits: 1)], gives: nil),
            Rule("bits that are cut off", [.raw(window), block(offsets: [600], extraBits: -1)], gives: nil),
            Rule(
                "literals that are used up",
                [
                    .raw(three),
                    .sequences(
                        literals: [1, 2], literalLength: 3, offsets: [4]),
                ], gives: nil),
            Rule("a reserved type of block", [ZstdBlock(kind: .reserved, bytes: three)], gives: nil),
            Rule("a block as large as the window", [.rle(7, count: 1_024)], gives: .init(repeating: 7, count: 1_024)),
            Rule("a block larger than the window", [.rle(7, count: 1_025)], gives: nil),
            Rule("literals larger than the window", [.compressed([0b1101 | 1 << 4, 64, 0, 7, 0])], gives: nil),
            Rule("nothing, compressed", [.compressed([0, 0])], gives: []),
            Rule("a block without sequences", [.compressed([1 << 3, 9, 0])], gives: [9]),
            Rule("a block that ends after its literals", [.compressed([1 << 3, 9])], gives: nil),
            Rule("bytes after no sequences", [.compressed([1 << 3, 9, 0, 0])], gives: nil),
            Rule(
                "reserved bits",
                [
                    .raw(three),
                    .sequences(
                        literals: [1], literalLength: 1, offsets: [5], modes: 0b0101_0101),
                ], gives: nil),
            Rule("repeated tables without any", [.compressed([1 << 3, 9, 1, 0b1111_1100, 1])], gives: nil),
            Rule("literals without a table", [.compressed([0b0011 | 4 << 4, 1 << 6, 0, 0x10, 0])], gives: nil),
            Rule(
                "a stream of bits without its last one",
                [
                    .raw(three),
                    .compressed(
                        [1 << 3, 9, 1, 0b0101_0100, 1, 0, 0, 0]),
                ], gives: nil),
            Rule(
                "an unknown code of literal lengths",
                [
                    .raw(three),
                    .compressed(
                        [1 << 3, 9, 1, 0b0101_0100, 36, 0, 0, 1]),
                ], gives: nil),
            // 4 bits for an accuracy of 5, then 6 for all 32 cells.
            Rule(
                "a table of one code",
                [
                    .raw(window),
                    .compressed(
                        [1 << 3, 9, 1, 0b1001_0100, 0b1111_0000, 0b11, 0, 0, 0b0010_0000]),
                ], gives: nil),
            Rule(
                "a table that is too large",
                [
                    .raw(three),
                    .compressed(
                        [1 << 3, 9, 1, 0b1001_0100, 0b0000_0101, 0, 0, 0, 0, 1]),
                ], gives: nil),
        ]
    }()

    @Test(arguments: rules, [1, 1 << 17])
    func strictDecoderEnforcesTheRules(_ rule: Rule, _ inputByteCount: Int) throws {
        let decoded = try #require(Codecs.fast(for: .zstd)).decodeWhole(rule.bytes, inputByteCount: inputByteCount)
        #expect(decoded.brokenPromises.isEmpty)
        #expect(decoded.ending == (rule.content == nil ? .failed(.data) : .complete))
        if let content = rule.content { #expect(decoded.content == content) }
    }

    @Test(arguments: rules)
    func referenceAcceptsFramesThatFollowTheRules(_ rule: Rule) throws {
        guard let content = rule.content else { return }
        let decoded = try #require(Codecs.reference(for: .zstd)).decodeWhole(rule.bytes)
        #expect(decoded.ending == .complete)
        #expect(decoded.content == content)
    }

    /// RFC 8878 allows this, and libzstd before 1.5.6 refuses it; no compressor writes it.
    @Test func countOfZeroInTwoBytesHasItsOwnFault() throws {
        let frame = Zstd.frame(blocks: [.compressed([1 << 3, 9, 128, 0])])
        let decoded = try #require(Codecs.fast(for: .zstd)).decodeWhole(frame)
        #expect(decoded.ending == .failed(.longZeroCount))
    }

    /// Windows of 1 KiB plus `mantissa` times 128 bytes, with offsets that cross every wrap of the ring.
    @Test(arguments: [0, 1, 7] as [UInt8])
    func offsetsAcrossTheEndOfTheRing(_ mantissa: UInt8) throws {
        let window = 1_024 + 128 * Int(mantissa)
        var content = Content.noise(window, seed: 3)
        var blocks = [ZstdBlock.raw(content)]
        for round in 0..<600 {
            let literal = UInt8(truncatingIfNeeded: round * 7)
            let offset = window - round % 11
            blocks.append(.sequences(literals: [literal], literalLength: 1, offsets: [UInt32(offset + 3)]))
            content.append(literal)
            for _ in 0..<3 { content.append(content[content.count - offset]) }
            if round % 50 == 49 {
                let noise = Content.noise(min(window, window / 2 + round), seed: UInt64(round))
                blocks.append(.raw(noise))
                content += noise
            }
        }
        let bytes = Zstd.frame(blocks: blocks, mantissa: mantissa)
        for codec in Codecs.all where codec.compression == .zstd {
            for sizes in [(1 << 17, 1 << 17), (7, 1 << 17), (1 << 17, 13)] {
                let decoded = codec.decodeWhole(bytes, inputByteCount: sizes.0, outputByteCount: sizes.1)
                #expect(decoded.ending == .complete, "\(codec.name)")
                #expect(decoded.content == content, "\(codec.name)")
            }
        }
    }

    /// Frames with many tables and blocks, so that mutations often hit one; mostly without checksums, which would
    /// detect all of them.
    static let originals: [[UInt8]] = [
        Zstd.frame(Content.text(3_000), level: 19, hasChecksum: false),
        Zstd.frame(Content.text(40_000), windowLog: 10, hasChecksum: false, hasContentSize: false),
        Zstd.frame(Content.text(900) + Content.noise(300) + Content.text(900), level: 9, hasChecksum: false),
        Zstd.frame(Content.zeros(4_000) + Content.text(500), hasChecksum: false, hasContentSize: false),
        Zstd.frame(Content.text(2_000)),
    ]

    @Test func acceptedMutatedFramesAreDecodedLikeByTheReference() throws {
        let (fast, reference) = try (#require(Codecs.fast(for: .zstd)), #require(Codecs.reference(for: .zstd)))
        var generator = SplitMix(state: 2026)
        var (acceptedCount, refusedCount) = (0, 0)
        for round in 0..<4_000 {
            let bytes = DifferentialTests.mutated(Self.originals[round % Self.originals.count], &generator)
            let inputByteCount = [1, 13, 300, 1 << 17][round / 3 % 4]
            let actual = fast.decodeWhole(bytes, inputByteCount: inputByteCount, outputByteCount: 3_000)
            let expected = reference.decodeWhole(bytes)
            #expect(actual.brokenPromises.isEmpty, "round \(round)")
            switch actual.ending {
            case .complete, .trailing:
                acceptedCount += 1
                #expect(expected.ending == actual.ending, "round \(round)")
                #expect(expected.content == actual.content, "round \(round)")
                #expect(expected.boundaryOffset == actual.boundaryOffset, "round \(round)")
            case .truncated, .failed, .windowTooLarge:
                refusedCount += 1
            }
        }
        // Otherwise the mutations are too weak or too strong for a meaningful test.
        #expect(acceptedCount > 300)
        #expect(refusedCount > 1_000)
    }

    @Test func framesThatLibzstdWritesAreAccepted() throws {
        let fast = try #require(Codecs.fast(for: .zstd))
        let content = Content.text(150_000) + Content.noise(20_000) + Content.zeros(150_000) + Content.text(50_000)
        for level: Int32 in [-5, 1, 2, 3, 5, 8, 12, 16, 19, 22] {
            for windowLog: Int32 in [10, 14, 17, 22] {
                let decoded = fast.decodeWhole(
                    Zstd.frame(content, level: level, windowLog: windowLog, hasContentSize: windowLog != 14))
                #expect(decoded.ending == .complete, "level \(level), window \(windowLog)")
                #expect(decoded.content == content, "level \(level), window \(windowLog)")
            }
        }
    }
}
