// layerverify: the limit for the memory of all zstd windows.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The limit for the zstd windows that all decoders of one run hold at the same time.
///
/// A decoder that cannot reserve its window stops with `.needsMemory`, holds nothing, and is called again once
/// `releaseCount` has changed. A run with many jobs over frames with large windows is slower then, but takes no more
/// memory.
///
/// ## Concurrency
/// Both counters are atomic.
package final class WindowBudget: Sendable {
    /// The limit in bytes.
    package let byteCount: UInt64
    private let held = Atomic<UInt64>(0)
    private let releases = Atomic<UInt64>(0)

    /// Parameters: `byteCount` must be at least the largest window that a decoder may reserve.
    package init(byteCount: UInt64) { self.byteCount = byteCount }

    /// How often memory was released so far.
    package var releaseCount: UInt64 { releases.load(ordering: .sequentiallyConsistent) }

    /// The bytes that decoders hold now.
    package var heldByteCount: UInt64 { held.load(ordering: .sequentiallyConsistent) }

    /// Counts `byteCount` bytes as held; returns false, with nothing counted, if that exceeds the limit.
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

/// What one decoder has of a budget.
struct WindowReservation {
    /// Nil without a limit.
    private let budget: WindowBudget?
    private var byteCount: UInt64 = 0

    init(_ budget: WindowBudget?) { self.budget = budget }

    func isLess(than byteCount: UInt64) -> Bool { budget != nil && self.byteCount < byteCount }

    /// Counts a window. What an earlier frame has reserved is released first, so that no two decoders wait for each other.
    mutating func reserve(_ byteCount: UInt64) -> Bool {
        release()
        guard let budget else { return true }
        guard budget.reserve(byteCount) else { return false }
        self.byteCount = byteCount
        return true
    }

    mutating func release() {
        budget?.release(byteCount)
        byteCount = 0
    }
}
