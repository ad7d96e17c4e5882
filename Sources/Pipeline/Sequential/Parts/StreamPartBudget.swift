// layerverify: when it pays to decode a stream in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What is known about decoding a stream in parts, and what may still be spent on it.
struct StreamPartBudget {
    /// For tests: nothing is limited.
    let isUnlimited: Bool
    private var recentCompressedByteCount: UInt64 = 0
    private var recentByteCount: UInt64 = 0
    private var contentByteCount: UInt64 = 0
    private var droppedByteCount: UInt64 = 0

    /// What may be spent in vain in any case.
    private static let freeSearchByteCount: UInt64 = 256 << 10
    private static let freeContentByteCount: UInt64 = 4 << 20

    init(isUnlimited: Bool) { self.isUnlimited = isUnlimited }

    /// Counts what the head has read and decoded.
    mutating func note(compressed: Int, content: Int) {
        recentCompressedByteCount += UInt64(byteCount: compressed)
        recentByteCount += UInt64(byteCount: content)
        contentByteCount += UInt64(byteCount: content)
        guard recentCompressedByteCount > 8 << 20 else { return }
        recentCompressedByteCount /= 2
        recentByteCount /= 2
    }

    mutating func note(dropped byteCount: Int) { droppedByteCount += UInt64(byteCount: byteCount) }

    /// Whether the end of the next part is looked for: not where content expands by less than 17/16, which is copied
    /// faster than it is hashed, not if more than 1/64 of the bytes were looked through in vain, and not if more than 1/32 of
    /// the content was decoded in vain.
    func allowsGuess(readByteCount: UInt64, vain searchedByteCount: UInt64) -> Bool {
        if isUnlimited { return true }
        return recentByteCount * 16 >= recentCompressedByteCount * 17
            && searchedByteCount <= readByteCount / 64 + Self.freeSearchByteCount
            && droppedByteCount <= contentByteCount / 32 + Self.freeContentByteCount
    }
}
