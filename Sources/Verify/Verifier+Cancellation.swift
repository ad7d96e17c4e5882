// layerverify: ending a blocking run early.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

extension Verifier {
    /// Ends blocking runs early. The report has the blobs that were checked by then; the others are undetermined.
    ///
    /// The asynchronous functions do not take one: cancelling their task ends the run. A blocking call need not have a
    /// task, and what cancels it is another thread or a signal handler, so it takes this object.
    ///
    /// ## Concurrency
    /// The flag is one atomic word. Every member may be called on any thread at any time. The flag is never cleared, and
    /// the flag that it follows must not be cleared either.
    public final class Cancellation: Sendable {
        private let flag = Atomic(false)

        private let follows: (@Sendable () -> Bool)?

        /// Creates an object that is not cancelled.
        public init() { follows = nil }

        /// Creates an object that is also cancelled once `flag` returns true. `flag` is called once per block.
        package init(following flag: @escaping @Sendable () -> Bool) { follows = flag }

        /// Asks all runs that use this object to end. They check it once per block.
        public func cancel() {
            // Relaxed: no other data is published by the flag.
            flag.store(true, ordering: .relaxed)
        }

        /// Whether ``cancel()`` was called.
        public var isCancelled: Bool { flag.load(ordering: .relaxed) || follows?() == true }
    }
}
