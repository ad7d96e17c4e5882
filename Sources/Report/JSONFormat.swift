// layerverify: reports for programs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// JSON as `docs/json.md` describes it, versioned by `schemaVersion`.
///
/// Within a version members are only added. Two runs over the same bytes differ only in `summary.seconds` and
/// `summary.bytesPerSecond`.
package struct JSONFormat: ReportFormat {
    package let name = "json"

    /// Incremented when a member is removed or changes its meaning.
    package static let schemaVersion = 1

    package init() {}

    /// Writes the members at the beginning of every document.
    package static func writeHead(to json: inout JSONText) { JSONReport.writeHead(to: &json) }

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try JSONReport(report: report, kind: .verdicts).write(to: sink)
    }

    package func writeTree<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try JSONReport(report: report, kind: .claims).write(to: sink)
    }

    package func write<Failure: Error>(
        _ digests: LayerDigestReport, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var json = JSONText()
        json.open(nil, "{")
        JSONReport.writeHead(to: &json)
        json.member("outcome", digests.outcome.rawValue)
        json.open("files", "[")
        for record in digests.records {
            json.object { json in
                json.member("path", record.path)
                json.member("digest", record.digest?.description)
                json.member("diffID", record.diffID?.description)
                json.member("chainID", record.chainID?.description)
                json.member("compression", record.compression?.rawValue)
                json.member("size", record.size)
                json.member("uncompressedSize", record.uncompressedSize)
                json.member("outcome", record.outcome.rawValue)
                json.member("code", record.finding?.code.rawValue)
                json.member("message", record.finding?.message)
            }
            try json.pass(to: sink)
        }
        json.close("]")
        let byteCount = digests.records.reduce(UInt64(0)) { $0 &+ ($1.size ?? 0) }
        json.object("summary") { json in
            json.member("files", digests.records.count)
            json.member("compressedBytes", byteCount)
            json.member("seconds", seconds: digests.seconds)
            json.member("bytesPerSecond", HumanUnits.bytesPerSecond(byteCount, seconds: digests.seconds))
        }
        json.close("}")
        try json.flush(to: sink)
    }
}
