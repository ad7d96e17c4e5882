// layerverify: zstd decoded into the decoder's own room.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstd
import Foundation
import LayerModel
import Testing

@testable import LayerCodec

@Suite struct ZstdBlocksTests {
    struct Stream: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        let content: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ frames: [(bytes: [UInt8], content: [UInt8])]) {
            self.name = name
            bytes = frames.flatMap(\.bytes)
            content = frames.flatMap(\.content)
        }
    }

    static func frame(
        _ content: [UInt8], level: Int32 = 3, windowLog: Int32? = nil
    ) -> (bytes: [UInt8], content: [UInt8]) {
        (Zstd.frame(content, level: level, windowLog: windowLog, hasContentSize: windowLog == nil), content)
    }

    /// More than goes into any ring, so that each goes round.
    static let long = Content.text(2_000_000) + Content.noise(300_000, seed: 5) + Content.text(3_000_000)

    static let streams: [Stream] = [
        Stream("goes round", [frame(long, windowLog: 21)]),
        Stream("goes round, small window", [frame(long, windowLog: 10)]),
        Stream("goes round, window of a block", [frame(long, level: 1, windowLog: 17)]),
        Stream("split blocks", [frame(long, level: 17, windowLog: 20)]),
        Stream("raw blocks", [frame(Content.noise(3_000_000, seed: 9), windowLog: 19)]),
        Stream("blocks of one byte repeated", [frame(Content.zeros(5_000_000), windowLog: 19)]),
        Stream("windows that grow", (10...22).map { frame(Array(long.prefix(400_000)), windowLog: $0) }),
        Stream("windows that shrink", (10...22).reversed().map { frame(Array(long.prefix(400_000)), windowLog: $0) }),
        Stream("many short frames", (0..<3_000).map { frame(Array(long[$0 * 7..<$0 * 8 + 1_000])) }),
        Stream("empty frames", [frame([]), frame(long), frame([]), frame(Array(long.prefix(200_000))), frame([])]),
    ]

    @Test(arguments: streams, [1 << 17, 100_000, 5_003])
    func whatIsPutOutStaysAsLongAsPromised(_ stream: Stream, _ inputByteCount: Int) {
        let decoded = Self.decodeInPlace(stream.bytes, inputByteCount: inputByteCount)
        #expect(decoded.brokenPromises.isEmpty)
        #expect(decoded.ending == .complete)
        #expect(decoded.content == stream.content)
        #expect(decoded.inPlaceByteCount > stream.content.count - (2 << 20))
    }

    @Test(arguments: streams)
    func roomOfOthersIsFilledAsWell(_ stream: Stream) {
        for outputByteCount in [1 << 17, 90_000] {
            let decoded = ZstdCodec.blocks.decodeWhole(
                stream.bytes, inputByteCount: 50_000, outputByteCount: outputByteCount)
            #expect(decoded == ZstdCodec.zstd.decodeWhole(stream.bytes))
            #expect(decoded.content == stream.content)
        }
    }

    /// A block that repeats a byte may claim 2 MiB, sixteen times what a block may hold, and libzstd writes first.
    @Test func aBlockThatIsTooLongOverwritesNothingThatIsKept() {
        // So much that the ring has gone round, and the block reaches what was put out before it did.
        let content = Array(Self.long.prefix(2_100_000))
        for byteCount: UInt32 in [140_000, 1_000_000, 1_800_000, (1 << 21) - 1] {
            var bytes = Zstd.frame(content, windowLog: 17, hasContentSize: false)
            bytes += [0x28, 0xb5, 0x2f, 0xfd, 0, 0x38] + Gzip.littleEndian(byteCount << 3 | 0b011).prefix(3) + [7]
            let decoded = Self.decodeInPlace(bytes, inputByteCount: 1 << 17)
            #expect(decoded.brokenPromises.isEmpty)
            #expect(decoded.ending == .failed(.data))
            #expect(decoded.content == content)
        }
    }

    @Test func damagedStreamsEndAsTheReferenceSays() {
        var originals = [[UInt8]]()
        originals.append(Zstd.frame(Content.text(3_000)))
        originals.append(Zstd.frame(Content.text(400_000), level: 19, hasChecksum: false, hasContentSize: false))
        originals.append(Zstd.frame(Content.noise(200_000, seed: 3) + Content.zeros(300_000), windowLog: 12))
        originals.append(Zstd.frame(Content.text(700)) + Zstd.skippable([1, 2, 3]) + Zstd.frame(Content.text(9_000)))
        var generator = SplitMix64(state: 1_126)
        var refusalCount = 0
        for round in 0..<2_000 {
            let bytes = DifferentialTests.mutated(originals[round % originals.count], &generator)
            let expected = ZstdCodec.zstd.decodeWhole(bytes)
            let actual = Self.decodeInPlace(bytes, inputByteCount: [1 << 17, 777, 60_000][round % 3])
            #expect(actual.brokenPromises.isEmpty)
            // Where a stream is damaged the streaming functions may have put out a part of the block in hand.
            #expect(actual.ending == expected.ending, "round \(round)")
            switch expected.ending {
            case .complete, .trailing: #expect(actual.content == expected.content, "round \(round)")
            case .truncated, .failed, .windowTooLarge: refusalCount += 1
            }
        }
        #expect(refusalCount > 1_000)
    }

    struct DecodedInPlace {
        var content: [UInt8] = []
        var ending = Decoded.Ending.truncated
        var inPlaceByteCount = 0
        var brokenPromises: [String] = []
    }

    /// Decodes as the pipeline does, and looks after each step whether all outputs that should be kept are as they were.
    static func decodeInPlace(_ bytes: [UInt8], inputByteCount: Int) -> DecodedInPlace {
        let decoder = ZstdCodec.blocks.begin(CodecOptions())
        var result = DecodedInPlace()
        var kept: [(place: UnsafeRawBufferPointer, copy: [UInt8])] = []
        let ownRoom = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
        defer { ownRoom.deallocate() }
        var room: UnsafeMutableRawBufferPointer?
        var count = 0
        func finishOutput() {
            guard let memory = room else { return }
            let output = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count])
            result.content += output
            if memory.baseAddress != ownRoom.baseAddress, count > 0 {
                result.inPlaceByteCount += count
                kept.append((output, Array(output)))
                if kept.count > StreamOutput.keptCount { kept.removeFirst() }
            }
            (room, count) = (nil, 0)
        }
        var position = 0
        while position < bytes.count {
            let piece = Array(bytes[position..<min(bytes.count, position + inputByteCount)])
            position += piece.count
            let (status, isAllTaken) = piece.withUnsafeBytes { input in
                var start = 0
                while true {
                    let memory = room ?? decoder.makeRoom() ?? ownRoom
                    room = memory
                    var lane = DecodeLane(
                        decoder: decoder, input: UnsafeRawBufferPointer(rebasing: input[start...]),
                        output: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
                    lane.decodeAlone()
                    count = memory.count - lane.output.count
                    start = input.count - lane.input.count
                    let isKept = kept.allSatisfy { output in
                        output.place.baseAddress.map { memcmp($0, output.copy, output.copy.count) == 0 } ?? false
                    }
                    if !isKept {
                        result.brokenPromises.append("an output that is kept changed before byte \(position)")
                    }
                    guard lane.status == .outputFull else { return (lane.status, lane.input.isEmpty) }
                    finishOutput()
                }
            }
            switch status {
            case .needsInput where isAllTaken: continue
            case .needsInput, .outputFull: result.brokenPromises.append("input left")
            case .trailing: result.ending = .trailing(atByte: decoder.boundaryOffset)
            case .failed(let fault): result.ending = .failed(fault)
            case .windowTooLarge: result.ending = .windowTooLarge
            }
            finishOutput()
            return result
        }
        finishOutput()
        if decoder.isAtBoundary { result.ending = .complete }
        return result
    }
}
