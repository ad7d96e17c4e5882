// layerverify: starting threads.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Starts threads.
///
/// Dispatch is not used: if a limit (RLIMIT_NPROC, pids.max, RLIMIT_AS) prevents another thread, Dispatch retries once
/// per second forever, in the thread that submits work.
package enum SystemThread {
    /// Starts a detached thread that runs `body` and then ends.
    ///
    /// The thread blocks all signals but those of its own faults, which leaves them to the other threads.
    ///
    /// Returns: false if the system cannot create a thread; `body` is not called then. The corresponding C function is
    /// pthread_create.
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
        // A thread inherits the signal mask of the thread that starts it.
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        // SAFETY: the thread takes ownership of the box; if there is no thread, the box is released here.
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
