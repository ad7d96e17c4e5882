// layerverify: traces for Perfetto.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Writes what a run did as a trace of Chrome's, which https://ui.perfetto.dev opens.
///
/// Shape: a JSON array of complete events (`ph` X, times in microseconds) after the names of the threads. Readers do without
/// the closing bracket, so that the beginning of a trace is one, too.
///
/// Spec: Trace Event Format, as Chromium and Perfetto document it.
package struct ChromeTrace: Sendable {
    private let start: ContinuousClock.Instant

    /// A trace of which the clock begins at `start`.
    package init(start: ContinuousClock.Instant) { self.start = start }

    /// What stands before the events: the names of the threads.
    package func header(workerCount: Int) -> String {
        let names = ["run"] + (0..<workerCount).map { "worker \($0)" }
        let lines = names.enumerated().map { thread, name in
            #"{"name":"thread_name","ph":"M","pid":1,"tid":\#(thread),"args":{"name":"\#(name)"}}"#
        }
        return "[\n" + lines.joined(separator: ",\n")
    }

    /// One event. `path` says where a blob lies.
    package func line(_ record: TraceRecord, path: (BlobIndex) -> String) -> String {
        let parts = record.parts.map { part in
            var members = #"{"blob":"# + JSONText.quoted(path(part.blob))
            members += (part.isBeside ? #","hashedBytes":"# : #","bytes":"#) + "\(part.byteCount)"
            if part.producedByteCount > 0 { members += #","decodedBytes":\#(part.producedByteCount)"# }
            return members + "}"
        }
        return ",\n"
            + #"{"name":"\#(record.kind.rawValue)","ph":"X","pid":1,"tid":\#(record.worker.map { $0 + 1 } ?? 0),"#
            + #""ts":\#(microseconds(record.start - start)),"dur":\#(microseconds(record.end - record.start)),"#
            + #""args":{"blobs":["# + parts.joined(separator: ",") + "]}}"
    }

    /// What stands behind the events.
    package var footer: String { "\n]\n" }

    private func microseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return HumanUnits.decimal(Double(seconds) * 1e6 + Double(attoseconds) * 1e-12, 3)
    }
}
