// layerverify: traces for Perfetto.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Writes the actions of a run as a Chrome trace, which https://ui.perfetto.dev opens.
///
/// Shape: a JSON array of complete events (`ph` X, times in microseconds) after the names of the threads. Readers
/// accept a missing closing bracket, so an incomplete trace can be opened.
///
/// Spec: Trace Event Format, as Chromium and Perfetto document it.
package struct ChromeTrace: Sendable {
    private let start: ContinuousClock.Instant

    /// Creates a trace whose clock begins at `start`.
    package init(start: ContinuousClock.Instant) { self.start = start }

    /// The text before the events: the names of the threads.
    package func header(workerCount: Int) -> String {
        let names = ["run"] + (0..<workerCount).map { "worker \($0)" }
        let lines = names.enumerated().map { thread, name in
            #"{"name":"thread_name","ph":"M","pid":1,"tid":\#(thread),"args":{"name":"\#(name)"}}"#
        }
        return "[\n" + lines.joined(separator: ",\n")
    }

    /// The text of one event. `path` returns the location of a blob, for display.
    package func line(_ record: TraceRecord, path: (BlobIndex) -> String) -> String {
        let parts = record.parts.map { part in
            var members = #"{"blob":"# + JSONText.quoted(path(part.blob))
            members += (part.isInterleaved ? #","hashedBytes":"# : #","bytes":"#) + "\(part.byteCount)"
            if part.producedByteCount > 0 { members += #","decodedBytes":\#(part.producedByteCount)"# }
            for (name, count) in [
                ("guessed", part.chunks.guessed), ("confirmed", part.chunks.confirmed),
                ("dropped", part.chunks.dropped),
            ] where count > 0 { members += #","\#(name)Chunks":\#(count)"# }
            return members + "}"
        }
        return ",\n"
            + #"{"name":"\#(record.kind.rawValue)","ph":"X","pid":1,"tid":\#(record.worker.map { $0 + 1 } ?? 0),"#
            + #""ts":\#(microseconds(record.start - start)),"dur":\#(microseconds(record.end - record.start)),"#
            + #""args":{"blobs":["# + parts.joined(separator: ",") + "]}}"
    }

    /// The text after the events.
    package var footer: String { "\n]\n" }

    private func microseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return HumanUnits.decimal(Double(seconds) * 1e6 + Double(attoseconds) * 1e-12, 3)
    }
}
