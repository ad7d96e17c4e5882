// layerverify: signals.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc
internal import LayerVerify

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation, and lets the second one kill.
///
/// A second one that comes at once is the first once more: `timeout`, and what ends services, signals the process and then
/// its group, and nobody has seen yet that the first did nothing. All this is done by the handler itself, so that it needs
/// no thread.
enum SignalWatch {
    /// Watches from now on. A signal that was ignored when the program began stays ignored, as nohup wants it.
    ///
    /// Returns: a cancellation that the first signal causes.
    static func begin() -> Cancellation {
        lv_watch_signals()
        return Cancellation(following: { lv_caught_signal() != 0 })
    }

    /// Lets the signals through that will be watched, before they are: some parents leave them blocked, and what waits
    /// until then, such as opening a FIFO, could not be ended.
    static func unblock() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Ends the process by the signal that came, if one came, so that its parent sees what it was.
    static func dieIfCaught() {
        let number = lv_caught_signal()
        if number != 0 { lv_end_by_signal(number) }
    }
}
