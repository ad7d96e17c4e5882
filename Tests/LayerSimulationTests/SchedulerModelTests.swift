// layerverify: tests of the scheduler's model.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerPipeline
import LayerSimulation
import Testing

@Suite(.timeLimit(.minutes(30))) struct SchedulerModelTests {
    /// Costs in round numbers: 0.1 ns to read a byte, 1 ns to decode one and 0.5 ns to hash one, each in a single lane.
    static let costs = BlockCosts(
        readBytesPerSecond: 1e10, gzipBytesPerSecond: [1e9, 1.5e9, 1.7e9, 1.8e9], zstdBytesPerSecond: [1.5e9],
        hashBytesPerSecond: [2e9, 3e9, 3.2e9, 3.5e9], openNanoseconds: 20_000, startNanoseconds: 20_000,
        wakeNanoseconds: 5_000, handoverNanoseconds: 200)
    /// The same, but while two streams are decoded two bytes are hashed for each decoded byte.
    static let costsWithInterleaving = BlockCosts(
        readBytesPerSecond: 1e10, gzipBytesPerSecond: [1e9, 1.5e9, 1.7e9, 1.8e9], zstdBytesPerSecond: [1.5e9],
        hashBytesPerSecond: [2e9, 3e9, 3.2e9, 3.5e9],
        interleavedGzip: BlockCosts.InterleavedHashing(
            teamSize: 2, decodedBytesPerSecond: 1.2e9, hashedBytesPerSecond: 2.4e9),
        openNanoseconds: 20_000, startNanoseconds: 20_000, wakeNanoseconds: 5_000, handoverNanoseconds: 200)
    /// The same with chunks inside members.
    static let costsWithChunks: BlockCosts = {
        var costs = costsWithInterleaving
        costs.cuts = CutCosts(
            searchBytesPerSecond: 1e8, resolveBytesPerSecond: 2e9, planesFactors: [1.05, 1.2])
        return costs
    }()
    /// One layer that is long enough for chunks.
    static let longLayer = ImageShape("long", [.init(60_000_000, 160_000_000, .gzip)])
    static let transitions = TransitionCosts(each: 200)
    static let shapes = [
        ImageShape("eight", (0..<8).map { .init(2_000_000 + 10_000 * UInt64($0), 5_000_000, .gzip) }),
        ImageShape("plain", (0..<8).map { _ in .init(4_000_000, 4_000_000, .none) }),
        ImageShape("mixed", (0..<60).map { .init(1_000 + 40_000 * UInt64($0), 3_000 + 100_000 * UInt64($0), .zstd) }),
        ImageShape("one", [.init(4_000_000, 10_000_000, .gzip)]),
    ]

    @Test(arguments: shapes, [1, 3, 16])
    func everyByteIsReadAndDecodedOnce(_ shape: ImageShape, _ workers: Int) {
        let run = SchedulerModel(shape, Self.costs).run(workers: workers, teamSize: 4, transitions: Self.transitions)
        #expect(run.blobCount == shape.blobs.count)
        #expect(run.compressedByteCount == shape.compressedByteCount)
        let streams = shape.blobs.filter { $0.compression != .none }
        let decoded = streams.reduce(0) { $0 + $1.uncompressedByteCount }
        // The bytes of a small uncompressed blob also count as decoded.
        #expect(run.uncompressedByteCount >= decoded)
    }

    @Test(
        arguments: shapes + [longLayer],
        [
            (1, costs), (2, costs), (8, costs), (64, costs), (1, costsWithInterleaving), (3, costsWithInterleaving),
            (1, costsWithChunks), (5, costsWithChunks),
        ])
    func timesAddUpAndEfficiencyIsPossible(
        _ shape: ImageShape, _ machine: (workers: Int, costs: BlockCosts)
    ) {
        let workers = machine.workers
        let run = SchedulerModel(shape, machine.costs)
            .run(workers: workers, teamSize: 4, transitions: Self.transitions)
        let spent =
            run.busyNanoseconds + run.lockHeldNanoseconds + run.lockWaitNanoseconds + run.earlyIdleNanoseconds
            + run.lateIdleNanoseconds
        #expect(abs(spent / (Double(workers) * run.wallNanoseconds) - 1) < 0.02)
        #expect(run.efficiency <= 1)
        #expect(run.wallNanoseconds >= run.chainNanoseconds * 0.999)
    }

    @Test(arguments: [1, 2]) func hashingInTheGapsSavesTheExpectedTime(_ workers: Int) {
        // Neither fits into the gaps alone or into the streams alone: 40 MB are decoded, 56 MB are hashed.
        let apart = SchedulerModel(Self.shapes[0], Self.costs)
            .run(workers: workers, teamSize: 4, transitions: Self.transitions)
        let interleaved = SchedulerModel(Self.shapes[0], Self.costsWithInterleaving)
            .run(workers: workers, teamSize: 4, transitions: Self.transitions)
        #expect(abs(apart.idealNanoseconds / 1e6 - (0.16 + 1.6 + 40 / 1.8 + 56 / 3.5)) < 0.2)
        #expect(abs(interleaved.idealNanoseconds / 1e6 - (0.16 + 1.6 + 56 / 2.4 + (40 - 28) / 1.8)) < 0.2)
        #expect(interleaved.uncompressedByteCount == apart.uncompressedByteCount)
        #expect(interleaved.efficiency > 0.85)
        #expect(interleaved.wallNanoseconds < 0.9 * apart.wallNanoseconds)
    }

    @Test func oneLayerInChunksIsFasterOnFourWorkers() {
        let (whole, cut) = (
            SchedulerModel(Self.longLayer, Self.costsWithInterleaving)
                .run(workers: 4, teamSize: 4, transitions: Self.transitions),
            SchedulerModel(Self.longLayer, Self.costsWithChunks)
                .run(workers: 4, teamSize: 4, transitions: Self.transitions)
        )
        #expect(whole.cuts == CutCounts())
        #expect(whole.wallNanoseconds >= 1.8 * cut.wallNanoseconds)
        // The digest of the content is computed in order.
        #expect(cut.chainNanoseconds == 160e6 / 2e9 * 1e9)
        #expect(cut.wallNanoseconds >= cut.chainNanoseconds)
    }

    @Test(arguments: [1, 2, 3, 8, 16])
    func chunksReadAndDecodeEveryByteOnce(_ workers: Int) {
        let run = SchedulerModel(Self.longLayer, Self.costsWithChunks)
            .run(workers: workers, teamSize: 4, transitions: Self.transitions)
        #expect(run.blobCount == 1)
        #expect(run.compressedByteCount == Self.longLayer.compressedByteCount)
        #expect(run.uncompressedByteCount == Self.longLayer.uncompressedByteCount)
        #expect(run.cuts.confirmedCount > 20)
        #expect(run.cuts.confirmedCount == run.cuts.guessedCount)
    }

    @Test func wrongGuessesAreDropped() {
        var costs = Self.costsWithChunks
        costs.cuts?.wrongGuessDivisor = 5
        let run = SchedulerModel(Self.longLayer, costs).run(workers: 4, teamSize: 4, transitions: Self.transitions)
        #expect(run.uncompressedByteCount == Self.longLayer.uncompressedByteCount)
        #expect(run.cuts.droppedCount > 0 && run.cuts.confirmedCount > run.cuts.droppedCount)
        #expect(run.cuts.guessedCount == run.cuts.confirmedCount + run.cuts.droppedCount)
    }

    @Test(arguments: SchedulingPolicy.rules.filter(\.isOptional).map(\.name), [1, 3])
    func aRunEndsWithoutARuleThatMayBeLeftOut(_ name: String, _ workers: Int) {
        let rules = SchedulingPolicy.rules.filter { $0.name != name }
        #expect(rules.count == SchedulingPolicy.rules.count - 1)
        for shape in Self.shapes {
            let run = SchedulerModel(shape, Self.costsWithInterleaving)
                .run(workers: workers, teamSize: 4, transitions: Self.transitions, rules: rules)
            #expect(run.blobCount == shape.blobs.count)
        }
    }

    @Test(arguments: shapes)
    func runsAreDeterministic(_ shape: ImageShape) {
        let model = SchedulerModel(shape, Self.costs)
        let runs = (0..<2).map { _ in model.run(workers: 5, teamSize: 4, transitions: Self.transitions) }
        #expect(runs[0] == runs[1])
    }

    @Test func oneBlobIsLimitedByItsChain() {
        let run = SchedulerModel(Self.shapes[3], Self.costs).run(workers: 8, teamSize: 4, transitions: Self.transitions)
        #expect(run.limit == .largestBlob)
    }

    @Test func longTransitionsMakeTheLockTheLimit() {
        let shape = ImageShape("many", (0..<64).map { _ in .init(2_000_000, 5_000_000, .gzip) })
        let run = SchedulerModel(shape, Self.costs)
            .run(workers: 32, teamSize: 4, transitions: TransitionCosts(each: 100_000))
        #expect(run.limit == .lock)
    }

    @Test func transitionsOfTheSchedulerAreMeasured() {
        let transitions = SchedulerModel(Self.shapes[0], Self.costs).measureTransitions(workers: 4, teamSize: 4)
        #expect(TransitionCosts.Kind.allCases.contains { transitions[$0] > 0 })
    }
}

extension ImageShape: CustomTestStringConvertible {
    package var testDescription: String { name }
}
