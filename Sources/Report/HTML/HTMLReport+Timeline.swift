// layerverify: the timeline of a run in an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension HTMLReport {
    /// The rows that are drawn; more threads are in none of them.
    private static let maximumRowCount = 64
    /// The time slices of all rows together.
    private static let maximumCellCount = 12_000

    /// Writes what each thread did when, as areas over time and as a table.
    mutating func writeTimeline<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard let whole = report.timeline, !whole.rows.isEmpty, whole.durationNanoseconds > 0 else { return }
        let rows = whole.rows.prefix(Self.maximumRowCount)
        let timeline = whole.coarsened(toSliceCount: max(60, Self.maximumCellCount / rows.count))
        let kinds = TraceRecord.Kind.allCases.filter { kind in rows.contains { $0.nanoseconds(of: kind) > 0 } }
        add("<section class=\"timeline\">\n<h2>Timeline</h2>\n")
        add("<p>What each thread did in the \(HumanUnits.duration(whole.seconds)) of the run. ")
        add("The height is the part of the time that an action took.</p>\n")
        add("<ul class=\"legend\">\n")
        for kind in kinds {
            add("<li><i class=\"k-\(kind.rawValue)\"></i><b>\(kind.rawValue)</b> \(kind.summary)</li>\n")
        }
        add("</ul>\n<div class=\"rows\">\n")
        for row in timeline.rows.prefix(Self.maximumRowCount) {
            add("<div class=\"row\"><span>\(name(of: row))</span>")
            writeAreas(of: row, in: timeline, kinds)
            add("</div>\n")
            try pass(to: sink)
        }
        writeAxis(whole.seconds)
        add("</div>\n")
        if whole.rows.count > rows.count {
            add("<p class=\"limit\">\(whole.rows.count - rows.count) further threads are not drawn.</p>\n")
        }
        try writeTable(Array(rows), kinds, of: whole, to: sink)
        add("</section>\n")
    }

    private func name(of row: Timeline.Row) -> String { row.worker.map { "worker \($0)" } ?? "run" }

    /// One row: the areas of the kinds, stacked. One unit of x is one slice, and 24 units of y are a whole slice.
    private mutating func writeAreas(of row: Timeline.Row, in timeline: Timeline, _ kinds: [TraceRecord.Kind]) {
        let count = timeline.sliceCount
        let height = 24
        add("<svg viewBox=\"0 0 \(count) \(height)\" preserveAspectRatio=\"none\" role=\"img\" ")
        add("aria-label=\"\(name(of: row)): \(sentence(row, kinds))\">")
        var tops = [Int](repeating: 0, count: count)
        var sums = [UInt64](repeating: 0, count: count)
        for kind in kinds where row.nanoseconds(of: kind) > 0 {
            var path = ""
            var slice = 0
            while slice < count {
                let base = tops[slice]
                func top(_ slice: Int) -> Int {
                    let sum = sums[slice] + row.nanoseconds(of: kind, in: slice)
                    return min(
                        height,
                        Int((Double(sum) / Double(timeline.nanoseconds(ofSlice: slice)) * Double(height)).rounded()))
                }
                let own = top(slice)
                var end = slice
                while end < count, tops[end] == base, top(end) == own {
                    sums[end] += row.nanoseconds(of: kind, in: end)
                    tops[end] = own
                    end += 1
                }
                if own > base { path += "M\(slice) \(height - own)h\(end - slice)v\(own - base)h-\(end - slice)z" }
                slice = end
            }
            if !path.isEmpty { add("<path class=\"k-\(kind.rawValue)\" d=\"\(path)\"/>") }
        }
        add("</svg>")
    }

    /// The times below the rows: the beginning, quarters, and the end.
    private mutating func writeAxis(_ seconds: Double) {
        add("<div class=\"row axis\" aria-hidden=\"true\"><span></span><div>")
        for quarter in 0...4 {
            add("<span>\(quarter == 0 ? "0 s" : Self.time(seconds * Double(quarter) / 4))</span>")
        }
        add("</div></div>\n")
    }

    /// `1.25 s`, or `3.41 ms` for less than a tenth of a second.
    private static func time(_ seconds: Double) -> String {
        seconds < 0.1
            ? HumanUnits.decimal(seconds * 1_000, seconds < 0.01 ? 2 : 1) + " ms" : HumanUnits.duration(seconds)
    }

    private func sentence(_ row: Timeline.Row, _ kinds: [TraceRecord.Kind]) -> String {
        kinds.filter { row.nanoseconds(of: $0) > 0 }
            .map { "\($0.rawValue) \(Self.time(Double(row.nanoseconds(of: $0)) * 1e-9))" }.joined(separator: ", ")
    }

    /// The same in numbers.
    private mutating func writeTable<Failure: Error>(
        _ rows: [Timeline.Row], _ kinds: [TraceRecord.Kind], of timeline: Timeline,
        to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        add("<details><summary>The timeline in numbers</summary>\n")
        add("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The timeline in numbers\">\n")
        add("<table>\n<thead><tr><th scope=\"col\">thread</th>")
        for kind in kinds { add("<th scope=\"col\">\(kind.rawValue)</th>") }
        add("<th scope=\"col\">other</th></tr></thead>\n<tbody>\n")
        for row in rows {
            add("<tr><th scope=\"row\">\(name(of: row))</th>")
            var busy: UInt64 = 0
            for kind in kinds {
                let time = row.nanoseconds(of: kind)
                busy += time
                add("<td>\(time == 0 ? "–" : Self.time(Double(time) * 1e-9))</td>")
            }
            let idle = timeline.durationNanoseconds - min(busy, timeline.durationNanoseconds)
            add("<td>\(Self.time(Double(idle) * 1e-9))</td></tr>\n")
            try pass(to: sink)
        }
        add("</tbody>\n</table>\n</div></details>\n")
    }
}

extension TraceRecord.Kind {
    /// A few words for a legend.
    fileprivate var summary: String {
        switch self {
        case .gather: "find images, read documents"
        case .read: "read and decode blocks"
        case .hash: "hash blocks"
        case .contents: "read the tar in layers"
        case .whole: "read, decode and hash small blobs"
        case .judge: "compare facts with claims"
        case .confirm: "read again with the reference decoder"
        }
    }
}
