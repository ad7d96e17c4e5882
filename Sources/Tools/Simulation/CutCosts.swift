// layerverify: costs of cutting members at blocks, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The costs of reading one gzip member in several chunks, on one core of a machine.
///
/// Units: bytes per second, bytes.
package struct CutCosts: Sendable {
    /// Compressed bytes that are searched for a block.
    package var searchBytesPerSecond: Double
    /// Content that is made known from two planes.
    package var resolveBytesPerSecond: Double
    /// The time to decode in two planes, divided by that in one, by the number of streams in lockstep.
    package var planesFactors: [Double]
    /// The average distance of two blocks in compressed bytes.
    package var blockByteCount: UInt64 = 20 << 10
    /// For how many compressed bytes a chunk is decoded in two planes: as often one as another. Chunks of 1 MiB and 2 MiB
    /// are in planes for 43 % and 28 % of their length then. From each MiB of a layer of /usr by `gzip -6` these were 40 % and
    /// 27 %, in three others 46 % to 62 % and 32 % to 48 %.
    package var planesByteCounts: [UInt64] = [50, 95, 150, 215, 350, 600, 1_100, 2_600].map { $0 << 10 }
    /// A guess whose number of bits is a multiple of this is wrong; nil if all are right.
    package var wrongGuessDivisor: UInt64?

    package init(searchBytesPerSecond: Double, resolveBytesPerSecond: Double, planesFactors: [Double]) {
        precondition(!planesFactors.isEmpty, "at least one stream")
        self.searchBytesPerSecond = searchBytesPerSecond
        self.resolveBytesPerSecond = resolveBytesPerSecond
        self.planesFactors = planesFactors
    }

    var blocks: ModelledBlocks { ModelledBlocks(byteCount: blockByteCount) }

    /// The time in nanoseconds to look through `byteCount` compressed bytes for a block.
    func search(_ byteCount: Int) -> Double { Double(byteCount) / searchBytesPerSecond * 1e9 }

    /// The time in nanoseconds to make the content known that was decoded in two planes.
    func join(resolving byteCount: Int) -> Double { Double(byteCount) / resolveBytesPerSecond * 1e9 }

    /// The time of `laneCount` streams in lockstep, of which some are in planes, divided by that if none is.
    func planesFactor(_ laneCount: Int, inPlanes planesCount: Int) -> Double {
        guard laneCount > 0 else { return 1 }
        let all = planesFactors[min(laneCount, planesFactors.count) - 1]
        return 1 + (all - 1) * Double(planesCount) / Double(laneCount)
    }
}
