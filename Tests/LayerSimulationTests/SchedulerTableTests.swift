// layerverify: tests of the table of simulated runs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerBench
import LayerModel
import LayerPipeline
import LayerSimulation
import Testing

@Suite struct SchedulerTableTests {
    private static let unit = Double(1 << 20)

    private static let speeds = KernelSpeeds([
        Kernel(.read, "pread"): 1000 * unit,
        Kernel(.decode(.gzip), "one"): 100 * unit,
        Kernel(.decode(.gzip), "one", teamSize: 4): 160 * unit,
        Kernel(.decode(.gzip), "faster but unused", isFastPath: false): 900 * unit,
        Kernel(.hash(.sha256), "lanes"): 200 * unit,
        Kernel(.hash(.sha256), "lanes", teamSize: 4): 400 * unit,
    ])

    @Test func missingRatesAreInterpolated() throws {
        let costs = try #require(BlockCosts(Self.speeds))
        let unit = Self.unit
        #expect(costs.gzipBytesPerSecond == [100, 120, 140, 160].map { $0 * unit })
        #expect(costs.hashBytesPerSecond.first == 200 * unit)
        #expect(costs.hashBytesPerSecond.last == 400 * unit)
        // zstd was not measured; the rate of one gzip stream is used.
        #expect(costs.zstdBytesPerSecond == [100 * unit])
        #expect(costs.interleavedGzip == nil)
    }

    @Test func ratesOfHashingInTheGapsAreTheMeasuredOnes() throws {
        var speeds = Self.speeds.bytesPerSecond
        speeds[Kernel(.decodeInterleaved(.gzip), "one", teamSize: 2)] = 150
        speeds[Kernel(.hashInterleaved(.sha256), "lanes", teamSize: 2)] = 170
        let costs = try #require(BlockCosts(KernelSpeeds(speeds)))
        #expect(
            costs.interleavedGzip
                == BlockCosts.InterleavedHashing(teamSize: 2, decodedBytesPerSecond: 150, hashedBytesPerSecond: 170))
    }

    private static func withChunks(inPlanes: [Double]) -> KernelSpeeds {
        var speeds = Self.speeds.bytesPerSecond
        for (index, rate) in inPlanes.enumerated() {
            speeds[Kernel(.decodeInPlanes(.gzip), "one", teamSize: index + 1)] = rate * unit
        }
        speeds[Kernel(.findBlocks(.gzip), "one")] = 70 * unit
        speeds[Kernel(.resolve(.gzip), "one")] = 900 * unit
        return KernelSpeeds(speeds)
    }

    @Test func costsOfChunksAreTheMeasuredOnes() throws {
        let cuts = try #require(BlockCosts(Self.withChunks(inPlanes: [80, 100]))?.cuts)
        #expect(cuts.searchBytesPerSecond == 70 * Self.unit)
        #expect(cuts.resolveBytesPerSecond == 900 * Self.unit)
        // One stream in one plane has 100, two have 120.
        #expect(cuts.planesFactors == [1.25, 1.2])
        #expect(BlockCosts(Self.withChunks(inPlanes: [110, 120]))?.cuts?.planesFactors == [1, 1])
        #expect(BlockCosts(Self.withChunks(inPlanes: []))?.cuts == nil)
    }

    @Test func timesWithAndWithoutChunksAreListed() throws {
        let shape = ImageShape("long", [.init(30_000_000, 80_000_000, .gzip)])
        let table = try #require(SchedulerTable(Self.withChunks(inPlanes: [80, 100])))
        let lines = table.cutText([shape]).split(separator: "\n").map { $0.split(separator: " ") }
        let rows = try ["long,", "with", "ratio"].map { name in
            try #require(lines.first { $0.first == name[...] }).compactMap { Double($0) }
        }
        #expect(rows.allSatisfy { $0.count == SchedulerTable.workerCounts.count })
        // Four workers; the times are rounded, and the costs of transitions are measured on this machine.
        #expect(abs(rows[0][2] / rows[1][2] / rows[2][2] - 1) < 0.05)
        #expect(rows[2][2] > 1.5)
        #expect(try #require(SchedulerTable(Self.speeds)).cutText([shape]).isEmpty)
    }

    @Test func tableNeedsAllKernels() {
        #expect(SchedulerTable(KernelSpeeds([Kernel(.read, "pread"): 1])) == nil)
    }

    @Test func tableHasALinePerShapeAndACellPerNumberOfWorkers() throws {
        let table = try #require(SchedulerTable(Self.speeds))
        let shapes = [
            ImageShape("one", [.init(4_000_000, 10_000_000, .gzip)]),
            ImageShape("two", (0..<20).map { _ in .init(400_000, 1_000_000, .gzip) }),
        ]
        let lines = table.text(shapes).split(separator: "\n").map { $0.split(separator: " ") }
        let one = try #require(lines.first { $0.first == "one" })
        #expect(lines.contains { $0.first == "two" })
        #expect(lines.contains { $0 == ["workers"] + SchedulerTable.workerCounts.map { Substring("\($0)") } })
        // The costs of transitions are measured on this machine, so only what they cannot change is checked: for one
        // blob the efficiency does not increase with more workers, and 128 workers have a limit. `SchedulerModelTests`
        // checks the kinds of limits.
        let shares = one.compactMap { Int($0) }
        #expect(shares.count == SchedulerTable.workerCounts.count)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(["b", "k", "l", "t"].contains(one.last))
        #expect(try #require(shares.last) <= 2)
    }

    @Test func eachOptionalRuleHasALineWithItsEffect() throws {
        var speeds = Self.speeds.bytesPerSecond
        speeds[Kernel(.decodeInterleaved(.gzip), "one", teamSize: 2)] = 120 * Self.unit
        speeds[Kernel(.hashInterleaved(.sha256), "lanes", teamSize: 2)] = 240 * Self.unit
        let table = try #require(SchedulerTable(KernelSpeeds(speeds)))
        let shape = ImageShape("eight", (0..<8).map { .init(2_000_000 + 10_000 * UInt64($0), 5_000_000, .gzip) })
        let lines = table.ruleText([shape], workers: [2]).split(separator: "\n")
        let rules = SchedulingPolicy.rules.filter(\.isOptional).map(\.name)
        for rule in rules {
            let line = try #require(lines.first { $0.contains(rule + " ") })
            let percent = try #require(line.split(separator: " ").last.flatMap { Int($0) })
            #expect(rule.hasPrefix("interleave") ? percent > 105 : (80..<200).contains(percent), "\(rule): \(percent)")
        }
    }

    @Test func recordedShapesHaveTheirSizes() {
        #expect(ImageShape.eightLayers.uncompressedByteCount == 2_692_280_320)
        #expect(ImageShape.smallBlobs.blobs.count == 100_000)
        #expect(ImageShape.smallBlobs.blobs.allSatisfy { (1 << 10...16 << 10).contains($0.compressedByteCount) })
    }
}
