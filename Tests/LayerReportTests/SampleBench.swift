// layerverify: a benchmark with every member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerBench
import LayerModel
import LayerVerify
import Testing

enum SampleBench {
    /// A benchmark with fixed figures, compared with itself.
    static func full() throws -> BenchReport {
        let kernels = [
            Kernel(.read, "pread"), Kernel(.decode(.gzip), "isal", teamSize: 2),
            Kernel(.decode(.gzip), "zlib", isFastPath: false), Kernel(.hash(.sha256), "OpenSSL"),
        ]
        let speeds = KernelSpeeds(Dictionary(uniqueKeysWithValues: kernels.map { ($0, 1e6) }))
        let spread = try #require(Spread([1, 2, 3]))
        let blob = Workload.Blob(
            path: "blobs/a", compression: .gzip, byteCount: 1000, uncompressedByteCount: 2000, algorithms: [.sha256],
            uncompressedAlgorithms: [.sha256])
        let workloads = [Workload([blob]), Workload([])]
        var full = BenchReport(
            outcome: .verified,
            image: BenchReport.Image(
                paths: ["a"], layerCount: 1, byteCount: 1000, uncompressedByteCount: 2000, compressions: [.gzip]),
            kernels: kernels.map { MeasuredKernel($0, bytesPerSecond: spread) },
            scaling: workloads.enumerated().map { index, workload in
                BenchReport.Scaling(
                    jobCount: index + 1, seconds: spread, roofline: Roofline(workload, speeds, jobCount: index + 1))
            } + [BenchReport.Scaling(jobCount: 3, seconds: spread, roofline: nil)])
        let before = MachineUse(busySeconds: 1, stolenSeconds: 0, throttledSeconds: 0, thermalEventCount: 0)
        full.noise = BenchNoise(full, before: before, after: before, seconds: 1)
        full.comparison = BenchComparison(full, with: try BenchBaseline(path: "a", bytes: Array(full.json().utf8)))
        return full
    }
}
