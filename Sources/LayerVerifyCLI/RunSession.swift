// layerverify: a run with its signals and its progress.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem
internal import LayerVerify

/// What goes on beside a run: signals that end it early, and the progress.
///
/// ## Concurrency
/// The run computes on the main thread, too. Signals are taken by their handler, and progress is shown by whoever tells it.
final class RunSession {
    let cancellation: Cancellation
    private let display: ProgressDisplay?
    private let trace: TraceFile?

    /// A run whose threads and files are as its options want them.
    init(progress: ProgressMode, isNice: Bool = false, trace: TraceFile? = nil) {
        FastPaths.complaint.map(StandardStreams.complain)
        // Documents are read by the main thread.
        if isNice { BackgroundPriority.adopt() }
        self.trace = trace
        cancellation = SignalWatch.begin()
        display = progress.form.map { ProgressDisplay($0) }
    }

    /// Runs `body` while progress is shown, and takes the progress away before it returns.
    func run<Result>(_ body: (Cancellation, ProgressObserver?, TraceSink?) -> Result) -> Result {
        let sink = trace.map { trace -> TraceSink in { trace.write($0) } }
        guard let display else { return body(cancellation, nil, sink) }
        defer { display.finish() }
        return body(cancellation, { display.observe($0) }, sink)
    }

    /// Writes a report, and the trace behind it, and ends the command: by the signal that interrupted it, if one did, else with `status`.
    ///
    /// Throws: the exit status, always.
    func finish(
        with status: ExitStatus, writing output: ReportOutput,
        _ write: ((String) throws(ReportOutput.Failure) -> Void) throws(ReportOutput.Failure) -> Void
    ) throws -> Never {
        var status = status
        do throws(ReportOutput.Failure) {
            try write { piece throws(ReportOutput.Failure) in try output.write(piece) }
            try output.commit()
            try trace?.commit()
        } catch {
            StandardStreams.complain(error.description + (status == .refuted ? " (the image failed verification)" : ""))
            status = status.afterLostReport
        }
        SignalWatch.dieIfCaught()
        throw status.exitCode
    }
}

extension ReportOutput {
    /// Opens the output of a command. Call it before signals are watched: opening a FIFO waits for its reader, and a
    /// signal is then to end the program at once.
    ///
    /// Throws: the exit status, after a message, if it cannot be opened.
    static func opened(_ path: String?) throws -> ReportOutput {
        SignalWatch.unblock()
        return try explaining { () throws(Failure) in try ReportOutput(path: path) }
    }

    /// Makes the file that the report is written into. Call it when signals are watched: from then on none leaves half a
    /// file behind.
    ///
    /// Throws: the exit status, after a message, if it cannot be made.
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
