// layerverify: a decoder that computes nothing, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// Counts bytes as a decoder of a modelled blob would consume and produce them. It can stop and begin at the blocks of
/// `ModelledBlocks`, and decodes in two planes then for as long as `CutCosts.planesByteCounts` says.
final class ModelledDecoder: CutDecoder {
    private let compression: Compression
    private let costs: BlockCosts
    private let clock: ModelClock
    /// The number of used bits of the first byte; nil for a decoder that begins with the blob.
    private let usedBits: Int?
    private var place: ModelledPlace?
    /// Both are counted from the beginning of the blob.
    private var consumedByteCount: UInt64 = 0
    private var producedByteCount: UInt64 = 0
    /// The number of bytes of content before the place from which on all are known; 0 if there are no planes.
    private var planesEnd: UInt64 = 0
    /// True if no block begins where it began.
    private var isWrong = false
    private(set) var isUnconfirmed: Bool
    private(set) var pause: DecodePause?

    init(_ compression: Compression, _ costs: BlockCosts, _ clock: ModelClock, usedBits: Int? = nil) {
        self.compression = compression
        self.costs = costs
        self.clock = clock
        self.usedBits = usedBits
        isUnconfirmed = usedBits != nil
        planesEnd = usedBits == nil ? 0 : .max
    }

    var isAtBoundary: Bool { !isUnconfirmed && consumedByteCount == place?.compressedByteCount }
    var boundaryOffset: UInt64 { isAtBoundary ? consumedByteCount : 0 }
    var dispute: Dispute? { nil }
    var isInPlanes: Bool { producedByteCount < planesEnd }
    /// The blocks have about the same length.
    var blockCount: UInt64 { costs.cuts.map { (consumedByteCount - beginOffset) / $0.blocks.byteCount } ?? 0 }
    var hasWholeWindow: Bool { !isUnconfirmed && !isInPlanes && producedByteCount >= 32 << 10 }

    /// How far the decoder can go in one call, and what stops it there.
    struct Reach {
        /// Bytes of content.
        var byteCount: Int
        var status: DecodeStatus
        var pause: DecodePause?
        /// The offset in the blob up to which the input is consumed then; nil for what the content takes.
        var consumedByteCount: UInt64?
    }

    func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
        input.withUnsafeBytes { bytes in
            let reach = unsafe reach(bytes, room: output.freeCapacity)
            clock.charge(costs.decode(reach.byteCount, lanes: 1, compression))
            output.append(repeating: 0, count: reach.byteCount, as: UInt8.self)
            return DecodeStep(
                consumedByteCount: advance(reach, by: reach.byteCount, inputByteCount: bytes.count),
                status: reach.status)
        }
    }

    /// Computes how far the decoder can go with this input and room.
    ///
    /// - Parameter stopBit: see `DecodeLane.stopBit`.
    func reach(_ input: UnsafeRawBufferPointer, room: Int, stopBit: UInt64 = .max) -> Reach {
        unsafe begin(input)
        guard let place else { return Reach(byteCount: 0, status: .needsInput) }
        guard !isWrong else { return Reach(byteCount: 0, status: .failed(.data)) }
        let inputEnd = consumedByteCount + UInt64(byteCount: input.count)
        var goal = place.contentByteCount(before: inputEnd)
        var reach = Reach(byteCount: 0, status: .needsInput, consumedByteCount: inputEnd)
        if isUnconfirmed, inputEnd == place.compressedByteCount { reach.pause = .memberEnded }
        if stopBit != .max, let cuts = costs.cuts,
            let stop = cuts.blocks.first(atOrAfterBit: consumedByteCount * 8 + stopBit, in: place),
            (stop + 7) / 8 <= inputEnd
        {
            goal = place.contentByteCount(before: stop / 8)
            reach.pause = .stopped(atBit: stop - beginOffset * 8)
            reach.consumedByteCount = stop / 8
        }
        if isInPlanes, planesEnd <= goal {
            goal = planesEnd
            reach.pause = .known
            reach.consumedByteCount = nil
        }
        let possible = goal - min(goal, producedByteCount)
        reach.byteCount = ByteMath.clamp(possible, to: room)
        if possible > UInt64(byteCount: room) || (reach.pause == nil && reach.byteCount == room) {
            return Reach(byteCount: reach.byteCount, status: .outputFull)
        }
        if reach.pause != nil { reach.status = .paused }
        return reach
    }

    /// Produces `count` bytes, at most as many as the reach.
    ///
    /// Returns: the number of bytes of the input that are consumed.
    func advance(_ reach: Reach, by count: Int, inputByteCount: Int) -> Int {
        guard let place else { return 0 }
        producedByteCount += UInt64(byteCount: count)
        let isReached = count == reach.byteCount
        pause = isReached ? reach.pause : nil
        // A stream that could have continued stops in the middle of its input, as in a decoder in lockstep.
        let needed = (isReached ? reach.consumedByteCount : nil) ?? place.inputByteCount(of: producedByteCount)
        let taken = ByteMath.clamp(needed - min(needed, consumedByteCount), to: inputByteCount)
        consumedByteCount += UInt64(byteCount: taken)
        return taken
    }

    private var beginOffset: UInt64 = 0

    /// Takes the place from the first input.
    private func begin(_ input: UnsafeRawBufferPointer) {
        guard place == nil, let found = unsafe ModelledPlace(input, compression) else { return }
        place = found
        beginOffset = found.offsetBytes
        consumedByteCount = beginOffset
        producedByteCount = found.contentByteCount(before: beginOffset)
        guard let usedBits, let cuts = costs.cuts else { return }
        let bit = beginOffset * 8 + UInt64(usedBits)
        isWrong = cuts.blocks.first(atOrAfterBit: bit, in: found) != bit
        // It may have been confirmed before it has read anything.
        guard isUnconfirmed else { return }
        let length = cuts.planesByteCounts[Int(ModelledBlocks.mix(bit) % UInt64(cuts.planesByteCounts.count))]
        planesEnd = found.contentByteCount(before: min(beginOffset + length, found.compressedByteCount))
    }

    func continueMember(after previous: any CutDecoder, resolving kept: [OutputPlanes]) {
        precondition(
            isUnconfirmed && previous.hasWholeWindow, "a decoder is confirmed once, by one that knows its window")
        if let cuts = costs.cuts {
            clock.charge(cuts.join(resolving: kept.reduce(0) { $0 + $1.first.count }))
        }
        isUnconfirmed = false
        planesEnd = 0
        if pause == .memberEnded { pause = nil }
    }

    func makeCheckpoint() -> MemberCheckpoint { preconditionFailure("modelled blobs are not read as streams") }
}
