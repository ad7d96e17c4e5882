// layerverify: ending a run early.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Ends a run early: what is checked by then is in its report, the rest is undetermined.
///
/// ## Concurrency
/// The flag is one atomic word; every member may be called on any thread at any time. It only ever goes up, as must the
/// other one that it may follow.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)

    private let follows: (@Sendable () -> Bool)?

    /// Makes one that is not cancelled.
    public init() { follows = nil }

    /// Makes one that is cancelled, too, once `flag` says so. It is asked once a block.
    package init(following flag: @escaping @Sendable () -> Bool) { follows = flag }

    /// Asks the runs that know this object to end; they look once a block.
    public func cancel() {
        // Relaxed: the flag carries no other data with it.
        flag.store(true, ordering: .relaxed)
    }

    /// Whether `cancel` was called.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) || follows?() == true }
}
