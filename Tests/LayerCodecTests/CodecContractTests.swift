// layerverify: what every codec must do.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import Testing
import TestSupport

/// A codec of the registry, and a stream with its compression.
struct Trial: CustomTestStringConvertible, Sendable {
    let codec: Codec
    let sample: Sample
    var testDescription: String { "\(codec.name): \(sample.name)" }

    static func trials(_ samples: [Sample]) -> [Trial] {
        Codecs.all.flatMap { codec in
            samples.filter { $0.compression == codec.compression }.map { Trial(codec: codec, sample: $0) }
        }
    }

    static let short = trials(Sample.short)
    static let long = trials(Sample.long)

    func expect(_ decoded: Decoded, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) {
        let isRight =
            decoded.ending == .complete && decoded.content == sample.content && decoded.brokenPromises.isEmpty
            && decoded.boundaryOffset == UInt64(sample.bytes.count) && decoded.consumedByteCount == sample.bytes.count
        #expect(
            isRight, "\(comment): \(decoded.ending), \(decoded.content.count) bytes, \(decoded.brokenPromises)",
            sourceLocation: sourceLocation)
    }
}

@Suite struct CodecContractTests {
    @Test func everyCodecHasSamples() {
        for codec in Codecs.all {
            #expect(Sample.short.contains { $0.compression == codec.compression })
            #expect(Sample.long.contains { $0.compression == codec.compression })
        }
    }

    @Test(arguments: Trial.short + Trial.long)
    func decodesInBlocks(_ trial: Trial) {
        trial.expect(trial.codec.decodeWhole(trial.sample.bytes), "128 KiB")
    }

    @Test(arguments: Trial.short)
    func decodesByteByByte(_ trial: Trial) {
        let bytes = trial.sample.bytes
        trial.expect(trial.codec.decodeWhole(bytes, inputByteCount: 1), "one byte of input")
        trial.expect(trial.codec.decodeWhole(bytes, outputByteCount: 1), "one byte of output")
        trial.expect(trial.codec.decodeWhole(bytes, inputByteCount: 1, outputByteCount: 1), "one byte of both")
    }

    @Test(arguments: Trial.short)
    func decodesIntoRoomOfTheExactSize(_ trial: Trial) {
        let byteCount = max(1, trial.sample.content.count)
        trial.expect(trial.codec.decodeWhole(trial.sample.bytes, outputByteCount: byteCount), "all in one room")
    }

    @Test(arguments: Trial.short)
    func decodesInputSplitAtAnyByte(_ trial: Trial) {
        let bytes = trial.sample.bytes
        for cut in 1..<bytes.count {
            var pieces = [cut, bytes.count - cut].makeIterator()
            let decoded = trial.codec.decodeWhole(
                bytes, nextInputByteCount: { pieces.next() ?? 1 }, nextOutputByteCount: { 4_096 })
            trial.expect(decoded, "cut at \(cut)")
        }
    }

    @Test(arguments: Trial.long)
    func decodesRandomSplits(_ trial: Trial) {
        var generator = SplitMix(state: 5)
        for _ in 0..<3 {
            let decoded = trial.codec.decodeWhole(
                trial.sample.bytes,
                // Often a few bytes, sometimes blocks: this reaches both ends of all buffers in the libraries.
                nextInputByteCount: { Int(generator.next() % (generator.next() % 4 == 0 ? 16 : 150_000)) + 1 },
                nextOutputByteCount: { Int(generator.next() % (generator.next() % 4 == 0 ? 300 : 200_000)) + 1 })
            trial.expect(decoded, "random splits")
        }
    }

    @Test(arguments: Trial.short, [1, 1 << 17])
    func truncatedStreamIsNotComplete(_ trial: Trial, _ inputByteCount: Int) {
        for end in 0..<trial.sample.bytes.count {
            let decoded = trial.codec.decodeWhole(
                Array(trial.sample.bytes[..<end]), inputByteCount: inputByteCount)
            let expected: Decoded.Ending = trial.sample.boundaries.contains(end) ? .complete : .truncated
            #expect(decoded.ending == expected, "cut at \(end)")
            #expect(decoded.consumedByteCount == end && decoded.brokenPromises.isEmpty)
        }
    }

