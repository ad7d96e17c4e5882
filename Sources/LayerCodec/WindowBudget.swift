// layerverify: the memory that windows take together.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The total of the zstd windows that the decoders of one run may hold at the same time.
///
/// A decoder that finds no room stops with `.needsMemory`, holds nothing, and is asked again once `releaseCount` has changed.
/// So a run with many jobs over frames with large windows is slower, and never larger.
///
/// ## Concurrency
/// Both counters are atomic.
package final class WindowBudget: Sendable {
    /// Units: bytes.
    package let byteCount: UInt64
    private let held = Atomic<UInt64>(0)
    private let releases = Atomic<UInt64>(0)

    /// Parameters: `byteCount` is at least the largest window that a decoder may ask for.
    package init(byteCount: UInt64) { self.byteCount = byteCount }

    /// How often memory was given back so far.
    package var releaseCount: UInt64 { releases.load(ordering: .sequentiallyConsistent) }

    /// The bytes that decoders hold now.
    package var heldByteCount: UInt64 { held.load(ordering: .sequentiallyConsistent) }

    /// Counts `byteCount` bytes as held; false if that is more than is left.
    func reserve(_ byteCount: UInt64) -> Bool {
        var known = held.load(ordering: .sequentiallyConsistent)
        while known <= self.byteCount, byteCount <= self.byteCount - known {
            let (isExchanged, original) = held.compareExchange(
                expected: known, desired: known + byteCount, ordering: .sequentiallyConsistent)
            if isExchanged { return true }
            known = original
        }
        return false
    }

    func release(_ byteCount: UInt64) {
        guard byteCount > 0 else { return }
        held.subtract(byteCount, ordering: .sequentiallyConsistent)
        releases.add(1, ordering: .sequentiallyConsistent)
    }
}
