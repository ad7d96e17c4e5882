// layerverify: the current rate of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerVerify

/// The rate of the last seconds, from the progress that an observer receives.
///
/// The average since the beginning would tell little after a change of the rate, such as the end of the files that were in
/// memory.
package struct ProgressRate {
    private struct Sample {
        var seconds: Double
        var byteCount: Int
    }

    private var samples: [Sample] = []

    /// How many seconds the rate covers.
    private static let windowSeconds = 10.0
    /// Over a shorter time than this the rate is that since the beginning: blocks are counted when they are read.
    private static let leastSeconds = 2.0
    /// The rate changes this often at most.
    private static let stepSeconds = 0.5

    package init() {}

    /// Adds the current progress. Calls with earlier times are ignored.
    package mutating func note(_ progress: Verifier.Progress) {
        let sample = Sample(seconds: progress.elapsedSeconds, byteCount: progress.doneByteCount)
        if let last = samples.last {
            guard sample.seconds >= last.seconds + Self.stepSeconds, sample.byteCount >= last.byteCount else { return }
        }
        samples.append(sample)
        while samples.count > 2, samples[1].seconds <= sample.seconds - Self.windowSeconds { samples.removeFirst() }
    }

    /// The rate in bytes per second; nil while too little is known.
    package func bytesPerSecond(_ progress: Verifier.Progress) -> Double? {
        if let first = samples.first, let last = samples.last, last.seconds - first.seconds >= Self.leastSeconds {
            return Double(last.byteCount - first.byteCount) / (last.seconds - first.seconds)
        }
        guard progress.elapsedSeconds > 0, progress.doneByteCount > 0 else { return nil }
        return Double(progress.doneByteCount) / progress.elapsedSeconds
    }
}
