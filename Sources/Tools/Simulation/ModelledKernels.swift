// layerverify: decoders and digests that compute nothing, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel

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
            cuts: compression == .gzip ? cuts : nil,
            decodeTeam: { team, pairs in
                let hashing = pairs.isEmpty ? nil : interleaved
                let planesCount = team.count { Self.decoder($0).isInPlanes }
                let factor = costs.cuts?.planesFactor(team.count, inPlanes: planesCount) ?? 1
                let count = unsafe Self.decode(team)
                guard let hashing else {
                    return clock.charge(factor * costs.decode(count, lanes: team.count, compression))
                }
                clock.charge(factor * hashing.decode(count, lanes: team.count))
                unsafe Self.hash(hashing.hashedByteCount(count, lanes: team.count), of: pairs)
            })
    }

    /// How modelled members are cut; nil if that was not measured.
    private var cuts: BlockCuts? {
        guard let cuts = costs.cuts else { return nil }
        let (costs, clock) = (costs, clock)
        return BlockCuts(
            begin: { ModelledDecoder(.gzip, costs, clock, usedBits: $0) },
            find: { bytes, range in
                guard let place = unsafe ModelledPlace(bytes, .gzip) else { return nil }
                let offsetBits = place.offsetBytes * 8
                let found = cuts.blocks.first(atOrAfterBit: offsetBits + range.lowerBound, in: place)
                let bit = min(found.map { $0 - offsetBits } ?? range.upperBound, range.upperBound)
                clock.charge(cuts.search(Int(bit - range.lowerBound) / 8))
                return bit < range.upperBound ? bit : nil
            }, beginReference: { _, _ in ModelledDecoder(.gzip, costs, clock) })
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

    /// All streams advance together until the first has no input or no room left, or must stop for another reason.
    ///
    /// Returns: the number of bytes that each of them produced.
    private static func decode(_ team: UnsafeMutableBufferPointer<DecodeLane>) -> Int {
        let reaches = team.map { lane in
            unsafe decoder(lane).reach(lane.input, room: lane.output.count, stopBit: lane.stopBit)
        }
        guard let count = reaches.map(\.byteCount).min() else { return 0 }
        for (index, reach) in reaches.enumerated() {
            let lane = unsafe team[index]
            let taken = unsafe decoder(lane).advance(reach, by: count, inputByteCount: lane.input.count)
            unsafe team[index].input = UnsafeRawBufferPointer(rebasing: lane.input[taken...])
            unsafe team[index].output = UnsafeMutableRawBufferPointer(rebasing: lane.output[count...])
            unsafe team[index].status = reach.byteCount == count ? reach.status : .needsInput
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
