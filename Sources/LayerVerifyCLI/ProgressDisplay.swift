// layerverify: the progress of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerVerify
internal import Synchronization

/// Shows the progress of a run on standard error: a bar on a terminal, otherwise one line per second.
///
/// ## Concurrency
/// `state` is guarded by its mutex. `observe` runs on any thread, `finish` on the main thread. Drawing is done under
/// the lock, because a bar must not be drawn after `finish`.
final class ProgressDisplay: Sendable {
    /// The form of the display.
    enum Form: Hashable, Sendable {
        case bar
        case lines
    }

    private struct State {
        var isDrawn = false
        var isFinished = false
        var nextLineSeconds = 1.0
    }

    private let form: Form
    private let state = Mutex(State())

    init(_ form: Form) { self.form = form }

    /// Removes the bar; nothing is drawn after this.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            if state.isDrawn { StandardStreams.write("\r\u{1b}[K", to: STDERR_FILENO) }
            state.isDrawn = false
        }
    }

    /// Shows the progress.
    func observe(_ progress: VerifyProgress) {
        state.withLock { state in
            guard !state.isFinished else { return }
            switch form {
            case .bar:
                // The first bar is delayed, so that short runs do not flicker.
                guard progress.elapsedSeconds >= 0.2 else { return }
                let line = Self.bar(progress, width: Terminal.width(of: STDERR_FILENO))
                StandardStreams.write("\r" + line + "\u{1b}[K", to: STDERR_FILENO)
                state.isDrawn = true
            case .lines:
                guard progress.elapsedSeconds >= state.nextLineSeconds else { return }
                state.nextLineSeconds = progress.elapsedSeconds + 1
                StandardStreams.write(Self.figures(progress) + "\n", to: STDERR_FILENO)
            }
        }
    }

    /// `━━━━━━━━━━──────────   45 %  1.02 GiB of 2.30 GiB  1.21 GiB/s  1.05 s left`, no wider than the terminal.
    static func bar(_ progress: VerifyProgress, width: Int) -> String {
        guard progress.documentCount == 0, progress.searchedFileCount == 0 else {
            return String(figures(progress).prefix(max(0, width - 1)))
        }
        var parts = parts(of: progress)
        while parts.count > 1, parts.joined(separator: "  ").count >= width { parts.removeLast() }
        let figures = parts.joined(separator: "  ")
        // The last column stays empty: some terminals wrap as soon as it is written.
        let room = min(width - 1 - figures.count - 2, 40)
        guard room >= 8 else { return String(figures.prefix(max(0, width - 1))) }
        let filled = Int(Double(room) * share(progress))
        return String(repeating: "━", count: filled) + String(repeating: "─", count: room - filled) + "  " + figures
    }

    /// The numbers in one line.
    static func figures(_ progress: VerifyProgress) -> String { parts(of: progress).joined(separator: "  ") }

    /// Share, bytes, rate and time left, as far as they are known.
    private static func parts(of progress: VerifyProgress) -> [String] {
        guard progress.documentCount == 0 else {
            return ["\(counted(progress.documentCount, "document")) read"]
        }
        guard progress.searchedFileCount == 0 else {
            return [
                "searching: \(counted(progress.searchedFileCount, "file")), \(counted(progress.imageStoreCount, "image"))"
            ]
        }
        let percent = String(Int(share(progress) * 100))
        var parts = [
            String(repeating: " ", count: max(0, 3 - percent.count)) + percent + " %",
            HumanText.bytes(progress.doneByteCount) + " of " + HumanText.bytes(progress.totalByteCount),
        ]
        let seconds = progress.elapsedSeconds
        if let rate = HumanText.rate(progress.doneByteCount, seconds: seconds) { parts.append(rate) }
        if progress.doneByteCount > 0, progress.totalByteCount >= progress.doneByteCount {
            let left = Double(progress.totalByteCount - progress.doneByteCount)
            parts.append(HumanText.duration(left / Double(progress.doneByteCount) * seconds) + " left")
        }
        return parts
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func share(_ progress: VerifyProgress) -> Double {
        guard progress.totalByteCount > 0 else { return 0 }
        return min(1, Double(progress.doneByteCount) / Double(progress.totalByteCount))
    }
}
