// layerverify: what else the machine did during a benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerSystem

/// Counters of the machine and of this process. The difference of two readings says what disturbed the time between them.
package struct MachineUse: Hashable, Sendable {
    /// Processor time of all programs, in seconds; nil if unknown, as in the next members.
    package var busySeconds: Double?
    /// Processor time that a hypervisor gave to other machines, in seconds.
    package var stolenSeconds: Double?
    /// The number of CPUs of the machine.
    package var cpuCount: Int
    /// Processor time of this process, in seconds.
    package var ownSeconds: Double
    /// The time for which the kernel kept the process from running because of its CPU limit, in seconds.
    package var throttledSeconds: Double?
    /// How often a CPU reduced its frequency because of its temperature.
    package var thermalEventCount: UInt64?

    package init(
        busySeconds: Double? = nil, stolenSeconds: Double? = nil, cpuCount: Int = 1, ownSeconds: Double = 0,
        throttledSeconds: Double? = nil, thermalEventCount: UInt64? = nil
    ) {
        self.busySeconds = busySeconds
        self.stolenSeconds = stolenSeconds
        self.cpuCount = cpuCount
        self.ownSeconds = ownSeconds
        self.throttledSeconds = throttledSeconds
        self.thermalEventCount = thermalEventCount
    }

    /// The counters now.
    package static func now() -> MachineUse {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        var use = MachineUse(
            stat: SystemText.beginning(of: "/proc/stat", byteCount: 64 << 10) ?? "",
            ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)))
        use.ownSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        use.throttledSeconds = SystemText.beginning(of: "/sys/fs/cgroup/cpu.stat").flatMap { throttledSeconds($0) }
        let places = (0..<use.cpuCount).map { "/sys/devices/system/cpu/cpu\($0)/thermal_throttle/core_throttle_count" }
        let counts = places.compactMap { SystemText.beginning(of: $0).flatMap { UInt64($0.filter { $0.isNumber }) } }
        if !counts.isEmpty { use.thermalEventCount = counts.reduce(0, &+) }
        return use
    }

    /// Reads the counters of all CPUs.
    ///
    /// Spec: proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal, in ticks.
    package init(stat: String, ticksPerSecond: Int) {
        self.init()
        let lines = stat.split(separator: "\n").filter { $0.hasPrefix("cpu") }
        cpuCount = max(1, lines.count - 1)
        let ticks = (lines.first ?? "").split(separator: " ").dropFirst().compactMap { Double($0) }
        guard ticks.count >= 8, ticksPerSecond > 0 else { return }
        busySeconds = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / Double(ticksPerSecond)
        stolenSeconds = ticks[7] / Double(ticksPerSecond)
    }

    /// Spec: Linux Documentation/admin-guide/cgroup-v2.rst §CPU Interface Files.
    package static func throttledSeconds(_ stat: String) -> Double? {
        for line in stat.split(separator: "\n") where line.hasPrefix("throttled_usec ") {
            return line.split(separator: " ").last.flatMap { Double($0) }.map { $0 / 1e6 }
        }
        return nil
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
