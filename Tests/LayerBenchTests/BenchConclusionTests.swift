// layerverify: tests of what a benchmark says about the machine.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerVerify
import Testing

@testable import LayerBench

@Suite struct BenchConclusionTests {
    private static let decode = Kernel(.decode(.gzip), "lanes", teamSize: 2)
    private static let hash = Kernel(.hash(.sha256), "OpenSSL")

    /// 1 GB of tar in 250 MB of gzip; decoding and hashing take 2.25 seconds of one core.
    private func report(_ seconds: [Int: [Double]], decoding: [Double] = [1e9, 1e9, 1e9]) throws -> BenchReport {
        let kernels = [
            MeasuredKernel(Kernel(.read, "pread"), bytesPerSecond: try #require(Spread([1e12]))),
            MeasuredKernel(Self.decode, bytesPerSecond: try #require(Spread(decoding))),
            MeasuredKernel(Self.hash, bytesPerSecond: try #require(Spread([1e9, 1e9, 1e9]))),
        ]
        let blobs = (0..<10).map {
            Workload.Blob(
                path: "blobs/\($0)", compression: .gzip, byteCount: 25_000_000, uncompressedByteCount: 100_000_000,
                algorithms: [.sha256], uncompressedAlgorithms: [.sha256])
        }
        var report = BenchReport(
            outcome: .verified,
            image: BenchReport.Image(
                paths: [], layerCount: 10, byteCount: 250_000_000, uncompressedByteCount: 1_000_000_000,
                compressions: [.gzip]), kernels: kernels)
        let speeds = KernelSpeeds(kernels)
        report.scaling = try seconds.sorted { $0.key < $1.key }.map { jobs, values in
            BenchReport.Scaling(
                jobCount: jobs, seconds: try #require(Spread(values)),
                roofline: Roofline(Workload(blobs), speeds, jobCount: jobs))
        }
        return report
    }

    @Test func theSentenceIsAboutTheFastestNumberOfJobs() throws {
        let report = try report([1: [4, 4, 4], 2: [2, 2, 2], 3: [2.5, 2.5, 2.5]])
        let conclusion = try #require(report.conclusion)
        #expect(conclusion.jobCount == 2)
        #expect(conclusion.bytesPerSecond == 5e8)
        #expect(conclusion.secondsPerGigabyte == 2)
        #expect(
            conclusion.sentence
                == "This machine verifies gzip images at 477 MiB/s of uncompressed layers with 2 jobs, about 2.00 s for "
                + "1 GB of them; its cores could do at most 848 MiB/s.")
        #expect(report.text().hasSuffix("\n" + conclusion.sentence + "\n"))
        #expect(BenchReport(outcome: .undetermined).conclusion == nil)
    }

    @Test func theSentenceNamesTheLargestBlobIfItIsTheLimit() throws {
        var report = try report([20: [1, 1, 1]])
        let blob = Workload.Blob(
            path: "a", compression: .gzip, byteCount: 250_000_000, uncompressedByteCount: 1_000_000_000,
            algorithms: [.sha256], uncompressedAlgorithms: [.sha256])
        let kernels = [Kernel(.read, "pread"), Kernel(.decode(.gzip), "lanes"), Self.hash]
        let speeds = KernelSpeeds([kernels[0]: 1e12, kernels[1]: 1e9, kernels[2]: 2e9])
        report.scaling[0].roofline = Roofline(Workload([blob]), speeds, jobCount: 20)
        let sentence = try #require(report.conclusion?.sentence)
        #expect(
            sentence.hasSuffix(
                "; its cores could do at most 11.5 GiB/s, but at most 953 MiB/s with this image, because several cores "
                    + "cannot share its largest blob."), "\(sentence)")
        // In chunks only the digest cannot be shared.
        let inChunks = KernelSpeeds(
            speeds.bytesPerSecond.merging([Kernel(.decodeInPlanes(.gzip), "lanes"): 8e8]) { $1 })
        report.scaling[0].roofline = Roofline(Workload([blob]), inChunks, jobCount: 20)
        let other = try #require(report.conclusion?.sentence)
        #expect(
            other.hasSuffix(
                ", but at most 1.86 GiB/s with this image, because several cores cannot share the digest of its largest "
                    + "blob."), "\(other)")
    }

