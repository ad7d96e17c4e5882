// layerverify: the text report of a benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerReport
import LayerVerify

extension BenchReport {
    /// The report for people.
    package func text() -> String {
        var lines: [String] = []
        if let image {
            let name =
                image.paths.isEmpty
                ? "generated" : image.paths.map { VisibleText.escaping($0) }.joined(separator: " ")
            lines.append(
                "image: \(name), \(HumanUnits.count(image.layerCount, "layer")), "
                    + "\(HumanUnits.bytes(image.byteCount)) → \(HumanUnits.bytes(image.uncompressedByteCount))")
        }
        if !kernels.isEmpty { lines += ["", "One core, each kernel alone:"] + kernelTable }
        if let roofline = scaling.last?.roofline { lines += [""] + table(of: roofline) }
        if !scaling.isEmpty { lines += ["", "Verifying:"] + scalingTable }
        if let comparison {
            lines += ["", "Compared with \(VisibleText.escaping(comparison.path)):"] + table(of: comparison)
        }
        // The last line is what most people look for.
        if noise != nil || conclusion != nil { lines.append("") }
        if let noise { lines.append(noise.sentence) }
        if let conclusion { lines.append(conclusion.sentence) }
        return lines.map { $0 + "\n" }.joined()
    }

    private var kernelTable: [String] {
        let rows = kernels.map { measured in
            [
                title(measured.kernel.work), title(measured.kernel), HumanUnits.rate(measured.bytesPerSecond.median),
                HumanUnits.rate(measured.bytesPerSecond.minimum), HumanUnits.rate(measured.bytesPerSecond.maximum),
                measured.kernel.isFastPath ? "" : "for comparison",
            ]
        }
        return Self.aligned([["kernel", "by", "median", "min", "max", ""]] + rows, left: [0, 1, 5])
    }

    private func table(of roofline: Roofline) -> [String] {
        // Without what is done in another way as a whole, such as hashing in the gaps of decoding.
        let rows = roofline.terms.filter { $0.byteCount > 0 }.map { term in
            [
                title(term.kernel.work), title(term.kernel), HumanUnits.bytes(term.byteCount),
                // Hashing in the gaps of decoding takes no time of its own.
                term.seconds == 0 ? "-" : Self.seconds(term.seconds),
            ]
        }
        var lines = ["Roofline, \(HumanUnits.count(roofline.jobCount, "job")):"]
        lines += Self.aligned([["work", "by", "bytes", "one core"]] + rows, left: [0, 1])
        lines.append(
            "  all of it: \(Self.seconds(roofline.coreSeconds)) on one core, \(Self.seconds(roofline.sharedSeconds)) on "
                + "\(roofline.jobCount)")
        if let chain = roofline.longestChain {
            let kind = chain.work.kind.map { " " + $0 } ?? ""
            lines.append(
                "  largest blob: \(Self.seconds(chain.seconds)) to \(chain.work.name)\(kind), "
                    + VisibleText.escaping(chain.path))
        }
        lines.append(
            "  no run can be faster than \(Self.seconds(roofline.seconds)), bound by "
                + (roofline.limit == .cores ? "the cores" : "the largest blob"))
        return lines
    }

    private var scalingTable: [String] {
        let rows = scaling.map { entry in
            [
                "\(entry.jobCount)", Self.seconds(entry.seconds.median), Self.seconds(entry.seconds.minimum),
                Self.seconds(entry.seconds.maximum),
                HumanUnits.rate(Double(image?.byteCount ?? 0) / entry.seconds.median),
                HumanUnits.rate(Double(image?.uncompressedByteCount ?? 0) / entry.seconds.median),
                HumanUnits.decimal(speedup(entry), 2), Self.percent(efficiency(entry)),
                entry.rooflineShare.map { Self.percent($0) } ?? "-",
            ]
        }
        let head = [
            "jobs", "median", "min", "max", "compressed", "uncompressed", "speedup", "efficiency", "of roofline",
        ]
        return Self.aligned([head] + rows, left: [])
    }

    private func table(of comparison: BenchComparison) -> [String] {
        func rows(_ entries: [BenchComparison.Entry], _ figure: (Double) -> String) -> [[String]] {
            entries.map { entry in
                let note =
                    switch entry.change {
                    case .faster, .slower: entry.change.rawValue
                    case .withinNoise, .uncertain: ""
                    }
                return [
                    VisibleText.escaping(entry.title), figure(entry.before), figure(entry.now),
                    HumanUnits.decimal(entry.ratio, 2), note,
                ]
            }
        }
        let all = rows(comparison.kernels, HumanUnits.rate) + rows(comparison.scaling, Self.seconds)
        let table =
            all.isEmpty
            ? []
            : Self.aligned([["", "before", "now", "speed ratio", ""]] + all, left: [0, 4])
                + ["  speed ratio: the speed now divided by the speed before; above 1 is faster"]
        return table + ["  " + VisibleText.escaping(comparison.sentence)]
    }

    private func title(_ work: Kernel.Work) -> String { work.name + (work.kind.map { " " + $0 } ?? "") }

    private func title(_ kernel: Kernel) -> String {
        kernel.implementation + (kernel.teamSize > 1 ? ", \(kernel.teamSize) at once" : "")
    }

    /// In milliseconds below ten seconds, because `HumanUnits.duration` rounds too much for comparisons.
    private static func seconds(_ seconds: Double) -> String {
        seconds < 10 ? HumanUnits.decimal(seconds * 1000, 1) + " ms" : HumanUnits.duration(seconds)
    }

    private static func percent(_ share: Double) -> String { HumanUnits.decimal(share * 100, 0) + " %" }

    /// Aligns cells in columns that are as wide as their widest cell, with two spaces between them.
    package static func aligned(_ rows: [[String]], left: Set<Int>) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = " "
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                line += " " + (left.contains(column) ? cell + space : space + cell) + " "
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension HumanUnits {
    /// A rate, such as `3.41 MiB/s`; 0 for a number that no rate can be.
    static func rate(_ bytesPerSecond: Double) -> String {
        bytes(UInt64(exactly: bytesPerSecond.rounded()) ?? 0) + "/s"
    }
}
