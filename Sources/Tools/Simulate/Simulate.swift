// layerverify: prints a simulation of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerBench
import LayerModel
import LayerSimulation
import LayerVerify

/// Measures the kernels of this machine and prints the simulated runs; for Benchmarks/simulate.
///
/// The arguments are the paths of an image; without any, an image is made as for `layerverify bench`.
@main struct Simulate {
    static func main() throws {
        let options = BenchOptions(paths: Array(CommandLine.arguments.dropFirst()), jobCounts: [1], runCount: 3)
        let (report, _) = try Bench(options, cancellation: Verifier.Cancellation()).run()
        guard report.outcome == .verified, let table = SchedulerTable(report.speeds) else {
            throw BenchError("the image does not verify, or not every kernel was measured")
        }
        print(report.text() + table.text())
    }
}
