// layerverify: every gzip codec against the reference.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import LayerCodec
import LayerModel
import Testing
import TestSupport

/// A faster codec may refuse a valid stream, because the reference is asked then, but must not accept an invalid one.
@Suite struct DifferentialTests {
    static let fastCodecs = Codecs.all.filter { $0.compression == .gzip && $0.name != "zlib" }

    struct Rule: CustomTestStringConvertible, Sendable {
        let name: String
        let data: [UInt8]
        let content: [UInt8]
        let isKept: Bool
        var testDescription: String { name }
    }

    static let letter = Array("a".utf8)

    static let rules: [Rule] = [
        Rule(name: "complete codes", data: Deflate.complete, content: letter, isKept: true),
        Rule(name: "one distance", data: Deflate.oneDistance, content: Array("aaaa".utf8), isKept: true),
        Rule(name: "distance too far", data: Deflate.distanceTooFar, content: letter, isKept: false),
        Rule(name: "reserved length", data: Deflate.reservedLength, content: letter, isKept: false),
        Rule(name: "reserved distance", data: Deflate.reservedDistance, content: letter, isKept: false),
        Rule(name: "stored length mismatch", data: Deflate.storedLengthMismatch, content: letter, isKept: false),
        Rule(name: "no end of block", data: Deflate.noEndOfBlock, content: letter, isKept: false),
        Rule(name: "over-subscribed literals", data: Deflate.oversubscribedLiterals, content: letter, isKept: false),
        Rule(name: "over-subscribed distances", data: Deflate.oversubscribedDistances, content: letter, isKept: false),
        Rule(name: "too many literals", data: Deflate.tooManyLiterals, content: letter, isKept: false),
        Rule(name: "too many distances", data: Deflate.tooManyDistances, content: letter, isKept: false),
        Rule(
            name: "incomplete code lengths", data: Deflate.incompleteCodeLengths, content: letter, isKept: false),
        Rule(
            name: "incomplete literals", data: Deflate.incompleteLiterals, content: letter, isKept: false),
        Rule(
            name: "incomplete distances", data: Deflate.incompleteDistances, content: letter, isKept: false),
    ]

    @Test(arguments: rules)
    func referenceFollowsTheRules(_ rule: Rule) throws {
        let reference = try #require(Codecs.reference(for: .gzip))
        let bytes = Gzip.member(header: Gzip.plainHeader, data: rule.data, content: rule.content)
        let decoded = reference.decodeWhole(bytes)
        #expect(decoded.ending == (rule.isKept ? .complete : .failed(.data)))
        if rule.isKept { #expect(decoded.content == rule.content) }
    }

    @Test(arguments: fastCodecs.indices, rules)
    func fastCodecsFollowTheRules(_ index: Int, _ rule: Rule) {
        let bytes = Gzip.member(header: Gzip.plainHeader, data: rule.data, content: rule.content)
        let codec = Self.fastCodecs[index]
        let decoded = codec.decodeWhole(bytes)
        #expect(decoded.ending == (rule.isKept ? .complete : .failed(.data)))
        if rule.isKept { #expect(decoded.content == rule.content) }
    }

    /// Short streams with many headers, so that mutations often hit one.
    static let originals: [[UInt8]] = {
        let gzip = Sample.short.filter { $0.compression == .gzip }
        return gzip.map(\.bytes)
            + [
                Gzip.member(Content.text(120), level: 9), Gzip.member(Content.text(70_000), level: 1),
                Gzip.member(Content.noise(200, seed: 3) + Content.zeros(300), strategy: Z_RLE),
            ]
    }()

    @Test(arguments: fastCodecs.indices)
    func mutatedStreamsAreDecodedLikeByTheReference(_ index: Int) throws {
        let reference = try #require(Codecs.reference(for: .gzip))
        let codec = Self.fastCodecs[index]
        var generator = SplitMix(state: 2026)
        var refusalCount = 0
        for round in 0..<4_000 {
            let bytes = Self.mutated(Self.originals[round % Self.originals.count], &generator)
            let expected = reference.decodeWhole(bytes)
            let inputByteCount = [1, 13, 300, 1 << 17][round / 3 % 4]
            let actual = codec.decodeWhole(bytes, inputByteCount: inputByteCount, outputByteCount: 3_000)
            #expect(actual.brokenPromises.isEmpty)
            switch expected.ending {
            case .complete, .trailing:
                #expect(actual.ending == expected.ending, "round \(round)")
                #expect(actual.boundaryOffset == expected.boundaryOffset, "round \(round)")
                #expect(actual.content == expected.content, "round \(round)")
            case .truncated, .failed, .windowTooLarge:
                refusalCount += 1
                // The lanes refuse what zlib refuses, at the same offset and for the same reason.
                #expect(actual.ending == expected.ending, "round \(round)")
                #expect(actual.content == expected.content, "round \(round)")
                #expect(actual.boundaryOffset <= expected.boundaryOffset, "round \(round)")
            }
        }
        // Otherwise the mutations are too weak for a meaningful test.
        #expect(refusalCount > 1_000)
    }

    static func mutated(_ original: [UInt8], _ generator: inout SplitMix) -> [UInt8] {
        var bytes = original
        for _ in 0...Int(generator.next() % 2) {
            let position = Int(generator.next() % UInt64(bytes.count))
            switch generator.next() % 8 {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
            case 1: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: position)
            case 2 where bytes.count > 1: bytes.remove(at: position)
            case 3 where position > 0: bytes.removeSubrange(position...)
            default: bytes[position] ^= 1 << UInt8(generator.next() % 8)
            }
        }
        return bytes
    }
}
