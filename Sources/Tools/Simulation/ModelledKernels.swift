// layerverify: decoders and digests that compute nothing, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel

/// Maps compressed byte counts linearly to uncompressed ones over a whole blob, and writes only zeros.
private final class ModelledDecoder: StreamDecoder {
    private let compression: Compression
    private let costs: BlockCosts
    private let clock: ModelClock
    private var sizes: (compressed: UInt64, uncompressed: UInt64)?
    private var consumedByteCount: UInt64 = 0
    private var producedByteCount: UInt64 = 0

    init(_ compression: Compression, _ costs: BlockCosts, _ clock: ModelClock) {
        self.compression = compression
        self.costs = costs
        self.clock = clock
    }

    var isAtBoundary: Bool { consumedByteCount == sizes?.compressed }
    var boundaryOffset: UInt64 { isAtBoundary ? consumedByteCount : 0 }

    func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
        let input = unsafe input.withUnsafeBytes { bytes in
            unsafe look(bytes)
            return bytes.count
        }
        let count = possibleByteCount(input: input, room: output.freeCapacity)
        clock.charge(costs.decode(count, lanes: 1, compression))
        output.append(repeating: 0, count: count, as: UInt8.self)
        let isFull = output.freeCapacity == 0
        return DecodeStep(
            consumedByteCount: advance(count, input: input, isFull: isFull), status: isFull ? .outputFull : .needsInput)
    }

    /// Reads the sizes at the beginning of the stream.
    func look(_ input: UnsafeRawBufferPointer) {
        guard sizes == nil else { return }
        precondition(input.count >= Int(ImageShape.Blob.minimumByteCount), "a modelled blob begins with its sizes")
        // SAFETY: the size is checked above.
        unsafe sizes = (
            input.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            input.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        )
    }

    /// The number of bytes that `input` bytes decode to, limited to `room`.
    func possibleByteCount(input: Int, room: Int) -> Int {
        guard let sizes else { return 0 }
        let end = Self.scale(consumedByteCount + UInt64(input), sizes.uncompressed, sizes.compressed)
        return ByteMath.clamp(end - min(end, producedByteCount), to: room)
    }

    /// Counts `count` bytes of output. Returns the number of bytes of `input` that they take: all, unless the output is
    /// full.
    func advance(_ count: Int, input: Int, isFull: Bool) -> Int {
        guard let sizes else { return 0 }
        producedByteCount += UInt64(count)
        let needed = Self.scale(producedByteCount, sizes.compressed, sizes.uncompressed, roundingUp: true)
        let taken = isFull ? ByteMath.clamp(needed - min(needed, consumedByteCount), to: input) : input
        consumedByteCount += UInt64(taken)
        return taken
    }

    private static func scale(_ value: UInt64, _ factor: UInt64, _ divisor: UInt64, roundingUp: Bool = false) -> UInt64
    {
        let result = divisor.dividingFullWidth(value.multipliedFullWidth(by: factor))
        return result.quotient + (roundingUp && result.remainder > 0 ? 1 : 0)
    }
}

/// The codecs and digests of the model.
struct ModelledKernels {
    let costs: BlockCosts
    let clock: ModelClock

    /// A codec that decodes `teamSize` streams at once and charges for them. Only a codec for several streams hashes in
    /// the gaps.
    func codec(_ compression: Compression, teamSize: Int) -> Codec {
        let (costs, clock) = (costs, clock)
        let interleaved = teamSize > 1 && compression == .gzip ? costs.interleavedGzip : nil
        return Codec(
            name: "\(compression)-\(teamSize)", compression: compression, teamSize: teamSize,
            begin: { _ in ModelledDecoder(compression, costs, clock) }, hashingTeamSize: { interleaved?.teamSize },
            decodeTeam: { team, pairs in
                let hashing = pairs.isEmpty ? nil : interleaved
                let count = unsafe Self.decode(team)
                guard let hashing else { return clock.charge(costs.decode(count, lanes: team.count, compression)) }
                let nanoseconds = hashing.decode(count)
                clock.charge(nanoseconds)
                unsafe Self.hash(Int(nanoseconds / 1e9 * hashing.hashedBytesPerSecond), of: pairs)
            })
    }

    /// Advances pairs, one after another, by `byteCount` bytes in total.
    private static func hash(_ byteCount: Int, of pairs: UnsafeMutableBufferPointer<HashPair>) {
        var left = byteCount / (2 * ModelledDigest.blockByteCount)
        for index in pairs.indices {
            let count = unsafe min(left, pairs[index].blockCount)
            unsafe pairs[index].blockCount -= count
            left -= count
        }
    }

