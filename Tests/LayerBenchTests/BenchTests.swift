// layerverify: a benchmark measures everything there is.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
import LayerDigest
import LayerModel
import LayerSystem
import LayerVerify
import Testing

@testable import LayerBench

/// Over the registries: what is added to them is measured.
@Suite struct BenchTests {
    private func run(
        _ compression: LayerCompressor.Kind, jobCounts: [Int] = [1, 2], runCount: Int = 1,
        cancellation: Cancellation = Cancellation()
    ) throws -> BenchReport {
        let options = BenchOptions(
            paths: [], synthetic: SyntheticImage(compression: compression, byteCount: 1 << 20), jobCounts: jobCounts,
            runCount: runCount)
        return try Bench(options, cancellation: cancellation).run().bench
    }

    @Test func everyCodecIsMeasuredAloneAndInItsTeam() {
        for codec in Codecs.all {
            let all = KernelBench.kernels.filter { $0.implementation == codec.name }
            let found = all.filter { $0.work == .decode(codec.compression) }
            #expect(all.filter { !found.contains($0) }.allSatisfy { $0.work == .decodeBeside(codec.compression) })
            #expect(found.map { $0.teamSize }.min() == 1)
            #expect(found.map { $0.teamSize }.max() == codec.teamSize)
            let isUsed = Codecs.fast(for: codec.compression)?.name == codec.name
            #expect(found.allSatisfy { $0.isFastPath == isUsed })
        }
    }

    /// What a decoder holds back at the end of a block must not end the measurement.
    @Test func aDecoderIsMeasuredOnAllOfItsStreams() throws {
        let content = SyntheticLayer.sample(byteCount: 3 << 20)
        for codec in Codecs.all {
            let kind = try #require(LayerCompressor.Kind(codec.compression))
            let compressed = LayerCompressor.compress(content[...], kind)
            let stream = try #require(compressed)
            let bench = KernelBench(DataSample(streams: [codec.compression: [.bytes(stream), .bytes(stream)]]))
            #expect(try bench.decode(codec, teamSize: 1).byteCount == 2 * content.count, "\(codec.name)")
            guard codec.teamSize > 1 else { continue }
            #expect(try bench.decode(codec, teamSize: 2).byteCount == 2 * content.count, "two of \(codec.name)")
        }
    }

    /// What is not ASCII in the way there, too: else the folder would be made in one place and looked for in another.
    @Test func aFolderIsMadeWhereItIsLookedFor() throws {
        let parent = try BenchFolder(in: nil)
        try parent.makeFolder("ä ö 層")
        let place = parent.path + "/ä ö 層"
        let folder = try BenchFolder(in: place)
        #expect(folder.path.hasPrefix(place + "/layerverify-bench-"))
        try folder.write([1], to: "file")
        folder.remove()
        #expect(rmdir(place) == 0, "nothing is left in it")
    }

    @Test func anEmptyVariableIsNoPlace() {
        #expect(BenchFolder.place(temporary: "") == "/tmp")
        #expect(BenchFolder.place(temporary: nil) == "/tmp")
        #expect(BenchFolder.place(temporary: "/var/tmp") == "/var/tmp")
    }

