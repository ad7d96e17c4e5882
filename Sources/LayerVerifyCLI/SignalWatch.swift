// layerverify: signals.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import LayerSystem
internal import LayerVerify
internal import Synchronization

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation, and lets the second one kill.
///
/// A second one that comes at once is the first once more: `timeout`, and what ends services, signals the process and then
/// its group, and nobody has seen yet that the first did nothing.
///
/// ## Concurrency
/// `caught` is atomic words, written on the control queue; the main thread reads which signal it was. `sources` is set
/// once, by the initialiser, and held only to keep the sources alive.
final class SignalWatch {
    private static let watched = [SIGINT, SIGTERM, SIGHUP]
    /// Not measured: a person takes longer to see that a program goes on, and programs signal twice within microseconds.
    private static let repetitionNanoseconds: UInt64 = 200_000_000

    /// The first signal that came; 0 for none.
    private final class Caught: Sendable {
        let signal = Atomic<Int32>(0)
        /// When it came, by the clock of Dispatch.
        let nanoseconds = Atomic<UInt64>(0)
    }

    private let caught = Caught()
    private let sources: [any DispatchSourceSignal]

    /// Watches from now on. A signal that was ignored when the program began stays ignored, as nohup wants it.
    init(cancelling cancellation: Cancellation, on queue: DispatchQueue) {
        let caught = caught
        sources = Self.watched.filter { !Self.isIgnored($0) }.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            let handler: @Sendable () -> Void = {
                let (isFirst, _) = caught.signal.compareExchange(
                    expected: 0, desired: number, ordering: .acquiringAndReleasing)
                let now = DispatchTime.now().uptimeNanoseconds
                if isFirst {
                    caught.nanoseconds.store(now, ordering: .relaxed)
                    cancellation.cancel()
                } else if now - caught.nanoseconds.load(ordering: .relaxed) >= Self.repetitionNanoseconds {
                    TemporaryPlaces.removeAll()
                    Self.die(by: number)
                }
            }
            source.setEventHandler(handler: handler)
            source.activate()
            return source
        }
    }

    /// Lets the signals through that will be watched, before they are: some parents leave them blocked, and what waits
    /// until then, such as opening a FIFO, could not be ended.
    static func unblock() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in watched { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Ends the process by the signal that came, if one came, so that its parent sees what it was.
    func dieIfCaught() {
        let number = caught.signal.load(ordering: .acquiring)
        if number != 0 { Self.die(by: number) }
    }

    private static func die(by number: Int32) -> Never {
        _ = signal(number, SIG_DFL)
        // Dispatch blocks the signals that it watches.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        _exit(ExitStatus.afterSignal(number))
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        // SAFETY: only the address is compared; SIG_IGN is no function that could be called.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
