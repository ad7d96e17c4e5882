// layerverify: prints a simulation of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerBench
import LayerModel
import LayerSimulation
import LayerVerify
import SystemPackage

/// Measures the kernels of this machine and prints the simulated runs; for Benchmarks/simulate.
///
/// The arguments are the paths of an image; without any, an image is made as for `layerverify bench`.
@main struct Simulate {
    static func main() {
        do throws(BenchError) {
            print(try table(of: Array(CommandLine.arguments.dropFirst())))
        } catch {
            _ = try? FileDescriptor.standardError.writeAll("simulate: \(error.description)\n".utf8)
            exit(2)
        }
    }

    private static func table(of paths: [String]) throws(BenchError) -> String {
        let options = BenchOptions(paths: paths, jobCounts: [1], runCount: 3)
        let (report, _) = try Bench(options, cancellation: Verifier.Cancellation()).run()
        guard report.outcome == .verified, let table = SchedulerTable(report.speeds) else {
            throw BenchError("the image does not verify, or not every kernel was measured")
        }
        return report.text() + table.text() + table.cutText() + table.ruleText()
    }
}
