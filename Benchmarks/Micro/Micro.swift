// layerverify: the list of micro-benchmarks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark

/// The benchmarks that the benchmark package runs; it looks for this name.
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
    /// Units: millions of bytes per second; of input, or of uncompressed output for compressed streams.
    static var bytesPerSecond: BenchmarkMetric { .custom("MB/s", polarity: .prefersLarger, useScalingFactor: false) }

    /// Units: nanoseconds per block, blob, entry or descriptor, as the benchmark's name says.
    static var nanosecondsEach: BenchmarkMetric { .custom("ns each", useScalingFactor: false) }
}

extension Benchmark {
    /// Measures `body`, and also records the throughput of `byteCount` bytes.
    func measure(byteCount: Int, _ body: () -> Void) {
        measurement(.bytesPerSecond, Int(Double(byteCount) / 1e6 / seconds(of: body)))
    }

    /// Measures `body`, and also records the time of each of its `count` operations.
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

/// The configuration of a benchmark that counts operations and not bytes; it is repeated for up to `maximumSeconds`.
func countingThings(maximumSeconds: Int = 2) -> Benchmark.Configuration {
    .init(metrics: [.wallClock, .nanosecondsEach], maxDuration: .seconds(maximumSeconds))
}
