// layerverify: a run with its signals and its progress.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem
internal import LayerVerify

/// The signals and the progress display of a run.
///
/// ## Concurrency
/// The run also computes on the main thread. Signal handlers set a flag, and progress is shown on the thread that
/// reports it.
final class RunSession {
    let cancellation: Verifier.Cancellation
    private let display: ProgressDisplay?
    private let trace: TraceFile?

    /// Starts to watch signals, and creates the progress display. With `isNice` the calling thread gets the lowest priority.
    init(progress: ProgressMode, isNice: Bool = false, trace: TraceFile? = nil) {
        FastPaths.complaint.map(StandardStreams.complain)
        // Documents are read by the main thread.
        if isNice { BackgroundPriority.adopt() }
        self.trace = trace
        cancellation = SignalWatch.begin()
        display = progress.form.map { ProgressDisplay($0) }
    }

    /// Runs `body` with a progress display, and removes the display before it returns.
    func run<Result>(_ body: (Verifier.Cancellation, ProgressObserver?, Verifier.TraceSink?) -> Result) -> Result {
        let sink = trace.map { trace -> Verifier.TraceSink in { trace.write($0) } }
        guard let display else { return body(cancellation, nil, sink) }
        defer { display.finish() }
        return body(cancellation, { display.observe($0) }, sink)
    }

    /// Writes the reports and then the trace, and ends the command: by the signal that interrupted it, if there was one,
    /// otherwise with `status`. One that cannot be written does not keep the others from being written.
    ///
    /// - Parameters:
    ///   - status: evaluated after everything was written.
    ///   - pipe: what it means if the reader of the output ends before everything was written.
    ///   - lostStatus: the status if a report could not be written; nil if a verdict that is refuted is still the status then.
    ///   - write: writes the report for the output with a number.
    ///
    /// Throws: the exit status, or `ClosedPipe`, always.
    func finish(
        with status: @autoclosure () -> ExitStatus, writing outputs: [ReportOutput],
        ifPipeCloses pipe: ClosedPipe.Meaning = .lostReport, lostStatus: ExitStatus? = nil,
        _ write: (Int, (String) throws(ReportOutput.Failure) -> Void) throws(ReportOutput.Failure) -> Void
    ) throws -> Never {
        var (isLost, isCut) = (false, false)
        func attempt(_ body: () throws(ReportOutput.Failure) -> Void) {
            do throws(ReportOutput.Failure) {
                try body()
            } catch {
                guard !error.isClosedPipe || pipe == .lostReport else {
                    isCut = true
                    return
                }
                let verdict = lostStatus == nil && status() == .refuted ? " (the image failed verification)" : ""
                StandardStreams.complain(error.description + verdict)
                isLost = true
            }
        }
        for (number, output) in outputs.enumerated() {
            attempt { () throws(ReportOutput.Failure) in
                try write(number) { piece throws(ReportOutput.Failure) in try output.write(piece) }
                try output.commit()
            }
        }
        attempt { () throws(ReportOutput.Failure) in try trace?.commit() }
        SignalWatch.dieIfCaught()
        if isCut, !isLost, status() == .verified { throw ClosedPipe() }
        throw (isLost ? lostStatus ?? status().afterLostReport : status()).exitCode
    }
}

extension ReportOutput {
    /// Opens the output of a command. Must be called before signals are watched: opening a FIFO waits for its reader,
    /// and a signal must end the program then.
    ///
    /// Throws: the exit status, after a message, if it cannot be opened.
    static func opened(_ path: String?) throws -> ReportOutput {
        SignalWatch.unblock()
        return try explaining { () throws(Failure) in try ReportOutput(path: path) }
    }

    /// Creates the draft of the report. Must be called when signals are watched, so that no signal leaves an incomplete
    /// file behind.
    ///
    /// Throws: the exit status, after a message, if it cannot be created.
    func prepare() throws {
        try Self.explaining { () throws(Failure) in try makeDraft() }
    }

    private static func explaining<Result>(_ body: () throws(Failure) -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            StandardStreams.complain(error.description)
            throw ExitStatus.undetermined.exitCode
        }
    }
}

/// The reader of a list or a text ended before all of it was written, as `head` does. The program ends by SIGPIPE then, without a
/// message; a list is no verdict, and its reader has what it wanted.
struct ClosedPipe: Error {
    /// What it means to a command.
    enum Meaning {
        /// A report is lost, which is told.
        case lostReport
        case enough
    }
}