    @Test func theTableOfTheRooflineHasNoEmptyRows() throws {
        var report = try report([2: [2, 2, 2]])
        let blob = Workload.Blob(
            path: "a", compression: .gzip, byteCount: 1000, uncompressedByteCount: 4000, algorithms: [.sha256],
            uncompressedAlgorithms: [])
        let kernels = [
            Kernel(.read, "pread"), Kernel(.decode(.gzip), "lanes"), Self.hash,
            Kernel(.decodeInterleaved(.gzip), "lanes"),
            Kernel(.hashInterleaved(.sha256), "lanes"),
        ]
        let speeds = KernelSpeeds(Dictionary(uniqueKeysWithValues: kernels.map { ($0, 1e6) }))
        let roofline = try #require(Roofline(Workload([blob]), speeds, jobCount: 2))
        #expect(roofline.terms.contains { $0.byteCount == 0 })
        report.scaling[0].roofline = roofline
        let text = report.text()
        #expect(!text.contains(" 0 B "), "\(text)")
        let row = text.split(separator: "\n").first { $0.contains("hash-interleaved sha256") }
        #expect(row?.hasSuffix(" -") == true, "\(text)")
    }

    @Test func quietRoundsAreNotUncertain() throws {
        let use = MachineUse(busySeconds: 10, stolenSeconds: 0, cpuCount: 2, ownSeconds: 1)
        var after = use
        after.busySeconds = 15.1
        after.ownSeconds = 6
        let noise = try #require(BenchNoise(report([2: [2, 2, 2.1]]), before: use, after: after, seconds: 3))
        #expect(noise.reasons == [])
        #expect(noise.sentence == "The runs differ by 5 % at most.")
    }

