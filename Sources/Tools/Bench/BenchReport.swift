// layerverify: the result of a benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerVerify

/// The result of a benchmark. After an interruption it has the measurements up to then.
package struct BenchReport: Sendable {
    /// The image that was measured.
    package struct Image: Hashable, Sendable {
        /// The paths that were given; empty for a synthetic image.
        package var paths: [String]
        package var layerCount: Int
        package var byteCount: UInt64
        package var uncompressedByteCount: UInt64
        /// The compressions of its blobs, sorted by name.
        package var compressions: [Compression]

        package init(
            paths: [String], layerCount: Int, byteCount: UInt64, uncompressedByteCount: UInt64,
            compressions: [Compression]
        ) {
            self.paths = paths
            self.layerCount = layerCount
            self.byteCount = byteCount
            self.uncompressedByteCount = uncompressedByteCount
            self.compressions = compressions
        }
    }

    /// The runs with one number of jobs.
    package struct Scaling: Hashable, Sendable {
        package var jobCount: Int
        /// The wall time of each run.
        package var seconds: Spread
        /// Nil if a kernel was not measured.
        package var roofline: Roofline?

        package init(jobCount: Int, seconds: Spread, roofline: Roofline?) {
            self.jobCount = jobCount
            self.seconds = seconds
            self.roofline = roofline
        }

        /// The ratio of the roofline to the median of the runs; 1 is the best possible value.
        package var rooflineShare: Double? { roofline.map { $0.seconds / seconds.median } }
    }

    /// The outcome of verifying the image. Nothing is measured unless it verifies.
    package var outcome: Verification.Outcome
    /// Nil if the benchmark was interrupted before the image was read.
    package var image: Image?
    package var kernels: [MeasuredKernel]
    /// Sorted by the number of jobs.
    package var scaling: [Scaling]
    /// How much the rounds differ; nil if nothing was measured.
    package var noise: BenchNoise?
    /// Nil without an earlier report.
    package var comparison: BenchComparison?

    package init(
        outcome: Verification.Outcome, image: Image? = nil, kernels: [MeasuredKernel] = [], scaling: [Scaling] = []
    ) {
        self.outcome = outcome
        self.image = image
        self.kernels = kernels
        self.scaling = scaling
    }

    /// The ratio of the median time with the smallest number of jobs to that of `entry`.
    package func speedup(_ entry: Scaling) -> Double {
        (scaling.first?.seconds.median ?? entry.seconds.median) / entry.seconds.median
    }

    /// The speedup divided by the ratio of the numbers of jobs.
    package func efficiency(_ entry: Scaling) -> Double {
        speedup(entry) * Double(scaling.first?.jobCount ?? entry.jobCount) / Double(entry.jobCount)
    }
}

extension BenchReport {
    /// The medians of the kernels.
    package var speeds: KernelSpeeds {
        KernelSpeeds(kernels.reduce(into: [:]) { $0[$1.kernel] = $1.bytesPerSecond.median })
    }
}
