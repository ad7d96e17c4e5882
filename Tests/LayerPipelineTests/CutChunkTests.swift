// layerverify: tests of what confirms a chunk that begins inside a member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct CutChunkTests {
    /// A decoder in any state, which decodes nothing.
    private final class FixedDecoder: CutDecoder {
        var pause: DecodePause?
        var isUnconfirmed = false
        var hasWholeWindow = true
        var isAtBoundary = false
        let isInPlanes = false
        let boundaryOffset: UInt64 = 0
        var dispute: Dispute? { nil }

        func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
            DecodeStep(consumedByteCount: 0, status: .needsInput)
        }
        func continueMember(after previous: any CutDecoder, resolving kept: [OutputPlanes]) {}
        func makeCheckpoint() -> MemberCheckpoint { preconditionFailure("nothing continues after this decoder") }
    }

    private let codec = Codec(name: "fixed", compression: .gzip) { _ in FixedDecoder() }

    /// A chunk that began at byte 1 000, and one that begins inside a member at bit 80 003.
    private func chunks() -> (head: Chunk, decoder: FixedDecoder, next: Chunk) {
        let (decoder, following) = (FixedDecoder(), FixedDecoder())
        let head = Chunk(request(0))
        head.opened(byteCount: 1 << 20)
        head.stage = .decoding
        head.stream = ChunkStream(codec, decoder: decoder, limits: StreamLimits(), atByte: 1_000)
        following.isUnconfirmed = true
        let next = Chunk(
            continuing: head, atBit: 80_003,
            stream: ChunkStream(codec, decoder: following, limits: StreamLimits(), atByte: 10_000))
        decoder.pause = .stopped(atBit: 80_003 - 8_000)
        return (head, decoder, next)
    }

    @Test func onlyTheExactBitConfirms() {
        let (head, decoder, next) = chunks()
        #expect(head.isContinued(by: next))
        for bit in [72_002, 72_004, 0, 80_003] as [UInt64] {
            decoder.pause = .stopped(atBit: bit)
            #expect(!head.isContinued(by: next))
        }
        for pause in [nil, .known, .memberEnded] as [DecodePause?] {
            decoder.pause = pause
            #expect(!head.isContinued(by: next))
        }
        // The end of a member confirms no block inside one.
        decoder.isAtBoundary = true
        #expect(!head.isContinued(by: next))
    }

    /// A distance may reach back before the beginning of the member, which only the chunk before it would see.
    @Test func aWindowThatIsNotWholeConfirmsNothing() {
        let (head, decoder, next) = chunks()
        decoder.hasWholeWindow = false
        #expect(!head.isContinued(by: next))
    }

    @Test func aDamagedChunkIsNotConfirmed() {
        let (head, _, next) = chunks()
        next.isRefuted = true
        #expect(!head.isContinued(by: next))
    }

    @Test func theRangeOfADroppedChunkIsThatOfTheOneBefore() {
        let (head, _, next) = chunks()
        #expect(head.input.endBit == 80_003)
        #expect(head.input.endsInsideMember && !next.input.endsInsideMember)
        head.input.extend(over: next.input)
        #expect(head.input.endBit == 8 << 20)
        #expect(!head.input.endsInsideMember)
    }
}
