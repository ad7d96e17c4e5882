// layerverify: how fast each kernel is on one core.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How fast each kernel is on one core: what a roofline is computed from, measured or supposed.
///
/// Units: bytes a second, of those that are read or hashed, or that come out of decoding.
package struct KernelSpeeds: Hashable, Sendable {
    package private(set) var bytesPerSecond: [Kernel: Double]

    package init(_ bytesPerSecond: [Kernel: Double]) {
        self.bytesPerSecond = bytesPerSecond.filter { $0.value > 0 && $0.value.isFinite }
    }

    /// The fastest way of the pipeline to do some work, whatever the number of streams; nil if none was measured.
    package func fastest(_ work: Kernel.Work) -> (kernel: Kernel, bytesPerSecond: Double)? {
        let candidates = bytesPerSecond.filter { $0.key.work == work && $0.key.isFastPath }
        let best = candidates.max { ($0.value, $1.key.teamSize) < ($1.value, $0.key.teamSize) }
        return best.map { ($0.key, $0.value) }
    }

    /// How fast one stream can be at best: alone, or as one of a team.
    package func alone(_ work: Kernel.Work) -> Double? {
        bytesPerSecond.filter { $0.key.work == work && $0.key.isFastPath }
            .map { $0.value / Double($0.key.teamSize) }.max()
    }
}
