// layerverify: a value whose changes threads can wait for.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value that threads share under a lock, and whose changes they can wait for.
///
/// ## Concurrency
/// `value` is guarded by `mutex`. All three are allocated separately, because a mutex must not move.
package final class Monitor<Value: Sendable>: @unchecked Sendable {
    // SAFETY: all three are created by the initialiser and freed when no reference is left, so no thread is in a method
    // then; `value` is only accessed by the closures, under the mutex.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let value: UnsafeMutablePointer<Value>

    package init(_ value: Value) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe Self.require(pthread_mutex_init(mutex, nil))
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        unsafe Self.require(pthread_condattr_init(&attributes))
        unsafe Self.require(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
        unsafe Self.require(pthread_cond_init(condition, &attributes))
        unsafe Self.require(pthread_condattr_destroy(&attributes))
        unsafe self.value = .allocate(capacity: 1)
        unsafe self.value.initialize(to: value)
    }

    deinit {
        unsafe Self.require(pthread_cond_destroy(condition))
        unsafe Self.require(pthread_mutex_destroy(mutex))
        unsafe condition.deinitialize(count: 1).deallocate()
        unsafe mutex.deinitialize(count: 1).deallocate()
        unsafe value.deinitialize(count: 1).deallocate()
    }

    /// Calls `body` with exclusive access to the value. `body` must not call methods of the monitor.
    package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        unsafe Self.require(pthread_mutex_lock(mutex))
        defer { unsafe Self.require(pthread_mutex_unlock(mutex)) }
        return unsafe body(&value.pointee)
    }

    /// Waits until `body` returns a result. `body` is called at once, and after each call of `wakeOne` or `wakeAll`.
    package func wait<Result>(for body: (inout Value) -> Result?) -> Result {
        unsafe Self.require(pthread_mutex_lock(mutex))
        defer { unsafe Self.require(pthread_mutex_unlock(mutex)) }
        while true {
            if let result = unsafe body(&value.pointee) { return result }
            unsafe Self.require(pthread_cond_wait(condition, mutex))
        }
    }

    /// Waits until `body` returns a result, for at most the given time.
    ///
    /// Returns: the result; nil if there was none in time.
    package func wait<Result>(atMost milliseconds: Int, for body: (inout Value) -> Result?) -> Result? {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + milliseconds * 1_000_000
        end.tv_sec += nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        unsafe Self.require(pthread_mutex_lock(mutex))
        defer { unsafe Self.require(pthread_mutex_unlock(mutex)) }
        while true {
            if let result = unsafe body(&value.pointee) { return result }
            let status = unsafe pthread_cond_timedwait(condition, mutex, &end)
            if status == ETIMEDOUT { return unsafe body(&value.pointee) }
            Self.require(status)
        }
    }

    /// Wakes one waiting thread.
    package func wakeOne() { unsafe Self.require(pthread_cond_signal(condition)) }

    /// Wakes all waiting threads.
    package func wakeAll() { unsafe Self.require(pthread_cond_broadcast(condition)) }

    private static func require(_ status: Int32) {
        precondition(status == 0, "a mutex or a condition that is misused")
    }
}
