// layerverify: a value behind a lock.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value that threads share under a lock.
///
/// It is used instead of `Mutex` of Synchronization, which on Linux is a futex that the kernel hands over. The thread
/// sanitizer does not see that and reports races on everything that a contended mutex guards. It does see
/// `pthread_mutex_lock`.
///
/// ## Concurrency
/// `value` is guarded by `mutex`. Both are allocated separately, because a mutex must not move.
package final class Locked<Value: Sendable>: @unchecked Sendable {
    // SAFETY: both are created by the initialiser and freed when no reference is left, so no thread is in `withLock`
    // then; `value` is only accessed there, under the mutex.
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

    /// Calls `body` with exclusive access to the value. `body` must not call it again.
    ///
    /// Returns: the result of `body`. Throws: the error of `body`. The corresponding C functions are pthread_mutex_lock
    /// and pthread_mutex_unlock.
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
