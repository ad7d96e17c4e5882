// layerverify: tests of the roofline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerBench
import LayerModel
import LayerVerify
import Testing

@Suite struct RooflineTests {
    /// 1 MiB; in this unit all speeds are round numbers.
    static let unit: UInt64 = 1 << 20

    static let speeds = KernelSpeeds([
        Kernel(.read, "pread"): 1000 * Double(unit),
        Kernel(.decode(.gzip), "one"): 100 * Double(unit),
        Kernel(.decode(.gzip), "one", teamSize: 4): 160 * Double(unit),
        Kernel(.decode(.gzip), "faster but unused", isFastPath: false): 900 * Double(unit),
        Kernel(.hash(.sha256), "lanes"): 200 * Double(unit),
        Kernel(.hash(.sha256), "lanes", teamSize: 4): 400 * Double(unit),
    ])

    static func gzip(_ path: String, _ units: UInt64, uncompressed: UInt64) -> Workload.Blob {
        Workload.Blob(
            path: path, compression: .gzip, byteCount: units * unit, uncompressedByteCount: uncompressed * unit,
            algorithms: [.sha256], uncompressedAlgorithms: [.sha256])
    }

    static func isNear(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) < 1e-9 } ?? false
    }

    @Test func termsUseTheFastestKernelOfThePipeline() throws {
        let workload = Workload((0..<8).map { Self.gzip("\($0)", 100, uncompressed: 200) })
        let roofline = try #require(Roofline(workload, Self.speeds, jobCount: 2))
        #expect(roofline.terms.map { $0.kernel.work } == [.read, .decode(.gzip), .hash(.sha256)])
        #expect(roofline.terms.map { $0.kernel.teamSize } == [1, 4, 4])
        #expect(roofline.terms.map { $0.byteCount } == [800, 1600, 2400].map { $0 * Self.unit })
        #expect(zip(roofline.terms, [0.8, 10, 6]).allSatisfy { Self.isNear($0.seconds, $1) })
        #expect(Self.isNear(roofline.coreSeconds, 16.8))
        #expect(Self.isNear(roofline.seconds, 8.4))
        #expect(roofline.limit == .cores)
    }

    /// The speeds of decoding and of hashing in the gaps, and the expected times for 1 600 MiB decoded and 2 400
    /// hashed: with more gaps than needed, with fewer, and with gaps that cost more than they save.
    static let interleaved: [(decode: Double, hash: Double, seconds: [Double])] = [
        (120, 300, [0.8, 640.0 / 160, 0, 8, 0]), (140, 105, [0.8, 0, 1200.0 / 400, 1600.0 / 140, 0]),
        (60, 100, [0.8, 10, 6]),
    ]

    @Test(arguments: interleaved.indices)
    func hashingInTheGapsCountsIfItIsFaster(_ index: Int) throws {
        let (decode, hash, seconds) = Self.interleaved[index]
        var speeds = Self.speeds.bytesPerSecond
        speeds[Kernel(.decodeInterleaved(.gzip), "one", teamSize: 2)] = decode * Double(Self.unit)
        speeds[Kernel(.hashInterleaved(.sha256), "lanes", teamSize: 2)] = hash * Double(Self.unit)
        let workload = Workload((0..<8).map { Self.gzip("\($0)", 100, uncompressed: 200) })
        let roofline = try #require(Roofline(workload, KernelSpeeds(speeds), jobCount: 1))
        #expect(roofline.terms.count == seconds.count)
        #expect(zip(roofline.terms, seconds).allSatisfy { Self.isNear($0.seconds, $1) })
        let decodedByteCount = roofline.terms.reduce(0) { sum, term in
            [.decode(.gzip), .decodeInterleaved(.gzip)].contains(term.kernel.work) ? sum + term.byteCount : sum
        }
        #expect(decodedByteCount == 1_600 * Self.unit)
    }

    @Test func slowestChainOfTheLargestBlobIsTheLimit() throws {
        let workload = Workload([Self.gzip("small", 1, uncompressed: 2), Self.gzip("large", 100, uncompressed: 200)])
        let roofline = try #require(Roofline(workload, Self.speeds, jobCount: 64))
        // Reading takes 0.1 s and decoding 2 s, one after the other; hashing the output takes 1 s at the same time.
        #expect(roofline.longestChain?.path == "large")
        #expect(roofline.longestChain?.work == .decode(.gzip))
        #expect(Self.isNear(roofline.longestChain?.seconds, 2.1))
        #expect(Self.isNear(roofline.seconds, 2.1))
        #expect(roofline.limit == .largestBlob)
    }

    @Test func largestBlobThatIsCutIsLimitedByItsDigest() throws {
        var kernels = Self.speeds.bytesPerSecond
        kernels[Kernel(.decodeInPlanes(.gzip), "one")] = 90 * Double(Self.unit)
        let speeds = KernelSpeeds(kernels)
        let large = Workload([Self.gzip("large", 100, uncompressed: 200)])
        let roofline = try #require(Roofline(large, speeds, jobCount: 64))
        // Eight chunks at a time take 2.1 s / 8; the digest of 200 MiB takes 1 s.
        #expect(roofline.longestChain?.work == .hash(.sha256))
        #expect(Self.isNear(roofline.longestChain?.seconds, 1))
        #expect(roofline.coreSeconds == Roofline(large, Self.speeds, jobCount: 64)?.coreSeconds)
        // With more than two jobs a chunk has 1 MiB, and what is left after it at least half of that.
        let short = try #require(Roofline(Workload([Self.gzip("short", 1, uncompressed: 3)]), speeds, jobCount: 64))
        #expect(short.longestChain?.work == .decode(.gzip))
        #expect(Self.isNear(short.longestChain?.seconds, 0.031))
        // Content that takes eight times as long to decode as to hash.
        kernels[Kernel(.decode(.gzip), "one")] = 5 * Double(Self.unit)
        kernels[Kernel(.decode(.gzip), "one", teamSize: 4)] = 16 * Double(Self.unit)
        let slow = try #require(Roofline(large, KernelSpeeds(kernels), jobCount: 64))
        #expect(slow.longestChain?.work == .decode(.gzip))
        #expect(Self.isNear(slow.longestChain?.seconds, (0.1 + 40) / 8))
    }

    @Test func uncompressedBlobIsLimitedByItsDigest() throws {
        let plain = Workload.Blob(
            path: "plain", compression: .none, byteCount: 200 * Self.unit, uncompressedByteCount: nil,
            algorithms: [.sha256], uncompressedAlgorithms: [])
        let roofline = try #require(Roofline(Workload([plain]), Self.speeds, jobCount: 8))
        #expect(roofline.longestChain?.work == .hash(.sha256))
        #expect(Self.isNear(roofline.seconds, 1))
    }

    @Test func rooflineNeedsAllSpeeds() {
        var blob = Self.gzip("a", 1, uncompressed: 1)
        blob.compression = .zstd
        #expect(Roofline(Workload([blob]), Self.speeds, jobCount: 1) == nil)
        blob = Self.gzip("a", 1, uncompressed: 1)
        blob.algorithms = [.sha512]
        #expect(Roofline(Workload([blob]), Self.speeds, jobCount: 1) == nil)
    }

    @Test func emptyWorkloadTakesNoTime() throws {
        let roofline = try #require(Roofline(Workload([]), Self.speeds, jobCount: 1))
        #expect(roofline.seconds == 0)
        #expect(roofline.longestChain == nil)
    }

    @Test func streamInATeamMayBeFasterThanAlone() {
        let speeds = KernelSpeeds([Kernel(.read, "a"): 10, Kernel(.read, "b", teamSize: 2): 24])
        #expect(speeds.alone(.read) == 12)
        #expect(speeds.fastest(.read)?.kernel.implementation == "b")
    }

    @Test func invalidSpeedsAreIgnored() {
        #expect(KernelSpeeds([Kernel(.read, "a"): 0, Kernel(.read, "b"): .infinity]).bytesPerSecond.isEmpty)
    }

    @Test func speedupAndEfficiencyAreRelativeToTheFewestJobs() throws {
        let scaling = try [(2, 6.0), (4, 4.0)].map { jobs, seconds in
            BenchReport.Scaling(jobCount: jobs, seconds: try #require(Spread([seconds])), roofline: nil)
        }
        let report = BenchReport(outcome: .verified, scaling: scaling)
        #expect(report.speedup(scaling[1]) == 1.5)
        #expect(report.efficiency(scaling[1]) == 0.75)
        #expect(report.efficiency(scaling[0]) == 1)
    }

    static let medians: [([Double], Double)] = [([3], 3), ([4, 1, 3], 3), ([4, 1, 3, 2], 2.5)]

    @Test(arguments: medians)
    func medianIsTheMiddleValue(_ values: [Double], _ median: Double) throws {
        let spread = try #require(Spread(values))
        #expect(spread.median == median)
        #expect(spread.minimum == values.min())
        #expect(spread.maximum == values.max())
    }

    @Test func spreadNeedsValues() { #expect(Spread([]) == nil) }
}
