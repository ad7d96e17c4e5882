// layerverify: the list of failures of an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension HTMLReport {
    /// The lines of the list.
    private static let maximumFailureCount = 1_000

    /// Writes the paths and images that are not verified, one line each, with links to them.
    mutating func writeFailures<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard report.outcome != .verified else { return }
        add("<nav class=\"failures\" aria-labelledby=\"failures\">\n<h2 id=\"failures\">Not verified</h2>\n<ol>\n")
        var count = 0
        for root in content.findingsOfRoot.keys.sorted() {
            let own = (content.findingsOfRoot[root] ?? []).filter { report.findings[$0].outcome != .verified }
            guard let first = own.first else { continue }
            count += 1
            guard count <= Self.maximumFailureCount else { continue }
            let outcome = own.reduce(Outcome.verified) { $0.joined(with: report.findings[$1].outcome) }
            let path = report.roots.indices.contains(root) ? report.roots[root].path : "no path"
            let anchor = report.roots.indices.contains(root) ? "r\(root)" : "images"
            add("<li class=\"\(outcome.rawValue)\">\(mark(outcome)) ")
            add("<a href=\"#\(anchor)\"><bdi>\(HTML.cut(path, 300))</bdi></a>")
            writeReason(first, count: own.count)
            try pass(to: sink)
        }
        for index in plan.failing {
            count += 1
            guard count <= Self.maximumFailureCount else { break }
            let image = report.images[index]
            add("<li class=\"\(image.outcome.rawValue)\">\(mark(image.outcome)) ")
            add(plan.isFull[index] ? "<a href=\"#i\(index)\">\(title(of: image))</a>" : title(of: image))
            if report.roots.count > 1, report.roots.indices.contains(image.record.root) {
                add(
                    " <span class=\"faint\">in <bdi>\(HTML.cut(report.roots[image.record.root].path, 300))</bdi></span>"
                )
            }
            let findings = (image.findings + image.layers.flatMap { $0.findings }).filter {
                report.findings[$0].outcome != .verified
            }
            // The cause, not what follows from it.
            let first = findings.first {
                report.findings[$0].outcome == image.outcome && report.findings[$0].follows == nil
            }
            if let first = first ?? findings.first { writeReason(first, count: findings.count) } else { add("</li>\n") }
            try pass(to: sink)
        }
        add("</ol>\n")
        let total =
            plan.failing.count
            + content.findingsOfRoot.values.count { $0.contains { report.findings[$0].outcome != .verified } }
        if total > Self.maximumFailureCount {
            add("<p class=\"limit\">and \(total - Self.maximumFailureCount) more</p>\n")
        }
        add("</nav>\n")
    }

    /// Ends a line with its first finding and the number of further ones.
    private mutating func writeReason(_ finding: Int, count: Int) {
        add("<span class=\"reason\">\(HTML.cut(report.findings[finding].message, 400))")
        if count > 1 { add(" <span class=\"faint\">and \(HumanUnits.count(count - 1, "more finding"))</span>") }
        add("</span></li>\n")
    }
}