    /// In a process of its own, which a signal ends that nobody handles.
    @Test func theFolderIsAmongWhatAProcessThatEndsAtOnceRemoves() async {
        let place = "/tmp/layerverify-ending-\(getpid())"
        #expect(mkdir(place, 0o755) == 0)
        await #expect(processExitsWith: .signal(SIGUSR1)) {
            let place = "/tmp/layerverify-ending-\(getppid())"
            let (ended, done) = (try BenchFolder(in: place), try BenchFolder(in: place))
            try ended.makeFolder("blobs")
            try ended.write([1, 2, 3], to: "blobs/file")
            done.remove()
            mkdir(done.path, 0o755)
            symlink(done.path, place + "/done")
            // To the process: the thread of a test may have signals blocked.
            kill(getpid(), SIGUSR1)
            sleep(10)
        }
        // What was forgotten is no longer looked at.
        let isLeft = realpath(place + "/done", nil).map { path in
            defer { free(path) }
            return rmdir(path) == 0
        }
        #expect(isLeft == true)
        unlink(place + "/done")
        #expect(rmdir(place) == 0, "the folder is gone with what was in it")
    }

    @Test func everyDigestIsMeasuredAloneInItsTeamAndByTheReference() {
        for method in DigestAlgorithms.all {
            let found = KernelBench.kernels.filter { $0.work == .hash(method.algorithm) }
            let used = found.filter { $0.isFastPath }
            #expect(used.allSatisfy { $0.implementation == method.name })
            #expect(used.map { $0.teamSize }.min() == 1)
            #expect(used.map { $0.teamSize }.max() == method.teamSize)
            let reference = referenceDigestMethod(for: method.algorithm).name
            #expect(found.contains { $0.implementation == reference && $0.teamSize == 1 })
        }
    }

    @Test(arguments: LayerCompressor.Kind.allCases)
    func everyKernelGetsASpeedWhateverTheImageIs(_ compression: LayerCompressor.Kind) throws {
        let report = try run(compression)
        #expect(report.outcome == .verified)
        #expect(report.kernels.map { $0.kernel } == KernelBench.kernels)
        #expect(report.kernels.allSatisfy { $0.bytesPerSecond.minimum > 0 })
        #expect(report.scaling.map { $0.jobCount } == [1, 2])
        for entry in report.scaling {
            #expect(entry.seconds.values.count == 1)
            let roofline = try #require(entry.roofline)
            #expect(roofline.jobCount == entry.jobCount)
            let works = roofline.terms.map { $0.kernel.work }
            let decoding: [Kernel.Work] = compression == .none ? [] : [.decode(compression == .gzip ? .gzip : .zstd)]
            // Whether hashing in the gaps of decoding is worth it depends on the machine.
            let alone: [Kernel.Work] = [.read] + decoding + [.hash(.sha256)]
            #expect(Array(works.prefix(alone.count)) == alone)
            let inGaps: [Kernel.Work] = [.decodeBeside(.gzip), .hashBeside(.sha256)]
            #expect(works.dropFirst(alone.count).allSatisfy { inGaps.contains($0) })
        }
        // The bytes of the roofline are those that were read: layers as they lie, and what they decode to.
        let image = try #require(report.image)
        let terms = try #require(report.scaling[0].roofline?.terms)
        let hashed = terms.filter { [.hash(.sha256), .hashBeside(.sha256)].contains($0.kernel.work) }
            .reduce(0) { $0 + $1.byteCount }
        let wanted = image.byteCount + (compression == .none ? 0 : image.uncompressedByteCount)
        // Each term is rounded down.
        #expect(wanted - hashed <= 1)
        let text = report.text()
        for kernel in KernelBench.kernels { #expect(text.contains(kernel.implementation)) }
    }

    @Test func everyRoundHasAllKernelsAndARunWithEachNumberOfJobs() throws {
        let report = try run(.gzip, runCount: 2)
        #expect(report.kernels.map { $0.kernel } == KernelBench.kernels)
        #expect(report.kernels.allSatisfy { $0.bytesPerSecond.values.count == 2 })
        #expect(report.scaling.map { $0.seconds.values.count } == [2, 2])
    }

    @Test func aKernelThatHadEnoughTimeIsMeasuredOnlyIfItIsDecisive() throws {
        let content = SyntheticLayer.sample(byteCount: 1 << 20)
        let compressed = LayerCompressor.compress(content[...], .gzip)
        let sample = DataSample(streams: [.gzip: [.bytes(try #require(compressed))]])
        let decisive = try #require(KernelBench.kernels.first { $0.work == .decode(.gzip) })
        let bench = KernelBench(sample, enough: .zero)
        try bench.measureRound(decisive: [decisive], isCancelled: { false })
        #expect(bench.measured.map { $0.kernel } == [decisive])
    }

    @Test func aCancelledBenchmarkMeasuresNothing() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let report = try run(.gzip, cancellation: cancellation)
        #expect(report.outcome == .undetermined)
        #expect(report.kernels.isEmpty)
        #expect(report.scaling.isEmpty)
    }
}
