// layerverify: what a benchmark found.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerVerify

/// What a benchmark found. One that was interrupted has what was measured until then.
package struct BenchReport: Sendable {
    /// What was measured with.
    package struct Image: Hashable, Sendable {
        /// The images given; none if it was made for this.
        package var paths: [String]
        package var layerCount: Int
        package var byteCount: UInt64
        package var uncompressedByteCount: UInt64
        /// The compressions there are, in the order of their names.
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

    /// Runs with one number of jobs.
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

        /// What was reached of the roofline, 1 for all of it, by the median.
        package var rooflineShare: Double? { roofline.map { $0.seconds / seconds.median } }
    }

    /// What verifying the image came to; nothing is measured of one that does not verify.
    package var outcome: VerifyOutcome
    /// Nil if it was interrupted before anything was read.
    package var image: Image?
    package var kernels: [MeasuredKernel]
    /// By number of jobs, the smallest first.
    package var scaling: [Scaling]

    package init(outcome: VerifyOutcome, image: Image? = nil, kernels: [MeasuredKernel] = [], scaling: [Scaling] = []) {
        self.outcome = outcome
        self.image = image
        self.kernels = kernels
        self.scaling = scaling
    }

    /// How many times faster than with the smallest number of jobs, by the medians.
    package func speedup(_ entry: Scaling) -> Double {
        (scaling.first?.seconds.median ?? entry.seconds.median) / entry.seconds.median
    }

    /// The speedup by how many times more jobs there were.
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