    @Test(arguments: Trial.short, [1, 3, 1 << 17])
    func reportsTheOffsetOfTrailingBytes(_ trial: Trial, _ inputByteCount: Int) {
        let end = trial.sample.bytes.count
        let trailings: [[UInt8]] =
            (1...16).map { Content.zeros($0) } + (1...16).map { Content.noise($0, seed: 99) }
            + [
                [0x1f, 0x00], [0x1f, 0x1f], [0x1f, 0x1f, 0x8b], [0x1f, 0x8a, 8, 0],
                [0x28, 0x00], [0x28, 0xb5, 0x00], [0x28, 0xb5, 0x2f, 0x00], [0x28, 0xb5, 0x2f, 0xfc, 0],
                [0x50, 0x00], [0x5f, 0x2a, 0x00], [0x51, 0x2a, 0x4d, 0x19],
                // The magic of a format that libzstd accepted in the past.
                [0x27, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0],
            ]
        for trailing in trailings {
            let decoded = trial.codec.decodeWhole(
                trial.sample.bytes + trailing, inputByteCount: inputByteCount, outputByteCount: 777)
            #expect(decoded.ending == .trailing(atByte: UInt64(end)), "\(trailing)")
            #expect(decoded.content == trial.sample.content)
            #expect(decoded.consumedByteCount >= end && decoded.consumedByteCount < end + 4)
            // If it was one input, the consumed bytes end at the boundary.
            if inputByteCount > end + 16 { #expect(decoded.consumedByteCount == end) }
        }
    }

    @Test(arguments: Trial.short, [1, 1 << 17])
    func incompleteBeginningOfAnotherMemberIsTruncation(_ trial: Trial, _ inputByteCount: Int) {
        let beginnings: [[UInt8]] =
            switch trial.codec.compression {
            case .gzip: [[0x1f], [0x1f, 0x8b], [0x1f, 0x8b, 8]]
            default:
                [[0x28], [0x28, 0xb5], [0x28, 0xb5, 0x2f], [0x28, 0xb5, 0x2f, 0xfd], [0x5a], [0x5a, 0x2a, 0x4d]]
            }
        for beginning in beginnings {
            let decoded = trial.codec.decodeWhole(trial.sample.bytes + beginning, inputByteCount: inputByteCount)
            #expect(decoded.ending == .truncated)
            #expect(decoded.boundaryOffset == UInt64(trial.sample.bytes.count))
        }
    }

    @Test(arguments: Codecs.all.indices)
    func emptyInputIsNotComplete(_ index: Int) {
        let decoded = Codecs.all[index].decodeWhole([])
        #expect(decoded == Decoded(ending: .truncated))
    }

    @Test(arguments: Codecs.all.indices, [1, 1 << 17])
    func otherDataIsAMalformedHeader(_ index: Int, _ inputByteCount: Int) {
        for bytes: [UInt8] in [Content.zeros(20), [0x1f, 0x8c, 0, 0], [0x28, 0xb5, 0x2f, 0xfe], Array("layer".utf8)] {
            let decoded = Codecs.all[index].decodeWhole(bytes, inputByteCount: inputByteCount)
            #expect(decoded.ending == .failed(.header))
        }
    }

    @Test(arguments: Trial.short)
    func emptyInputsChangeNothing(_ trial: Trial) {
        let decoder = trial.codec.begin(CodecOptions())
        var content: [UInt8] = []
        for byte in trial.sample.bytes {
            for piece in [[], [byte], [], []] {
                content += [UInt8](unsafeUninitializedCapacity: 6_000) { buffer, count in
                    var room = OutputRawSpan(buffer: UnsafeMutableRawBufferPointer(buffer), initializedCount: 0)
                    let step = decoder.decode(piece.span.bytes, into: &room)
                    #expect(step == DecodeStep(consumedByteCount: piece.count, status: .needsInput))
                    count = room.finalize(for: UnsafeMutableRawBufferPointer(buffer))
                }
            }
        }
        #expect(decoder.isAtBoundary)
        #expect(content == trial.sample.content)
    }

    @Test(arguments: Trial.long)
    func flippedBitInAStreamWithChecksumIsDetected(_ trial: Trial) {
        var generator = SplitMix(state: 23)
        for _ in 0..<4 {
            var bytes = trial.sample.bytes
            let position = Int(generator.next() % UInt64(bytes.count))
            bytes[position] ^= 1 << UInt8(generator.next() % 8)
            let decoded = trial.codec.decodeWhole(bytes)
            // A flip in an ignored field, such as MTIME, does not change the content.
            #expect(decoded.ending != .complete || decoded.content == trial.sample.content, "flip at \(position)")
        }
    }

    @Test(arguments: Codecs.all.indices)
    func teamsDecodeEachLane(_ index: Int) {
        let codec = Codecs.all[index]
        let samples = Sample.short.filter { $0.compression == codec.compression }
        #expect(codec.teamSize >= 1)
        for sample in samples {
            let rooms = (0..<codec.teamSize).map { _ in
                UnsafeMutableRawBufferPointer.allocate(byteCount: 6_000, alignment: 16)
            }
            defer { for room in rooms { room.deallocate() } }
            sample.bytes.withUnsafeBytes { input in
                var lanes = rooms.map { DecodeLane(decoder: codec.begin(CodecOptions()), input: input, output: $0) }
                lanes.withUnsafeMutableBufferPointer { codec.decode($0) }
                for (lane, room) in zip(lanes, rooms) {
                    #expect(lane.status == .needsInput && lane.input.isEmpty && lane.decoder.isAtBoundary)
                    #expect(room.prefix(room.count - lane.output.count).elementsEqual(sample.content))
                }
            }
        }
    }
}
