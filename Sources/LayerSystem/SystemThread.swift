// layerverify: threads that the system may refuse.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Starts threads.
///
/// Not by Dispatch: where a limit (RLIMIT_NPROC, pids.max, RLIMIT_AS) leaves room for no further thread, Dispatch tries
/// again once a second for ever, in the thread that hands it work.
package enum SystemThread {
    /// Starts a thread that runs `body` and then ends. Nobody can wait for it.
    ///
    /// It leaves signals to the other threads, except those of its own faults.
    ///
    /// Returns: false if the system gives no thread; `body` is not called then.
    /// The corresponding C function is pthread_create.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        var stackByteCount = 0
        pthread_attr_getstacksize(&attributes, &stackByteCount)
        guard AddressSpace.hasRoom(for: stackByteCount) else { return false }
        guard pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) == 0 else { return false }
        var (blocked, before) = (sigset_t(), sigset_t())
        sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, fault) }
        // A thread is born with the mask of the one that starts it.
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        // SAFETY: the thread takes the box over; if there is no thread, it is taken back here.
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { box in
                if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if status != 0 { box.release() }
        return status == 0
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
