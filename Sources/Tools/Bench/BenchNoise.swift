// layerverify: how far the figures of a benchmark can be trusted.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

/// How much the rounds differ, and what disturbed them.
package struct BenchNoise: Hashable, Sendable {
    /// (maximum − minimum) / median of the runs that differ most.
    package var runSpread: Double
    /// The same of the kernels of the pipeline from which the roofline is computed.
    package var kernelSpread: Double
    /// The share of the machine's CPUs that other programs used, 0 to 1; nil if unknown, as in the next members.
    package var otherShare: Double?
    /// The share of the machine's CPUs that its hypervisor gave to other machines.
    package var stolenShare: Double?
    package var throttledSeconds: Double?
    package var thermalEventCount: UInt64?
    /// The number of rounds.
    package var roundCount: Int

    /// Beyond these the figures are called uncertain. The limits are estimates, not measured.
    private static let largestSpread = 0.2
    private static let largestOtherShare = 0.1
    private static let largestStolenShare = 0.02

    /// - Parameters:
    ///   - before: the counters before the measurement, and `after` it.
    ///   - seconds: the time between them.
    package init?(_ report: BenchReport, before: MachineUse, after: MachineUse, seconds: Double) {
        guard let first = report.scaling.first else { return nil }
        roundCount = first.seconds.values.count
        runSpread = report.scaling.reduce(0) { max($0, $1.seconds.relativeSpread) }
        kernelSpread = report.kernels.filter { $0.kernel.isFastPath && !$0.kernel.work.isOfChunks }
            .reduce(0) { max($0, $1.bytesPerSecond.relativeSpread) }
        let available = seconds * Double(after.cpuCount)
        func share(_ first: Double?, _ second: Double?, minus own: Double) -> Double? {
            guard let first, let second, available > 0 else { return nil }
            return min(1, max(0, (second - first - own) / available))
        }
        otherShare = share(before.busySeconds, after.busySeconds, minus: after.ownSeconds - before.ownSeconds)
        stolenShare = share(before.stolenSeconds, after.stolenSeconds, minus: 0)
        if let first = before.throttledSeconds, let second = after.throttledSeconds {
            throttledSeconds = max(0, second - first)
        }
        if let first = before.thermalEventCount, let second = after.thermalEventCount {
            thermalEventCount = second - min(first, second)
        }
    }

    /// Why the figures are uncertain, as clauses; empty if they are not.
    package var reasons: [String] {
        var reasons: [String] = []
        if roundCount < 3 {
            reasons.append("\(HumanUnits.count(roundCount, "round")) cannot show how much rounds differ")
        }
        if runSpread > Self.largestSpread { reasons.append("the runs differ by \(Self.percent(runSpread))") }
        if kernelSpread > Self.largestSpread {
            reasons.append("the rounds of a kernel differ by \(Self.percent(kernelSpread))")
        }
        if let share = otherShare, share > Self.largestOtherShare {
            reasons.append("other programs used \(Self.percent(share)) of the CPUs")
        }
        if let share = stolenShare, share > Self.largestStolenShare {
            reasons.append("the hypervisor gave \(Self.percent(share)) of the CPUs to other machines")
        }
        if let seconds = throttledSeconds, seconds >= 0.001 {
            reasons.append("the CPU limit of the control group stopped the process for \(HumanUnits.duration(seconds))")
        }
        if let count = thermalEventCount, count > 0 {
            reasons.append("the CPUs became too hot and reduced their frequency")
        }
        return reasons
    }

    /// The sentence, without a newline.
    package var sentence: String {
        let reasons = reasons
        guard !reasons.isEmpty else { return "The runs differ by \(Self.percent(runSpread)) at most." }
        return "The figures are uncertain: " + reasons.joined(separator: "; ") + "."
    }

    private static func percent(_ share: Double) -> String { HumanUnits.decimal(share * 100, 0) + " %" }
}

extension Spread {
    /// (maximum − minimum) / median.
    package var relativeSpread: Double { median > 0 ? (maximum - minimum) / median : 0 }
}