    @Test func eachDisturbanceIsNamed() throws {
        let before = MachineUse(
            busySeconds: 10, stolenSeconds: 0, cpuCount: 2, ownSeconds: 1, throttledSeconds: 1, thermalEventCount: 3)
        let after = MachineUse(
            busySeconds: 16, stolenSeconds: 1, cpuCount: 2, ownSeconds: 2, throttledSeconds: 1.5, thermalEventCount: 4)
        let report = try report([2: [2, 3]], decoding: [1e9, 2e9, 1e9])
        let noise = try #require(BenchNoise(report, before: before, after: after, seconds: 10))
        #expect(noise.otherShare == 0.25)
        #expect(
            noise.reasons == [
                "2 rounds cannot show how much rounds differ", "the runs differ by 40 %",
                "the rounds of a kernel differ by 100 %", "other programs used 25 % of the CPUs",
                "the hypervisor gave 5 % of the CPUs to other machines",
                "the CPU limit of the control group stopped the process for 0.500 s",
                "the CPUs became too hot and reduced their frequency",
            ])
        #expect(noise.sentence.hasPrefix("The figures are uncertain: 2 rounds cannot"))
    }

    @Test func countersAreReadFromTheSystem() {
        let stat = """
            cpu  100 20 30 4000 50 6 7 80 9 9
            cpu0 50 10 15 2000 25 3 3 40 0 0
            cpu1 50 10 15 2000 25 3 4 40 0 0
            intr 1 2 3
            """
        let use = MachineUse(stat: stat, ticksPerSecond: 100)
        #expect(use.cpuCount == 2)
        #expect(use.busySeconds == 1.63)
        #expect(use.stolenSeconds == 0.8)
        #expect(MachineUse(stat: "", ticksPerSecond: 100).busySeconds == nil)
        #expect(MachineUse.throttledSeconds("usage_usec 5\nthrottled_usec 1500000\n") == 1.5)
        #expect(MachineUse.throttledSeconds("usage_usec 5\n") == nil)
        #expect(MachineUse.now().ownSeconds > 0)
    }

    @Test func anEarlierReportIsComparedBeyondItsNoise() throws {
        let earlier = try report([1: [4, 4, 4], 2: [2, 2.2, 2.4]], decoding: [1e9, 1.1e9, 1.2e9])
        let baseline = try BenchBaseline(path: "old.json", bytes: Array(earlier.json().utf8))
        let now = try report([1: [8, 8, 8], 2: [1.9, 2, 2.1], 3: [1, 1, 1]], decoding: [2e9, 2.2e9, 2.4e9])
        let comparison = BenchComparison(now, with: baseline)
        #expect(comparison.isSameImage)
        #expect(comparison.scaling.map { $0.title } == ["1 job", "2 jobs"])
        #expect(comparison.scaling.map { $0.ratio } == [0.5, 1.1])
        #expect(comparison.scaling.map { $0.change } == [.slower, .withinNoise])
        #expect(comparison.kernels.map { $0.change } == [.withinNoise, .faster, .withinNoise])
        #expect(comparison.kernels.map { $0.ratio } == [1, 2, 1])
        #expect(
            comparison.sentence == "Slower beyond the noise of both: 1 job (0.50 times). "
                + "Faster beyond the noise of both: decode gzip by lanes, 2 at once (2.00 times).")
        let same = BenchComparison(earlier, with: baseline)
        #expect(same.sentence == "Nothing is faster or slower beyond the noise of both.")
        var other = earlier
        other.image?.byteCount += 1
        #expect(BenchComparison(other, with: baseline).sentence.hasSuffix("which also makes figures differ."))
    }

    @Test func nothingIsFasterOrSlowerThanUncertainFigures() throws {
        let quiet = MachineUse(busySeconds: 1, stolenSeconds: 0, cpuCount: 2, ownSeconds: 1)
        func noted(_ report: BenchReport, isQuiet: Bool) -> BenchReport {
            var (report, after) = (report, quiet)
            after.stolenSeconds = isQuiet ? 0 : 5
            report.noise = BenchNoise(report, before: quiet, after: after, seconds: 10)
            return report
        }
        for (isEarlierQuiet, isQuiet, whose) in [
            (true, false, "this report"), (false, true, "the earlier report"), (false, false, "both reports"),
        ] {
            let earlier = noted(try report([1: [4, 4, 4]]), isQuiet: isEarlierQuiet)
            let now = noted(try report([1: [8, 8, 8]]), isQuiet: isQuiet)
            let comparison = BenchComparison(now, with: try BenchBaseline(path: "a", bytes: Array(earlier.json().utf8)))
            #expect(comparison.scaling.map { $0.change } == [.uncertain])
            #expect(Set(comparison.kernels.map { $0.change }) == [.uncertain])
            #expect(comparison.scaling.map { $0.ratio } == [0.5])
            #expect(
                comparison.sentence == "The comparison is uncertain, because the figures of \(whose) are uncertain.")
        }
        let earlier = noted(try report([1: [4, 4, 4]]), isQuiet: true)
        var now = noted(try report([1: [8, 8, 8]]), isQuiet: true)
        now.comparison = BenchComparison(now, with: try BenchBaseline(path: "a", bytes: Array(earlier.json().utf8)))
        #expect(now.comparison?.scaling.map { $0.change } == [.slower])
        let row = now.text().split(separator: "\n").first { $0.hasPrefix("  1 job ") }
        #expect(row?.split(separator: " ") == ["1", "job", "4000.0", "ms", "8000.0", "ms", "0.50", "slower"])
        #expect(now.text().contains("speed ratio: the speed now divided by the speed before; above 1 is faster"))
    }

    @Test(arguments: ["", "{", "[]", "{\"schemaVersion\":1}", "{\"schemaVersion\":1,\"kernels\":[],\"scaling\":[]}"])
    func otherDocumentsAreRefused(_ text: String) {
        #expect(throws: BenchError.self) { try BenchBaseline(path: "x", bytes: Array(text.utf8)) }
        #expect(throws: BenchError.self) { try BenchBaseline(path: "/no/such/file") }
    }
}
