// layerverify: measuring kernels.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerPipeline
import LayerSystem
package import SystemPackage

/// A kernel and its speed in each round.
package struct MeasuredKernel: Hashable, Sendable {
    package let kernel: Kernel
    /// Units: bytes per second.
    package let bytesPerSecond: Spread

    package init(_ kernel: Kernel, bytesPerSecond: Spread) {
        self.kernel = kernel
        self.bytesPerSecond = bytesPerSecond
    }
}

extension KernelSpeeds {
    /// Takes the medians of measurements.
    package init(_ measured: [MeasuredKernel]) {
        self.init(Dictionary(measured.map { ($0.kernel, $0.bytesPerSecond.median) }) { first, _ in first })
    }
}

/// Measures every kernel of the registries on the calling thread: each codec and each digest method with one stream,
/// with the number of streams that is best for it, and with the powers of two between; the reference digests; reading;
/// and what reading one member in several chunks takes.
///
/// Data pass through blocks as in the pipeline: input is read into a block before the clock starts, and output goes to
/// the next one of a ring of blocks.
///
/// ## Concurrency
/// Used from one thread. It owns its memory.
package final class KernelBench {
    let sample: DataSample
    private let ring: UnsafeMutableRawBufferPointer
    /// The second planes of the blocks of the ring.
    private let secondRing: UnsafeMutableRawBufferPointer
    private let inputs: UnsafeMutableRawBufferPointer
    /// Two messages to hash in the gaps of decoding, each longer than what is hashed while a block is decoded.
    private let messages: UnsafeMutableRawBufferPointer
    private var nextBlock = 0
    /// The places at which members of the sample are cut; nil until they are looked for.
    var cutPlaces: [CutPlace]?
    private let measures = Measure.all
    /// For each of `measures` the speed in every round, and the total time of the rounds.
    private var speeds: [[Double]]
    private var spent: [Duration]

    static let blockByteCount = PipelineOptions.blockByteCount
    /// 4 MiB: about the number of blocks that a run with two jobs uses at a time (four blobs with up to eight waiting
    /// blocks).
    static let ringCount = 32
    private static let messageByteCount = 4 * blockByteCount
    /// The minimum duration of a round; not measured: a thousand times the cost of reading the clock around each block.
    private static let roundDuration = Duration.milliseconds(20)
    /// The total time after which a kernel is not measured any more: on a large image a single round processes all of
    /// its data.
    private let enoughDuration: Duration
    private static let enoughDecisiveDuration = Duration.seconds(20)

    package init(_ sample: DataSample, enough: Duration = .seconds(3)) {
        self.sample = sample
        enoughDuration = enough
        speeds = Array(repeating: [], count: measures.count)
        spent = Array(repeating: .zero, count: measures.count)
        // SAFETY: all are freed only by `deinit`.
        ring = .allocate(byteCount: Self.ringCount * Self.blockByteCount, alignment: 4096)
        secondRing = .allocate(byteCount: Self.ringCount * Self.blockByteCount, alignment: 4096)
        inputs = .allocate(byteCount: Self.maximumTeamSize * Self.blockByteCount, alignment: 4096)
        messages = .allocate(byteCount: 2 * Self.messageByteCount, alignment: 4096)
        fillRing()
        messages.copyMemory(from: UnsafeRawBufferPointer(rebasing: ring[..<messages.count]))
    }

    deinit {
        ring.deallocate()
        secondRing.deallocate()
        inputs.deallocate()
        messages.deallocate()
    }

    private static var maximumTeamSize: Int { Codecs.all.reduce(1) { max($0, $1.teamSize) } }

    /// All kernels that can be measured, in the order of the registries.
    package static var kernels: [Kernel] { Measure.all.map { $0.kernel } }

    /// Measures each kernel once more. Whole runs are measured between the rounds, so that other load on the machine
    /// affects all of them.
    ///
    /// On a large image a round of one kernel takes seconds. A kernel is skipped after three seconds in total, or after
    /// twenty if it is one of the `decisive` ones.
    ///
    /// Throws: the `Errno` of reading the sample's blobs.
    package func measureRound(decisive: Set<Kernel>, isCancelled: () -> Bool) throws(Errno) {
        for (index, measure) in measures.enumerated() {
            let enough = decisive.contains(measure.kernel) ? Self.enoughDecisiveDuration : enoughDuration
            guard spent[index] < enough else { continue }
            guard !isCancelled() else { break }
            let start = ContinuousClock.now
            defer { spent[index] += ContinuousClock.now - start }
            if let speed = try speed(of: measure, isCancelled) { speeds[index].append(speed) }
        }
    }

    /// The measurements so far; kernels without data are left out.
    package var measured: [MeasuredKernel] {
        zip(measures, speeds).compactMap { measure, speeds in
            Spread(speeds).map { MeasuredKernel(measure.kernel, bytesPerSecond: $0) }
        }
    }

    /// A number of bytes, and the time they took.
    struct Pass {
        var byteCount = 0
        var duration = Duration.zero
        /// The number of bytes that were hashed in the gaps.
        var hashedByteCount = 0
    }

    private func speed(of measure: Measure, _ isCancelled: () -> Bool) throws(Errno) -> Double? {
        var round = Pass()
        while round.duration < Self.roundDuration, !isCancelled() {
            var pass: Pass
            switch measure.method {
            case .read: pass = try read()
            case .decode(let codec):
                pass = try decode(codec, teamSize: measure.kernel.teamSize, isCancelled)
            case .hash(let method): pass = hash(method, teamSize: measure.kernel.teamSize)
            case .decodeInterleaved(let codec, let interleaved, let method):
                pass = try decode(
                    codec, teamSize: codec.hashingTeamSize ?? 1, hashing: (interleaved, method), isCancelled)
            case .hashInterleaved(let codec, let interleaved, let method):
                pass = try decode(
                    codec, teamSize: codec.hashingTeamSize ?? 1, hashing: (interleaved, method), isCancelled)
                pass.byteCount = pass.hashedByteCount
            case .decodeInPlanes(let codec):
                let streams = try places(codec).map { Stream($0) }
                pass = try decode(codec, streams, teamSize: measure.kernel.teamSize, isCancelled)
            case .findBlocks(let codec): pass = try findCuts(codec).pass
            case .resolve(let codec): pass = try resolve(codec, isCancelled)
            }
            guard pass.byteCount > 0, pass.duration > .zero, !isCancelled() else { return nil }
            round.byteCount += pass.byteCount
            round.duration += pass.duration
        }
        guard round.duration >= Self.roundDuration else { return nil }
        return Double(round.byteCount) / (round.duration / .seconds(1))
    }

    // MARK: Blocks

    func block(_ index: Int, of memory: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        // SAFETY: the slice is checked against the memory, which lives as long as this object.
        UnsafeMutableRawBufferPointer(
            rebasing: memory[index * Self.blockByteCount..<(index + 1) * Self.blockByteCount])
    }

    private func takeBlock() -> UnsafeMutableRawBufferPointer { takePlanes().first }

    /// A block, and that of its second plane.
    func takePlanes() -> (first: UnsafeMutableRawBufferPointer, second: UnsafeMutableRawBufferPointer) {
        defer { nextBlock = (nextBlock + 1) % Self.ringCount }
        return (block(nextBlock, of: ring), block(nextBlock, of: secondRing))
    }

    /// The block for the input of a stream of a team.
    func inputBlock(_ slot: Int) -> UnsafeMutableRawBufferPointer { block(slot, of: inputs) }

    /// Fills the ring with repetitions of the uncompressed sample.
    private func fillRing() {
        let source = sample.uncompressed
        source.withUnsafeBytes { bytes in
            var offset = 0
            while offset < ring.count, !bytes.isEmpty {
                let count = min(bytes.count, ring.count - offset)
                // SAFETY: `count` is at most what is left of either.
                UnsafeMutableRawBufferPointer(rebasing: ring[offset..<offset + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                offset += count
            }
        }
    }

    // MARK: Kernels

    /// Reads the blobs of the sample, up to 16 MiB of each.
    private func read() throws(Errno) -> Pass {
        let limit: UInt64 = 16 << 20
        var byteCount = 0
        let start = ContinuousClock.now
        for reader in sample.readers {
            var offset: UInt64 = 0
            while offset < min(limit, reader.byteCount) {
                let count = try reader.read(into: takeBlock(), at: offset)
                guard count > 0 else { break }
                offset += UInt64(byteCount: count)
                byteCount += count
            }
        }
        return Pass(byteCount: byteCount, duration: ContinuousClock.now - start)
    }

    /// Hashes each block of the ring once.
    private func hash(_ method: DigestMethod, teamSize: Int) -> Pass {
        let digests = (0..<teamSize).map { _ in method.begin() }
        var lanes: [DigestLane] = []
        var byteCount = 0
        let start = ContinuousClock.now
        for _ in 0..<max(Self.ringCount / teamSize, 1) {
            lanes.removeAll(keepingCapacity: true)
            for digest in digests {
                let bytes = UnsafeRawBufferPointer(takeBlock())
                lanes.append(DigestLane(digest: digest, bytes: bytes))
                byteCount += bytes.count
            }
            // SAFETY: only decoders write to the blocks, and none runs at this time.
            lanes.withUnsafeMutableBufferPointer { method.update($0) }
        }
        return Pass(byteCount: byteCount, duration: ContinuousClock.now - start)
    }

    /// A stream that is being decoded.
    struct Stream {
        let source: DataSample.Stream
        var offset: UInt64 = 0
        /// Where its input ends.
        let endOffset: UInt64
        /// For one that begins at a block inside a member, the number of used bits of its first byte.
        var usedBits: Int?

        init(_ source: DataSample.Stream) {
            self.source = source
            endOffset = source.byteCount
        }

        init(_ place: CutPlace) {
            source = place.source
            offset = place.bit / 8
            endOffset = place.endOffset
            usedBits = Int(place.bit % 8)
        }
    }

    /// Decodes the streams of the sample, `teamSize` at a time, and stops when fewer are left. With `hashing` it also
    /// hashes in the gaps as much as the codec has time for.
    func decode(
        _ codec: Codec, teamSize: Int, hashing: (interleaved: InterleavedDigests, method: DigestMethod)? = nil,
        _ isCancelled: () -> Bool = { false }
    ) throws(Errno) -> Pass {
        let streams = (sample.streams[codec.compression] ?? []).filter { $0.byteCount > 0 }.map { Stream($0) }
        return try decode(codec, streams, teamSize: teamSize, hashing: hashing, isCancelled)
    }

    /// The same for some streams, of which those that begin in two planes end when they have become one.
    private func decode(
        _ codec: Codec, _ all: [Stream], teamSize: Int,
        hashing: (interleaved: InterleavedDigests, method: DigestMethod)? = nil, _ isCancelled: () -> Bool
    ) throws(Errno) -> Pass {
        var waiting = all
        guard let first = waiting.first else { return Pass() }
        while waiting.count < teamSize { waiting.append(first) }
        waiting.reverse()
        var streams: [Stream] = []
        var lanes: [DecodeLane] = []
        var pass = Pass()
        while !isCancelled() {
            for index in streams.indices {
                guard try !prepare(&lanes[index], &streams[index], slot: index) else { continue }
                guard let next = waiting.popLast() else { return pass }
                streams[index] = next
                lanes[index] = begin(codec, next)
            }
            while streams.count < teamSize {
                guard let next = waiting.popLast() else { return pass }
                streams.append(next)
                lanes.append(begin(codec, next))
            }
            for index in streams.indices { _ = try prepare(&lanes[index], &streams[index], slot: index) }
            let roomBefore = lanes.reduce(0) { $0 + $1.output.count }
            let inputBefore = lanes.reduce(0) { $0 + $1.input.count }
            var pairs: [HashPair] = []
            var digests = hashing.map { hashing in (0..<2).map { digestLane($0, hashing.method) } } ?? []
            digests.withUnsafeMutableBufferPointer { hashing?.interleaved.begin($0, &pairs) }
            let blocksBefore = pairs.reduce(0) { $0 + $1.blockCount }
            let start = ContinuousClock.now
            // SAFETY: each lane has its own input and output block until the call returns.
            lanes.withUnsafeMutableBufferPointer { lanes in
                pairs.withUnsafeMutableBufferPointer { codec.decode(lanes, hashing: $0) }
            }
            pass.duration += ContinuousClock.now - start
            pass.hashedByteCount += 2 * 64 * (blocksBefore - pairs.reduce(0) { $0 + $1.blockCount })
            let room = lanes.reduce(0) { $0 + $1.output.count }
            pass.byteCount += roomBefore - room
            // A decoder without progress has ended, unless it was only asked for pending output.
            let hasAdvanced = room < roomBefore || lanes.reduce(0, { $0 + $1.input.count }) < inputBefore
            let wantsRoom = lanes.contains { $0.status == .outputFull }
            guard hasAdvanced || wantsRoom || inputBefore == 0 else { return pass }
        }
        return pass
    }

    private func digestLane(_ index: Int, _ method: DigestMethod) -> DigestLane {
        let start = index * Self.messageByteCount
        let bytes = messages[start..<start + Self.messageByteCount]
        return DigestLane(digest: method.begin(), bytes: UnsafeRawBufferPointer(rebasing: bytes))
    }

    func begin(_ codec: Codec, _ stream: Stream) -> DecodeLane {
        DecodeLane(
            decoder: stream.usedBits.flatMap { codec.cuts?.begin($0) } ?? codec.begin(CodecOptions()),
            input: UnsafeRawBufferPointer(start: nil, count: 0),
            output: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }

    /// Ensures that a lane has input and room; returns false if its stream is used up or its decoder has stopped.
    func prepare(_ lane: inout DecodeLane, _ stream: inout Stream, slot: Int) throws(Errno) -> Bool {
        switch lane.status {
        case .needsInput, .outputFull: break
        case .trailing, .failed, .windowTooLarge, .needsMemory, .paused: return false
        }
        if lane.output.isEmpty || lane.status == .outputFull {
            let planes = takePlanes()
            lane.output = planes.first
            let isInPlanes = (lane.decoder as? any CutDecoder)?.isInPlanes == true
            lane.secondOutput = isInPlanes ? planes.second.baseAddress : nil
        }
        guard lane.input.isEmpty, lane.status == .needsInput else { return true }
        let left = ByteMath.clamp(stream.endOffset - min(stream.offset, stream.endOffset), to: Self.blockByteCount)
        let room = UnsafeMutableRawBufferPointer(rebasing: inputBlock(slot)[..<left])
        let count = left > 0 ? try stream.source.read(into: room, at: stream.offset) : 0
        guard count > 0 else { return false }
        lane.input = UnsafeRawBufferPointer(rebasing: room[..<count])
        stream.offset += UInt64(byteCount: count)
        return true
    }
}

extension KernelBench {
    /// Whether the pipeline decodes with a codec on this machine.
    static func isUsed(_ codec: Codec) -> Bool { Codecs.fast(for: codec.compression)?.name == codec.name }
}
