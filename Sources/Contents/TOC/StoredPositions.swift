// layerverify: where parts of a layer begin, as stored and uncompressed.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The offsets in a stored layer to which its table of contents leads, and the offsets in the uncompressed layer that belong to
/// them.
///
/// Memory: 16 bytes for each offset.
struct StoredPositions {
    private static let unknown = UInt64.max

    private let offsets: [UInt64]
    private var positions: [UInt64]
    private var nextIndex = 0

    init(_ offsets: some Sequence<UInt64>) {
        var unique: [UInt64] = []
        for offset in offsets.sorted() where offset != unique.last { unique.append(offset) }
        self.offsets = unique
        positions = Array(repeating: Self.unknown, count: unique.count)
    }

    /// The least offset that is not reached yet.
    var next: UInt64? { nextIndex < offsets.count ? offsets[nextIndex] : nil }

    /// Notes that `next` is reached.
    ///
    /// - Parameter position: the offset in the uncompressed layer; nil if neither a gzip member nor a zstd frame begins or ends there.
    mutating func reach(_ position: UInt64?) {
        if let position { positions[nextIndex] = position }
        nextIndex += 1
    }

    /// The offset in the uncompressed layer; nil if the stored offset was not reached, or is within a member or frame.
    func position(of offset: UInt64) -> UInt64? {
        var (low, high) = (0, offsets.count)
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        guard low < offsets.count, offsets[low] == offset, positions[low] != Self.unknown else { return nil }
        return positions[low]
    }
}
