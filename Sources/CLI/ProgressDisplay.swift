// layerverify: the progress of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc
package import LayerVerify
internal import Synchronization

/// Shows the progress of a run on standard error: bars on a terminal, otherwise one line every ten seconds.
///
/// Bars are drawn over the previous ones in one write, and the cursor then returns to the beginning of the first bar. There
/// it stays, whatever happens: what a terminal prints for Ctrl-C is drawn over, and after a change of the window's size, which
/// may wrap lines, everything below the cursor still belongs to the display.
///
/// ## Concurrency
/// `state` is guarded by its mutex. `observe` runs on any thread, `finish` on the main thread. Drawing is done under
/// the lock, because a bar must not be drawn after `finish`.
package final class ProgressDisplay: Sendable {
    /// The form of the display.
    package enum Form: Hashable, Sendable {
        case bar
        case lines
    }

    /// Where the display is drawn.
    package struct Screen: Sendable {
        /// The size of the terminal.
        package var size: @Sendable () -> (columns: Int, rows: Int)
        /// Whether the process is in the foreground of the terminal.
        package var isForeground: @Sendable () -> Bool
        /// Writes text at once.
        package var write: @Sendable (String) -> Void
        /// Learns whether there is anything below the cursor that must be erased before the process stops or ends.
        package var noteDrawn: @Sendable (Bool) -> Void

        package init(
            size: @escaping @Sendable () -> (columns: Int, rows: Int),
            isForeground: @escaping @Sendable () -> Bool = { true },
            write: @escaping @Sendable (String) -> Void, noteDrawn: @escaping @Sendable (Bool) -> Void = { _ in }
        ) {
            self.size = size
            self.isForeground = isForeground
            self.write = write
            self.noteDrawn = noteDrawn
        }

        /// Standard error.
        static let standard = Screen(
            size: { Terminal.drawingSize(of: STDERR_FILENO) },
            isForeground: { Terminal.isForeground(of: STDERR_FILENO) },
            write: { StandardStreams.write($0, to: STDERR_FILENO) }, noteDrawn: { lv_note_drawn($0 ? 1 : 0) })
    }

    private struct State {
        var isDrawn = false
        var isFinished = false
        var rate = ProgressRate()
        var nextLineSeconds = ProgressDisplay.lineIntervalSeconds
        /// The last progress, if a line was printed.
        var last: Verifier.Progress?
    }

    /// The seconds between two lines.
    private static let lineIntervalSeconds = 10.0
    /// Bars of runs that are shorter than this many seconds would only flicker.
    private static let delaySeconds = 0.2
    private static let eraseBelow = "\r\u{1b}[J"

    private let form: Form
    private let screen: Screen
    private let state = Mutex(State())

    /// Makes a display for a screen.
    package init(_ form: Form, on screen: Screen) {
        self.form = form
        self.screen = screen
    }

    /// Makes a display on standard error. Bars are erased while the process is stopped.
    convenience init(_ form: Form) {
        self.init(form, on: .standard)
        if form == .bar { lv_watch_suspension() }
    }

    /// Removes the bars, or prints the last line; nothing is drawn after this.
    package func finish() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            if state.isDrawn, screen.isForeground() { screen.write(Self.eraseBelow) }
            setDrawn(false, &state)
            if let last = state.last { screen.write(ProgressLines(last, rate: state.rate).finalFigures + "\n") }
        }
    }

    /// Shows the progress.
    package func observe(_ progress: Verifier.Progress) {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.rate.note(progress)
            switch form {
            case .bar: draw(progress, &state)
            case .lines: printLine(progress, &state)
            }
        }
    }

    private func draw(_ progress: Verifier.Progress, _ state: inout State) {
        // In the background the terminal belongs to another program.
        guard progress.elapsedSeconds >= Self.delaySeconds, screen.isForeground() else { return }
        let (columns, rows) = screen.size()
        let lines = ProgressLines(progress, rate: state.rate).screen(columns: columns, rows: rows)
        setDrawn(true, &state)
        screen.write(Self.frame(lines))
    }

    /// One write draws all lines: each one over the previous one, without erasing it first, so that nothing flickers.
    private static func frame(_ lines: [String]) -> String {
        "\r" + lines.joined(separator: "\u{1b}[K\r\n") + "\u{1b}[J\r"
            + (lines.count > 1 ? "\u{1b}[\(lines.count - 1)A" : "")
    }

    private func printLine(_ progress: Verifier.Progress, _ state: inout State) {
        if state.last != nil { state.last = progress }
        guard progress.elapsedSeconds >= state.nextLineSeconds else { return }
        state.nextLineSeconds = progress.elapsedSeconds + Self.lineIntervalSeconds
        state.last = progress
        screen.write(ProgressLines(progress, rate: state.rate).figures + "\n")
    }

    private func setDrawn(_ isDrawn: Bool, _ state: inout State) {
        state.isDrawn = isDrawn
        screen.noteDrawn(isDrawn)
    }
}
