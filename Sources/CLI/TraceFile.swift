// layerverify: the file of a trace.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The file of `--trace`, created before the run, with its final name after it.
///
/// A trace that cannot be written does not stop the run; the error is reported at the end.
///
/// ## Concurrency
/// `write` is called by the run, never on two threads at once. All other members are called by the main thread, before
/// and after the run.
final class TraceFile: @unchecked Sendable {
    // SAFETY: used by one thread at a time, as described above. The locks of the run's trace order the accesses.
    private let output: ReportOutput
    private var failure: ReportOutput.Failure?

    private init(_ output: ReportOutput) { self.output = output }

    /// Checks the files of a trace and of a report, before anything is read.
    ///
    /// Throws: `ValidationError` if one would replace the other, or a file that is to be verified.
    static func validate(_ trace: String?, beside report: String?, reading paths: [String]) throws {
        guard let trace else { return }
        try OutputPlace.validate(trace, reading: paths)
        guard !OutputPlace.isSame(trace, report) else {
            throw ValidationError("The trace and the report cannot go to the same place.")
        }
    }

    /// Opens the file, if there is one, like the output of a report.
    ///
    /// Throws: the exit status, after a message, if it cannot be opened.
    static func opened(_ path: String?) throws -> TraceFile? { try path.map { TraceFile(try ReportOutput.opened($0)) } }

    /// Creates the draft. Throws: the exit status, after a message, if it cannot be created.
    func prepare() throws { try output.prepare() }

    /// Adds a piece of the trace.
    func write(_ text: String) {
        guard failure == nil else { return }
        do throws(ReportOutput.Failure) { try output.write(text) } catch { failure = error }
    }

    /// Gives the trace its final name. Throws: the first error, including errors of earlier writes.
    func commit() throws(ReportOutput.Failure) {
        if let failure { throw failure }
        try output.commit()
    }
}
