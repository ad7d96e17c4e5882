// layerverify: signals.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc
internal import LayerVerify

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation; a second one ends the process.
///
/// A second signal less than 0.2 s after the first counts as the same one: `timeout` and service managers signal the
/// process and then its group. The handler itself does all this and needs no thread.
enum SignalWatch {
    /// Starts watching. A signal that was ignored when the program started stays ignored, as `nohup` requires.
    ///
    /// Returns: a cancellation that the first signal sets.
    static func begin() -> Verifier.Cancellation {
        lv_watch_signals()
        return Verifier.Cancellation(following: { lv_caught_signal() != 0 })
    }

    /// Unblocks the signals before they are watched. Some parents leave them blocked, and a call that waits before the
    /// watch begins, such as opening a FIFO, could not be interrupted.
    static func unblock() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Ends the process by the caught signal, if there is one, so that the parent sees it.
    static func dieIfCaught() {
        let number = lv_caught_signal()
        if number != 0 { lv_end_by_signal(number) }
    }
}
