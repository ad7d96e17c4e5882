// layerverify: the number of available CPUs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLayerShims
import Glibc

/// The number of CPUs that this process may use: those of its affinity, limited by the quotas of its control groups.
///
/// More workers than that are throttled by the kernel and only make each other wait.
package enum CPUBudget {
    /// The number of available CPUs, at least 1.
    package static func available() -> Int {
        limited(
            affinity: affinity(), cgroups: SystemText.beginning(of: "/proc/self/cgroup") ?? "",
            read: { SystemText.beginning(of: $0) })
    }

    /// The number of available CPUs, at least 1, computed from the texts of the kernel.
    ///
    /// Shape: `cgroups` is the text of /proc/self/cgroup; `read` returns the text of a file below /sys/fs/cgroup, or
    /// nil if there is none. A quota applies to all groups below it, so the smallest one on the path to the root
    /// counts. Quotas are rounded up: with a quota of 1.5 CPUs a second worker is useful.
    ///
    /// Spec: Linux Documentation/admin-guide/cgroup-v2.rst §CPU Interface Files; scheduler/sched-bwc.rst for v1.
    package static func limited(affinity: Int, cgroups: String, read: (String) -> String?) -> Int {
        var count = affinity
        for line in cgroups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[0] == "0" && fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("cpu") else { continue }
            let mount = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu"
            var components = fields[2].split(separator: "/")
            // In a cgroup namespace, `..` stands for groups above its root.
            components.removeAll { $0 == ".." }
            while true {
                let group = ([mount] + components.map(String.init)).joined(separator: "/")
                let quota =
                    isUnified
                    ? read(group + "/cpu.max").flatMap(cpuCount(ofUnified:))
                    : cpuCount(
                        quota: read(group + "/cpu.cfs_quota_us"), period: read(group + "/cpu.cfs_period_us"))
                if let quota { count = min(count, quota) }
                guard components.popLast() != nil else { break }
            }
        }
        return max(count, 1)
    }

    /// The number of CPUs that a quota of the unified hierarchy allows, rounded up.
    ///
    /// Shape: the text of `cpu.max`: `$QUOTA $PERIOD`, or `max $PERIOD` for no limit.
    ///
    /// Returns: nil for no limit, and for any other text.
    package static func cpuCount(ofUnified text: String) -> Int? {
        let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
        guard words.count == 2 else { return nil }
        return cpuCount(quota: words[0], period: words[1])
    }

    /// The number of CPUs that `quota` microseconds per `period` microseconds allow, rounded up; nil if either is not a
    /// positive number.
    package static func cpuCount(quota: String?, period: String?) -> Int? {
        func number(_ text: String?) -> Int? {
            text.flatMap { Int($0.prefix { $0 != "\n" }) }.flatMap { $0 > 0 ? $0 : nil }
        }
        guard let quota = number(quota), let period = number(period) else { return nil }
        return (quota - 1) / period + 1
    }

    /// The number of CPUs in the affinity of this thread. The corresponding C function is sched_getaffinity.
    private static func affinity() -> Int {
        let count = Int(lv_affinity_cpu_count())
        // The set has room for 1024 CPUs; sched_getaffinity fails on machines with more.
        return count > 0 ? count : max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    }
}
