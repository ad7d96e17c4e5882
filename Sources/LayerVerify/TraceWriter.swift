// layerverify: tracing a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerReport
internal import LayerSystem

/// Takes pieces of the trace of a run: text in Chrome's trace event format, which <https://ui.perfetto.dev> opens.
///
/// Each piece follows the one before. Without the last, of a run that was killed, what there is can be opened all the same.
///
/// Concurrency: called on any thread, never on two at once; the run waits meanwhile.
public typealias TraceSink = @Sendable (String) -> Void

/// Puts the trace of one run together.
///
/// ## Concurrency
/// `buffer` is guarded by its lock, and the sink is called under it, so that pieces come in order.
final class TraceWriter: Sendable {
    private let trace: ChromeTrace
    private let sink: TraceSink
    private let buffer = Locked("")

    /// 64 KiB: some three hundred events.
    private static let bufferByteCount = 64 << 10

    init(start: ContinuousClock.Instant, workerCount: Int, _ sink: @escaping TraceSink) {
        trace = ChromeTrace(start: start)
        self.sink = sink
        sink(trace.header(workerCount: workerCount))
    }

    /// Adds what was done. `path` says where a blob lies.
    func add(_ record: TraceRecord, path: (BlobIndex) -> String = { _ in "" }) {
        let line = trace.line(record, path: path)
        buffer.withLock { buffer in
            buffer += line
            guard buffer.utf8.count >= Self.bufferByteCount else { return }
            sink(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// Writes what is left. Call it once, when nothing more is added.
    func finish() { buffer.withLock { sink($0 + trace.footer) } }
}
