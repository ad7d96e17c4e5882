// layerverify: the benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
package import LayerVerify
import SystemPackage

/// The options of a benchmark.
package struct BenchOptions: Sendable {
    /// The paths of the images; empty to measure a synthetic image.
    package var paths: [String]
    package var synthetic: SyntheticImage
    /// The folder in which the synthetic image is made; nil for `TMPDIR`.
    package var workFolder: String?
    /// The numbers of jobs to measure: one or more, each at least 1.
    package var jobCounts: [Int]
    /// The number of runs with each number of jobs, after one warm-up run, and of rounds over the kernels; at least 1.
    package var runCount: Int

    package init(
        paths: [String], synthetic: SyntheticImage = SyntheticImage(), workFolder: String? = nil, jobCounts: [Int],
        runCount: Int
    ) {
        precondition(runCount >= 1 && !jobCounts.isEmpty && jobCounts.allSatisfy { $0 >= 1 }, "something to measure")
        self.paths = paths
        self.synthetic = synthetic
        self.workFolder = workFolder
        self.jobCounts = jobCounts
        self.runCount = runCount
    }
}

/// Measures the kernels separately and whole runs on one image, and computes how close the runs are to the limit that
/// the kernels set (`Roofline`).
package struct Bench {
    package let options: BenchOptions
    package let cancellation: Verifier.Cancellation
    /// Receives a message for people before each step.
    package let observer: (String) -> Void

    package init(
        _ options: BenchOptions, cancellation: Verifier.Cancellation, observer: @escaping (String) -> Void = { _ in }
    ) {
        self.options = options
        self.cancellation = cancellation
        self.observer = observer
    }

    /// Runs the benchmark. A synthetic image is removed before it returns.
    ///
    /// Returns: the measurements, and the report of verifying the image; nil if the benchmark was interrupted before
    /// that.
    ///
    /// Throws: `BenchError` if the image cannot be made, or cannot be read although it was verified.
    package func run() throws(BenchError) -> (bench: BenchReport, verification: Verification?) {
        guard options.paths.isEmpty else { return try measure(options.paths) }
        let folder = try BenchFolder(in: options.workFolder)
        defer { folder.remove() }
        observer("making \(options.synthetic.layerCount) layers in \(folder.path)")
        let cancellation = cancellation
        try options.synthetic.write(
            to: folder, jobCount: options.jobCounts.reduce(1, max), isCancelled: { cancellation.isCancelled })
        guard !cancellation.isCancelled else { return (BenchReport(outcome: .undetermined), nil) }
        return try measure([folder.path])
    }

    private func verifier(_ jobCount: Int) throws(BenchError) -> Verifier {
        do {
            return try Verifier(Verifier.Options(jobs: jobCount))
        } catch {
            throw BenchError(error.description)
        }
    }

    private func measure(_ paths: [String]) throws(BenchError) -> (bench: BenchReport, verification: Verification?) {
        observer("verifying")
        let largest = options.jobCounts.reduce(1, max)
        let (verification, work) = try verifier(largest).verifyNotingWork(paths, cancellation: cancellation)
        let workload = Workload(work)
        var report = BenchReport(outcome: verification.outcome)
        report.image = BenchReport.Image(
            paths: options.paths, layerCount: verification.summary.layerCount, byteCount: workload.byteCount,
            uncompressedByteCount: workload.uncompressedByteCount,
            compressions: Set(workload.blobs.map { $0.compression }).sorted { $0.rawValue < $1.rawValue })
        guard verification.outcome == .verified, !verification.hasInternalError else { return (report, verification) }
        observer("measuring kernels and runs in turn")
        let kernelBench: KernelBench
        do throws(Errno) {
            kernelBench = KernelBench(try DataSample(work))
        } catch {
            throw Self.unreadable(error)
        }
        var seconds: [Int: [Double]] = [:]
        let (before, start) = (MachineUse.now(), ContinuousClock.now)
        for _ in 0..<options.runCount {
            try measureRound(kernelBench, workload)
            try measureRuns(paths, &seconds)
        }
        report.kernels = kernelBench.measured
        let speeds = KernelSpeeds(report.kernels)
        report.scaling = seconds.sorted { $0.key < $1.key }.compactMap { jobCount, seconds in
            Spread(seconds).map {
                BenchReport.Scaling(
                    jobCount: jobCount, seconds: $0, roofline: Roofline(workload, speeds, jobCount: jobCount))
            }
        }
        report.noise = BenchNoise(
            report, before: before, after: .now(), seconds: (ContinuousClock.now - start) / .seconds(1))
        if cancellation.isCancelled { report.outcome = .undetermined }
        return (report, verification)
    }

    /// Measures one round of all kernels. Those that limit the runs, by the measurements so far, may take more time in
    /// total.
    private func measureRound(_ kernelBench: KernelBench, _ workload: Workload) throws(BenchError) {
        let roofline = Roofline(workload, KernelSpeeds(kernelBench.measured), jobCount: 1)
        let decisive = Set(roofline?.terms.map(\.kernel) ?? [])
        do throws(Errno) {
            try kernelBench.measureRound(decisive: decisive, isCancelled: { cancellation.isCancelled })
        } catch {
            throw Self.unreadable(error)
        }
    }

    /// Measures one run with each number of jobs.
    private func measureRuns(_ paths: [String], _ seconds: inout [Int: [Double]]) throws(BenchError) {
        for jobCount in options.jobCounts {
            let run = try verifier(jobCount).verifyBlocking(
                imagesIn: paths.map { .path($0) }, cancellation: cancellation)
            guard !cancellation.isCancelled else { return }
            guard run.outcome == .verified else { throw BenchError("the image changed while it was measured") }
            seconds[jobCount, default: []].append(run.summary.seconds)
        }
    }

    private static func unreadable(_ error: Errno) -> BenchError { BenchError("cannot read the image: \(error)") }
}
