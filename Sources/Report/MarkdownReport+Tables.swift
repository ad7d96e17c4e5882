// layerverify: the tables of a Markdown report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension MarkdownReport {
    /// More images than this have two tables: those that are verified are collapsed.
    private static var fullTableCount: Int { 20 }

    /// Writes one row for each image, and for each path that is not verified by itself.
    mutating func writeTables<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard report.images.count > Self.fullTableCount else { return try writeTable(of: nil, to: sink) }
        let verifiedCount = report.images.reduce(0) { $0 + ($1.outcome == .verified ? 1 : 0) }
        try writeTable(of: .faulty, to: sink)
        guard verifiedCount > 0 else { return }
        writeDetails("\(verifiedCount) verified")
        try writeTable(of: .verified, to: sink)
        writeEndOfDetails()
    }

    /// The rows of a table.
    private enum Rows {
        case verified
        case faulty
    }

    /// Writes a table; nothing if it has no row.
    private mutating func writeTable<Failure: Error>(
        of rows: Rows?, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let hasPaths = report.roots.count > 1
        var isEmpty = true
        for root in report.roots.indices {
            let own = (outline.findingsOfRoot[root] ?? []).reduce(Outcome.verified) {
                $0.joined(with: report.findings[$1].outcome)
            }
            let path = MarkdownText.cell(report.roots[root].path)
            if own != .verified, rows != .verified {
                let name = hasPaths ? "–" : path
                writeRow(path: hasPaths ? path : nil, [name, "–", Self.verdict(own), "–", "–"], isFirst: isEmpty)
                isEmpty = false
            }
            for index in outline.imagesOfRoot[root] ?? [] {
                let image = report.images[index]
                guard rows == nil || (image.outcome == .verified) == (rows == .verified) else { continue }
                writeRow(path: hasPaths ? path : nil, cells(of: image), isFirst: isEmpty)
                isEmpty = false
                try buffer.pass(to: sink)
            }
        }
    }

    /// Writes a row, before the first also the head of the table.
    private mutating func writeRow(path: String?, _ cells: [String], isFirst: Bool) {
        if isFirst {
            buffer.line()
            buffer.line((path == nil ? "" : "| path ") + "| image | platform | verdict | layers | size |")
            buffer.line((path == nil ? "" : "|---") + "|---|---|---|--:|--:|")
        }
        buffer.line("| " + ((path.map { [$0] } ?? []) + cells).joined(separator: " | ") + " |")
    }

    private func cells(of image: ImageReport) -> [String] {
        let record = image.record
        var name = MarkdownText.cell(record.name)
        if record.references.count > 1 {
            name += " and " + HumanUnits.count(record.references.count - 1, "more name")
        }
        if let kind = record.kindName { name += " (\(kind))" }
        let sizes = image.layers.map { $0.size ?? $0.record.size }
        // A sum without one of the sizes would be wrong.
        var total: UInt64? = 0
        for size in sizes {
            guard let sum = total, let size else {
                total = nil
                break
            }
            let (value, hasOverflow) = sum.addingReportingOverflow(size)
            total = hasOverflow ? nil : value
        }
        return [
            name, record.shownPlatform.map { MarkdownText.cell($0) } ?? "–", Self.verdict(image.outcome),
            "\(image.layers.count)", total.map { HumanUnits.bytes($0) } ?? "?",
        ]
    }
}
