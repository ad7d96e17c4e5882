// layerverify: a value behind a lock.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value that threads share, each alone with it while its closure runs.
///
/// It stands in for `Mutex` of Synchronization, which on Linux is a futex that the kernel hands over: the thread sanitizer
/// does not see that, and calls what a contended one guards a race. It does see `pthread_mutex_lock`.
///
/// ## Concurrency
/// `value` is guarded by `mutex`. Both lie in memory of their own, since a mutex must not move.
package final class Locked<Value: Sendable>: @unchecked Sendable {
    // SAFETY: both are made by the initialiser and freed when nobody holds the object any more, so no thread is in
    // `withLock`; `value` is touched there alone, under the mutex.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    package init(_ value: Value) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe Self.require(pthread_mutex_init(mutex, nil))
        unsafe self.value = .allocate(capacity: 1)
        unsafe self.value.initialize(to: value)
    }

    deinit {
        unsafe Self.require(pthread_mutex_destroy(mutex))
        unsafe mutex.deinitialize(count: 1).deallocate()
        unsafe value.deinitialize(count: 1).deallocate()
    }

    /// Calls `body` with the value while no other thread has it. Not to be called again from within `body`.
    ///
    /// Returns: what `body` returns. Throws: what `body` throws.
    /// The corresponding C functions are pthread_mutex_lock and pthread_mutex_unlock.
    package func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        unsafe Self.require(pthread_mutex_lock(mutex))
        defer { unsafe Self.require(pthread_mutex_unlock(mutex)) }
        return unsafe try body(&value.pointee)
    }

    private static func require(_ status: Int32) {
        precondition(status == 0, "a mutex that is misused")
    }
}