    /// All streams advance together until the first has no input or no room left.
    ///
    /// Returns: the number of bytes that each of them produced.
    private static func decode(_ team: UnsafeMutableBufferPointer<DecodeLane>) -> Int {
        let possible = team.map { lane in
            unsafe decoder(lane).look(lane.input)
            return unsafe decoder(lane).possibleByteCount(input: lane.input.count, room: lane.output.count)
        }
        guard let count = possible.min() else { return 0 }
        for index in team.indices {
            let lane = unsafe team[index]
            let isFull = unsafe count == lane.output.count
            // A stream that could have continued stops in the middle of its input, as in a decoder in lockstep.
            let isHeldUp = possible[index] > count
            let taken = unsafe decoder(lane).advance(
                count, input: lane.input.count, isFull: isFull || isHeldUp)
            unsafe team[index].input = UnsafeRawBufferPointer(rebasing: lane.input[taken...])
            unsafe team[index].output = UnsafeMutableRawBufferPointer(rebasing: lane.output[count...])
            unsafe team[index].status = isFull ? .outputFull : .needsInput
        }
        return count
    }

    private static func decoder(_ lane: DecodeLane) -> ModelledDecoder {
        guard let decoder = lane.decoder as? ModelledDecoder else { preconditionFailure("a lane of another codec") }
        return decoder
    }

    /// A digest method that hashes nothing and charges for it.
    func digest(_ algorithm: DigestAlgorithm) -> DigestMethod {
        let (costs, clock) = (costs, clock)
        return DigestMethod(
            name: "model", algorithm: algorithm, teamSize: costs.hashBytesPerSecond.count,
            begin: { ModelledDigest(algorithm, costs, clock) },
            updateTeam: { team in unsafe clock.charge(costs.hash(team.map { unsafe $0.bytes.count })) },
            interleaved: InterleavedDigests(
                begin: { unsafe Self.lend($0, &$1) },
                end: { team, pairs in unsafe clock.charge(costs.hash(Self.byteCountsLeft(team, pairs))) }))
    }

    private static func lend(_ team: UnsafeMutableBufferPointer<DigestLane>, _ pairs: inout [HashPair]) {
        for first in stride(from: 0, to: team.count - 1, by: 2) {
            let (one, other) = unsafe (team[first], team[first + 1])
            guard let bytes = unsafe one.bytes.baseAddress, let otherBytes = unsafe other.bytes.baseAddress else {
                preconditionFailure("a segment has bytes")
            }
            // SAFETY: neither is read; pairs are advanced only by counting.
            unsafe pairs.append(
                HashPair(
                    words: (words(one), words(other)),
                    bytes: (bytes.assumingMemoryBound(to: UInt8.self), otherBytes.assumingMemoryBound(to: UInt8.self)),
                    blockCount: min(one.bytes.count, other.bytes.count) / ModelledDigest.blockByteCount))
        }
    }

    /// The number of bytes left to hash of each message of a team after its pairs were advanced.
    private static func byteCountsLeft(_ team: UnsafeMutableBufferPointer<DigestLane>, _ pairs: [HashPair]) -> [Int] {
        var byteCounts = team.map { unsafe $0.bytes.count }
        for index in pairs.indices {
            // A digest without a partner is in a pair with one whose result is not used.
            let places = (2 * index)..<min(2 * index + 2, byteCounts.count)
            let lentBlockCount = (byteCounts[places].min() ?? 0) / ModelledDigest.blockByteCount
            let hashedByteCount = (lentBlockCount - pairs[index].blockCount) * ModelledDigest.blockByteCount
            for place in places { byteCounts[place] -= hashedByteCount }
        }
        return byteCounts
    }

    private static func words(_ lane: DigestLane) -> UnsafeMutablePointer<UInt32> {
        guard let digest = lane.digest as? ModelledDigest else { preconditionFailure("a lane of another digest") }
        return unsafe digest.words
    }
}

private final class ModelledDigest: StreamDigest {
    static let blockByteCount = 64
    let algorithm: DigestAlgorithm
    // SAFETY: freed in `deinit`, and never read; a pair needs their addresses.
    let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 8)
    private let costs: BlockCosts
    private let clock: ModelClock

    init(_ algorithm: DigestAlgorithm, _ costs: BlockCosts, _ clock: ModelClock) {
        self.algorithm = algorithm
        self.costs = costs
        self.clock = clock
    }

    deinit { unsafe words.deallocate() }

    func update(_ bytes: RawSpan) { clock.charge(costs.hash([bytes.byteCount])) }

    func finish() -> ContentDigest {
        ContentDigest(algorithm, bytes: Array(repeating: 0, count: algorithm.byteCount))
    }
}
