// layerverify: ending a run early.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Ends a run early: what is checked by then is in its report, the rest is undetermined.
///
/// ## Concurrency
/// The flag is one atomic word; every member may be called on any thread at any time. It only ever goes up.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)

    /// Makes one that is not cancelled.
    public init() {}

    /// Asks the runs that know this object to end; they look once a block.
    public func cancel() {
        // Relaxed: the flag carries no other data with it.
        flag.store(true, ordering: .relaxed)
    }

    /// Whether `cancel` was called.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
