// layerverify: the speed of each kernel on one core.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The speed of each kernel on one core, measured or assumed, from which a roofline is computed.
///
/// Units: bytes per second; for decoding uncompressed bytes.
package struct KernelSpeeds: Hashable, Sendable {
    package private(set) var bytesPerSecond: [Kernel: Double]

    package init(_ bytesPerSecond: [Kernel: Double]) {
        self.bytesPerSecond = bytesPerSecond.filter { $0.value > 0 && $0.value.isFinite }
    }

    /// The fastest kernel of the pipeline for some work, with any number of streams; nil if none was measured.
    package func fastest(_ work: Kernel.Work) -> (kernel: Kernel, bytesPerSecond: Double)? {
        let candidates = bytesPerSecond.filter { $0.key.work == work && $0.key.isFastPath }
        let best = candidates.max { ($0.value, $1.key.teamSize) < ($1.value, $0.key.teamSize) }
        return best.map { ($0.key, $0.value) }
    }

    /// The highest possible speed of one stream: alone, or in a team.
    package func alone(_ work: Kernel.Work) -> Double? {
        bytesPerSecond.filter { $0.key.work == work && $0.key.isFastPath }
            .map { $0.value / Double($0.key.teamSize) }.max()
    }

    /// True if one stream of the compression can be decoded in several places at once.
    package func cuts(_ compression: Compression) -> Bool { fastest(.decodeInPlanes(compression)) != nil }
}
