// layerverify: tests of the measurements of a benchmark.
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

/// The tests iterate over the registries, so that they cover new entries.
@Suite struct BenchTests {
    private func run(
        _ compression: LayerCompressor.Kind, jobCounts: [Int] = [1, 2], runCount: Int = 1,
        cancellation: Verifier.Cancellation = Verifier.Cancellation()
    ) throws -> BenchReport {
        let options = BenchOptions(
            paths: [], synthetic: SyntheticImage(compression: compression, byteCount: 1 << 20), jobCounts: jobCounts,
            runCount: runCount)
        return try Bench(options, cancellation: cancellation).run().bench
    }

    @Test func codecsAreMeasuredAloneAndInTeams() {
        for codec in Codecs.all {
            let all = KernelBench.kernels.filter { $0.implementation == codec.name }
            let found = all.filter { $0.work == .decode(codec.compression) }
            let others: [Kernel.Work] = [
                .decodeInterleaved(codec.compression), .decodeInPlanes(codec.compression),
                .findBlocks(codec.compression), .resolve(codec.compression),
            ]
            #expect(all.filter { !found.contains($0) }.allSatisfy { others.contains($0.work) })
            #expect(found.map { $0.teamSize }.min() == 1)
            #expect(found.map { $0.teamSize }.max() == codec.teamSize)
            let isUsed = Codecs.fast(for: codec.compression)?.name == codec.name
            #expect(found.allSatisfy { $0.isFastPath == isUsed })
        }
    }

    /// Output that a decoder holds back at the end of a block must not end the measurement.
    @Test func decoderIsMeasuredWithAllStreams() throws {
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

    @Test func blocksAreFoundInSamplesAndDecodedInPlanes() throws {
        let content = SyntheticLayer.sample(byteCount: 8 << 20)
        let compressed = LayerCompressor.compress(content[...], .gzip)
        let stream = try #require(compressed)
        let codec = try #require(Codecs.all.first { $0.cuts != nil })
        let bench = KernelBench(DataSample(streams: [.gzip: [.bytes(stream)]]))
        let found = try bench.findCuts(codec)
        // At each MiB, unless the stream ends soon.
        #expect(found.places.count >= (stream.count - (256 << 10)) >> 20 && found.places.count >= 2)
        #expect(found.pass.byteCount > 0)
        for (index, place) in found.places.enumerated() {
            #expect(((index + 1) << 20..<(index + 1) << 20 + (256 << 10)).contains(Int(place.bit / 8)))
            // A decoder that begins there and is not at a block would fail soon.
            let decoder = try #require(codec.cuts?.begin(Int(place.bit % 8)))
            var (first, second) = ([UInt8](repeating: 0, count: 1 << 16), [UInt8](repeating: 0, count: 1 << 16))
            let status = stream.withUnsafeBytes { input in
                first.withUnsafeMutableBytes { first in
                    second.withUnsafeMutableBytes { second in
                        var lane = DecodeLane(
                            decoder: decoder, input: UnsafeRawBufferPointer(rebasing: input[Int(place.bit / 8)...]),
                            output: first, secondOutput: second.baseAddress)
                        withUnsafeMutablePointer(to: &lane) {
                            codec.decode(UnsafeMutableBufferPointer(start: $0, count: 1))
                        }
                        return lane.status
                    }
                }
            }
            #expect([.outputFull, .paused].contains(status))
        }
        #expect(try bench.resolve(codec, { false }).byteCount > 0)
    }

    /// The path also contains characters outside ASCII: otherwise the folder would be made in one place and expected in
    /// another.
    @Test func makesTheFolderInTheGivenParent() throws {
        let parent = try BenchFolder(in: nil)
        try parent.makeFolder("ä ö 層")
        let place = parent.path + "/ä ö 層"
        let folder = try BenchFolder(in: place)
        #expect(folder.path.hasPrefix(place + "/layerverify-bench-"))
        try folder.write([1], to: "file")
        folder.remove()
        #expect(rmdir(place) == 0, "nothing is left in it")
    }

    @Test func emptyVariableIsIgnored() {
        #expect(BenchFolder.place(temporary: "") == "/tmp")
        #expect(BenchFolder.place(temporary: nil) == "/tmp")
        #expect(BenchFolder.place(temporary: "/var/tmp") == "/var/tmp")
    }

    /// In its own process, which is ended by a signal without a handler.
    @Test func processEndedByASignalRemovesTheFolder() async {
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
            // To the process, because the test's thread may block signals.
            kill(getpid(), SIGUSR1)
            sleep(10)
        }
        // An unregistered folder is not removed.
        let isLeft = realpath(place + "/done", nil).map { path in
            defer { free(path) }
            return rmdir(path) == 0
        }
        #expect(isLeft == true)
        unlink(place + "/done")
        #expect(rmdir(place) == 0, "the folder is gone with what was in it")
    }

    @Test func digestsAreMeasuredAloneInTeamsAndByTheReference() {
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
    func everyKernelIsMeasuredForEveryCompression(_ compression: LayerCompressor.Kind) throws {
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
            // Whether hashing in the gaps of decoding is faster depends on the machine.
            let alone: [Kernel.Work] = [.read] + decoding + [.hash(.sha256)]
            #expect(Array(works.prefix(alone.count)) == alone)
            let inGaps: [Kernel.Work] = [.decodeInterleaved(.gzip), .hashInterleaved(.sha256)]
            #expect(works.dropFirst(alone.count).allSatisfy { inGaps.contains($0) })
        }
        // The roofline counts the bytes that were read: layers as stored, and their uncompressed bytes.
        let image = try #require(report.image)
        let terms = try #require(report.scaling[0].roofline?.terms)
        let hashed = terms.filter { [.hash(.sha256), .hashInterleaved(.sha256)].contains($0.kernel.work) }
            .reduce(0) { $0 + $1.byteCount }
        let wanted = image.byteCount + (compression == .none ? 0 : image.uncompressedByteCount)
        // Each term is rounded down.
        #expect(wanted - hashed <= 1)
        let text = report.text()
        for kernel in KernelBench.kernels { #expect(text.contains(kernel.implementation)) }
    }

    @Test func everyRoundHasAllKernelsAndNumbersOfJobs() throws {
        let report = try run(.gzip, runCount: 2)
        #expect(report.kernels.map { $0.kernel } == KernelBench.kernels)
        #expect(report.kernels.allSatisfy { $0.bytesPerSecond.values.count == 2 })
        #expect(report.scaling.map { $0.seconds.values.count } == [2, 2])
    }

    @Test func kernelWithEnoughTimeIsOnlyMeasuredIfDecisive() throws {
        let content = SyntheticLayer.sample(byteCount: 1 << 20)
        let compressed = LayerCompressor.compress(content[...], .gzip)
        let sample = DataSample(streams: [.gzip: [.bytes(try #require(compressed))]])
        let decisive = try #require(KernelBench.kernels.first { $0.work == .decode(.gzip) })
        let bench = KernelBench(sample, enough: .zero)
        try bench.measureRound(decisive: [decisive], isCancelled: { false })
        #expect(bench.measured.map { $0.kernel } == [decisive])
    }

    @Test func cancelledBenchmarkMeasuresNothing() throws {
        let cancellation = Verifier.Cancellation()
        cancellation.cancel()
        let report = try run(.gzip, cancellation: cancellation)
        #expect(report.outcome == .undetermined)
        #expect(report.kernels.isEmpty)
        #expect(report.scaling.isEmpty)
    }
}
