// layerverify: names and link targets.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Keeps texts of at most 4095 bytes one after another, in chunks.
struct TextStore: Sendable {
    private var chunks: [[UInt8]] = []

    static let maximumByteCount = 4095
    private static let shift = 16

    /// Adds a text. Returns: its place; nil if there is room for no more.
    mutating func append(_ text: ArraySlice<UInt8>) -> UInt32? {
        if chunks.isEmpty || chunks[chunks.count - 1].count + text.count > 1 << Self.shift {
            guard chunks.count < 1 << (32 - Self.shift) else { return nil }
            chunks.append([])
            if chunks.count > 1 { chunks[chunks.count - 1].reserveCapacity(1 << Self.shift) }
        }
        let last = chunks.count - 1
        let start = chunks[last].count
        // A text of no bytes after a full chunk.
        guard start < 1 << Self.shift else { return UInt32(last << Self.shift) }
        chunks[last].append(contentsOf: text)
        return UInt32(last << Self.shift | start)
    }

    /// The text at a place that `append` returned.
    func text(at place: UInt32, count: Int) -> ArraySlice<UInt8> {
        guard count > 0 else { return [] }
        let start = Int(place) & (1 << Self.shift - 1)
        return chunks[Int(place) >> Self.shift][start..<start + count]
    }
}
