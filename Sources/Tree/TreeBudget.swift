// layerverify: the memory for the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Limits the memory that the trees of several layers take together.
package final class TreeBudget: Sendable {
    private let leftByteCount: Atomic<Int>

    /// 1 GiB: about eight million files.
    package static let standardByteCount = 1 << 30

    package init(byteCount: Int = standardByteCount) { leftByteCount = Atomic(byteCount) }

    /// Takes some bytes. Returns: false if they are not left.
    func take(_ byteCount: Int) -> Bool {
        // Relaxed: no other data is published by the number.
        let left = leftByteCount.subtract(byteCount, ordering: .relaxed).newValue
        guard left < 0 else { return true }
        leftByteCount.add(byteCount, ordering: .relaxed)
        return false
    }
}
