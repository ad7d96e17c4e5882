// layerverify: the micro-benchmarks there are.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark

/// What the benchmark package runs; it looks for this name.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .bytesPerSecond], warmupIterations: 1, maxDuration: .seconds(2), maxIterations: 10_000)
    registerCodecs()
    registerDigests()
    registerChecksums()
    registerScheduler()
    registerTar()
    registerDocuments()
}

extension BenchmarkMetric {
    /// Units: millions of bytes a second; what goes in, of compressed streams what comes out.
    static var bytesPerSecond: BenchmarkMetric { .custom("MB/s", polarity: .prefersLarger, useScalingFactor: false) }

    /// Units: nanoseconds for each block, blob, entry or descriptor; the benchmark's name says of which.
    static var nanosecondsEach: BenchmarkMetric { .custom("ns each", useScalingFactor: false) }
}

extension Benchmark {
    /// Measures `body` alone, and says besides how many of `byteCount` bytes a second that is.
    func measure(byteCount: Int, _ body: () -> Void) {
        measurement(.bytesPerSecond, Int(Double(byteCount) / 1e6 / seconds(of: body)))
    }

    /// Measures `body` alone, and says besides how long each of the `count` things took that it does.
    func measure(count: Int, _ body: () -> Void) {
        measurement(.nanosecondsEach, Int(seconds(of: body) * 1e9 / Double(count)))
    }

    private func seconds(of body: () -> Void) -> Double {
        startMeasurement()
        let duration = ContinuousClock().measure(body)
        stopMeasurement()
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

/// The configuration of a benchmark that counts things and not bytes; `maximumSeconds` is what repeating it may take.
func countingThings(maximumSeconds: Int = 2) -> Benchmark.Configuration {
    .init(metrics: [.wallClock, .nanosecondsEach], maxDuration: .seconds(maximumSeconds))
}
