// layerverify: the memory for the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Limits the memory that the trees of several layers take together.
package final class TreeBudget: Sendable {
    private let leftByteCount: Atomic<Int>
    private let hasRoom: @Sendable (Int) -> Bool

    /// 1 GiB: about eight million files.
    package static let standardByteCount = 1 << 30

    /// - Parameter hasRoom: says whether the process can allocate that number of bytes.
    package init(
        byteCount: Int = standardByteCount, hasRoom: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) {
        leftByteCount = Atomic(byteCount)
        self.hasRoom = hasRoom
    }

    /// Takes some bytes for a tree that has taken others. Returns: false if they are not left.
    func take(_ byteCount: Int, holding takenByteCount: Int) -> Bool {
        // Relaxed: no other data is published by the number.
        let left = leftByteCount.subtract(byteCount, ordering: .relaxed).newValue
        // The hash table of names is copied when it grows, and a list of the size of the nodes is made at the end.
        guard left < 0 || !hasRoom(byteCount + takenByteCount / 2) else { return true }
        leftByteCount.add(byteCount, ordering: .relaxed)
        return false
    }
}
