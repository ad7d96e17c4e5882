// layerverify: blobs without content, whose reading, decoding and hashing take no time but that of a model.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerSystem
import SystemPackage

/// Adds up what the model says the steps of an action take.
///
/// ## Concurrency
/// `spent` has its lock, since readers and codecs must be sendable; the model is one thread.
final class ModelClock: Sendable {
    /// What an action took so far.
    struct Spent {
        var nanoseconds = 0.0
        /// How often the action had the scheduler's lock for a moment.
        var noteCount = 0
    }

    private let spent = Locked(Spent())

    func charge(_ cost: Double) { spent.withLock { $0.nanoseconds += cost } }

    func noteLock() { spent.withLock { $0.noteCount += 1 } }

    /// What was charged since this was asked last.
    func take() -> Spent {
        spent.withLock { spent in
            defer { spent = Spent() }
            return spent
        }
    }
}

/// The blobs of a shape. Only the beginning of each has content: its magic and its two sizes, for the decoder to find.
struct ModelledStore: BlobOpener {
    let shape: ImageShape
    let costs: BlockCosts
    let clock: ModelClock

    func open(_ location: BlobLocation) -> OpenedBlob {
        guard case .range(_, let place, _) = location, place < shape.blobs.count else { return .missing }
        clock.charge(costs.openNanoseconds)
        // The scheduler is told how large the file is.
        clock.noteLock()
        return .opened(ModelledReader(shape.blobs[Int(place)], costs, clock))
    }

    /// The requests of the blobs of a shape, in its order.
    static func requests(_ shape: ImageShape) -> [BlobRequest] {
        shape.blobs.enumerated().map { place, blob in
            BlobRequest(
                blob: place, location: .range(root: 0, offset: UInt64(place), byteCount: 0),
                expectedByteCount: blob.compressedByteCount, digestAlgorithms: [.sha256],
                diffIDAlgorithms: [.sha256])
        }
    }
}

private final class ModelledReader: BlobReader {
    private let blob: ImageShape.Blob
    private let costs: BlockCosts
    private let clock: ModelClock

    init(_ blob: ImageShape.Blob, _ costs: BlockCosts, _ clock: ModelClock) {
        self.blob = blob
        self.costs = costs
        self.clock = clock
    }

    var byteCount: UInt64 { blob.compressedByteCount }
    var identity: FileIdentity {
        FileIdentity(device: 0, inode: 0, byteCount: byteCount, modificationNanoseconds: 0, changeNanoseconds: 0)
    }

    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        let count = ByteMath.clamp(byteCount - min(offsetBytes, byteCount), to: buffer.count)
        clock.charge(costs.read(count))
        guard offsetBytes == 0 else { return count }
        // SAFETY: the caller owns the buffer during the call; a blob has room for its sizes.
        unsafe buffer.storeBytes(of: blob.compression.modelMagic.littleEndian, as: UInt32.self)
        unsafe buffer.storeBytes(of: blob.compressedByteCount, toByteOffset: 8, as: UInt64.self)
        unsafe buffer.storeBytes(of: blob.uncompressedByteCount, toByteOffset: 16, as: UInt64.self)
        return count
    }
}

extension Compression {
    /// The first four bytes, the lowest first.
    fileprivate var modelMagic: UInt32 {
        switch self {
        case .gzip: 0x0008_8b1f
        case .zstd: 0xfd2f_b528
        case .none, .xz, .bzip2, .lz4: 0
        }
    }
}

/// Turns compressed bytes into uncompressed ones evenly from the beginning of a blob to its end, and writes none.
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

    /// Finds the sizes where the stream begins.
    func look(_ input: UnsafeRawBufferPointer) {
        guard sizes == nil else { return }
        precondition(input.count >= Int(ImageShape.Blob.minimumByteCount), "a modelled blob begins with its sizes")
        // SAFETY: the bound is checked above.
        unsafe sizes = (
            input.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            input.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        )
    }

    /// How many bytes can come out of so many, if there is no more room than that.
    func possibleByteCount(input: Int, room: Int) -> Int {
        guard let sizes else { return 0 }
        let end = Self.scale(consumedByteCount + UInt64(input), sizes.uncompressed, sizes.compressed)
        return ByteMath.clamp(end - min(end, producedByteCount), to: room)
    }

    /// Puts out so many bytes. Returns: how many of `input` that takes; all, unless there is no more room.
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

    /// A codec that takes `teamSize` streams at once and charges for them. As in the registry, one of several streams
    /// leaves a stream by itself to another one.
    func codec(_ compression: Compression, teamSize: Int) -> Codec {
        let (costs, clock) = (costs, clock)
        let alone = teamSize > 1 ? codec(compression, teamSize: 1) : nil
        return Codec(
            name: "\(compression)-\(teamSize)", compression: compression, teamSize: teamSize,
            begin: { _ in ModelledDecoder(compression, costs, clock) }, lone: { alone },
            decodeTeam: { team, _ in unsafe Self.decode(team, compression, costs, clock) })
    }

    /// All streams go on together until the first has no input or no room left.
    private static func decode(
        _ team: UnsafeMutableBufferPointer<DecodeLane>, _ compression: Compression, _ costs: BlockCosts,
        _ clock: ModelClock
    ) {
        let possible = team.map { lane in
            unsafe decoder(lane).look(lane.input)
            return unsafe decoder(lane).possibleByteCount(input: lane.input.count, room: lane.output.count)
        }
        guard let count = possible.min() else { return }
        clock.charge(costs.decode(count, lanes: team.count, compression))
        for index in team.indices {
            let lane = unsafe team[index]
            let isFull = unsafe count == lane.output.count
            // Who could have gone on stops in the middle of his input, as a decoder in lockstep does.
            let isHeldUp = possible[index] > count
            let taken = unsafe decoder(lane).advance(
                count, input: lane.input.count, isFull: isFull || isHeldUp)
            unsafe team[index].input = UnsafeRawBufferPointer(rebasing: lane.input[taken...])
            unsafe team[index].output = UnsafeMutableRawBufferPointer(rebasing: lane.output[count...])
            unsafe team[index].status = isFull ? .outputFull : .needsInput
        }
    }

    private static func decoder(_ lane: DecodeLane) -> ModelledDecoder {
        guard let decoder = lane.decoder as? ModelledDecoder else { preconditionFailure("a lane of another codec") }
        return decoder
    }

    /// A digest that hashes nothing and charges for it.
    func digest(_ algorithm: DigestAlgorithm) -> DigestMethod {
        let (costs, clock) = (costs, clock)
        return DigestMethod(
            name: "model", algorithm: algorithm, teamSize: costs.hashBytesPerSecond.count,
            begin: { ModelledDigest(algorithm, costs, clock) },
            updateTeam: { team in unsafe clock.charge(costs.hash(team.map { unsafe $0.bytes.count })) })
    }
}

private final class ModelledDigest: StreamDigest {
    let algorithm: DigestAlgorithm
    private let costs: BlockCosts
    private let clock: ModelClock

    init(_ algorithm: DigestAlgorithm, _ costs: BlockCosts, _ clock: ModelClock) {
        self.algorithm = algorithm
        self.costs = costs
        self.clock = clock
    }

    func update(_ bytes: RawSpan) { clock.charge(costs.hash([bytes.byteCount])) }

    func finish() -> ContentDigest {
        ContentDigest(algorithm, bytes: Array(repeating: 0, count: algorithm.byteCount))
    }
}
