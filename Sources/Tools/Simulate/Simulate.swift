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
/// The arguments are the paths of an image; without any, an image is made as for `layerverify bench`. With `--speeds FILE`
/// nothing is measured but the transitions of the scheduler: the speeds of the kernels are those in a JSON report of
/// `layerverify bench`.
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
        if paths.count == 2, paths[0] == "--speeds" {
            return try text(BenchBaseline(path: paths[1]).speeds)
        }
        let options = BenchOptions(paths: paths, jobCounts: [1], runCount: 3)
        let (report, _) = try Bench(options, cancellation: Verifier.Cancellation()).run()
        guard report.outcome == .verified else { throw BenchError("the image does not verify") }
        return try report.text() + text(report.speeds)
    }

    private static func text(_ speeds: KernelSpeeds) throws(BenchError) -> String {
        guard let table = SchedulerTable(speeds) else { throw BenchError("not every kernel was measured") }
        return table.text() + table.cutText() + table.ruleText()
    }
}
