// layerverify: tests of the CPU budget and features.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerSystem
import Testing

@Suite struct CPUTests {
    @Test func quotaIsRoundedUp() {
        #expect(CPUBudget.cpuCount(ofUnified: "200000 100000\n") == 2)
        #expect(CPUBudget.cpuCount(ofUnified: "150000 100000\n") == 2)
        #expect(CPUBudget.cpuCount(ofUnified: "100000 100000") == 1)
        #expect(CPUBudget.cpuCount(ofUnified: "1000 100000\n") == 1)
    }

    @Test func otherTextsAreNotAQuota() {
        for text in ["max 100000\n", "", "100000", "0 100000", "-1 100000", "100000 0", "a b", "1 2 3"] {
            #expect(CPUBudget.cpuCount(ofUnified: text) == nil)
        }
        #expect(CPUBudget.cpuCount(quota: "-1\n", period: "100000\n") == nil)
        #expect(CPUBudget.cpuCount(quota: nil, period: "100000\n") == nil)
        #expect(CPUBudget.cpuCount(quota: "300000\n", period: "100000\n") == 3)
    }

    @Test func smallestQuotaOnThePathApplies() {
        let files = [
            "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "300000 100000\n",
            "/sys/fs/cgroup/cpu.max": "500000 100000\n",
        ]
        func count(_ affinity: Int, _ cgroups: String) -> Int {
            CPUBudget.limited(affinity: affinity, cgroups: cgroups) { files[$0] }
        }
        #expect(count(8, "0::/a/b\n") == 3)
        #expect(count(8, "0::/c\n") == 5)
        #expect(count(8, "0::/../a\n") == 3)
        #expect(count(2, "0::/a/b\n") == 2)
        #expect(count(8, "") == 8)
        #expect(count(0, "") == 1)
        #expect(count(8, "nonsense\n1:memory:/a\n") == 8)
    }

    @Test func quotaOfCgroupV1Applies() {
        let files = [
            "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us": "250000\n",
            "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ]
        let cgroups = "5:cpuset:/\n4:cpu,cpuacct:/docker/x\n0::/system.slice\n"
        #expect(CPUBudget.limited(affinity: 8, cgroups: cgroups) { files[$0] } == 3)
    }

    @Test func thisMachineHasACPU() {
        #expect((1...1024).contains(CPUBudget.available()))
    }

    @Test func featuresAreFoundOnBothArchitectures() {
        let x86 = "processor\t: 0\nmodel name\t: X: Y\nflags\t\t: fpu ssse3 avx2 sha_ni nopl\n\nflags\t\t: avx512f\n"
        #expect(CPUFeatures.names(in: x86) == ["ssse3", "avx2", "sha_ni"])
        #expect(CPUFeatures.names(in: "processor\t: 0\nFeatures\t: fp asimd sha1 sha2\n") == ["asimd", "sha1", "sha2"])
        #expect(CPUFeatures.names(in: "vmx flags\t: avx2\n").isEmpty)
        #expect(CPUFeatures.names(in: "").isEmpty)
    }
}
