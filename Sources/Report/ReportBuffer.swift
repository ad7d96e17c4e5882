// layerverify: text that is not yet passed to the sink.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Text of a report in pieces of some kilobytes.
struct ReportBuffer {
    private var text = ""

    /// Adds text as it is.
    mutating func append(_ piece: String) { text += piece }

    /// Adds text as it is, and the end of the line.
    mutating func line(_ line: String = "") {
        text += line
        text += "\n"
    }

    /// Passes the buffer to `sink`, once it is long enough.
    mutating func pass<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard text.utf8.count >= 16 << 10 else { return }
        try flush(to: sink)
    }

    /// Passes the rest of the buffer to `sink`.
    mutating func flush<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard !text.isEmpty else { return }
        try sink(text)
        text.removeAll(keepingCapacity: true)
    }
}
