// layerverify: tracing a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerReport
internal import LayerSystem

extension Verifier {
    /// Receives pieces of the trace of a run: text in Chrome's trace event format, which <https://ui.perfetto.dev> opens.
    ///
    /// The trace is the concatenation of all pieces. The trace of a run that was killed lacks the last piece, and can still
    /// be opened. It is called on any thread of the run, never on two at once; the run waits until it returns.
    public typealias TraceSink = @Sendable (String) -> Void
}

/// Assembles the trace of one run.
///
/// ## Concurrency
/// `buffer` is guarded by its lock. The sink is called under it, so pieces arrive in order.
final class TraceWriter: Sendable {
    private let trace: ChromeTrace
    private let sink: Verifier.TraceSink
    private let buffer = Locked("")

    /// 64 KiB: about three hundred events.
    private static let bufferByteCount = 64 << 10

    init(start: ContinuousClock.Instant, workerCount: Int, _ sink: @escaping Verifier.TraceSink) {
        trace = ChromeTrace(start: start)
        self.sink = sink
        sink(trace.header(workerCount: workerCount))
    }

    /// Adds an action. `path` returns the location of a blob, for display.
    func add(_ record: TraceRecord, path: (BlobIndex) -> String = { _ in "" }) {
        let line = trace.line(record, path: path)
        buffer.withLock { buffer in
            buffer += line
            guard buffer.utf8.count >= Self.bufferByteCount else { return }
            sink(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// Writes the rest of the buffer and the footer. Must be called once, after the last `add`.
    func finish() { buffer.withLock { sink($0 + trace.footer) } }
}
