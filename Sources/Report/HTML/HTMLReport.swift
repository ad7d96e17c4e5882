// layerverify: the structure of an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Writes one report as an HTML page: the verdict, the failures, each image with its layers and findings, the timeline.
struct HTMLReport {
    let report: Report
    let plan: HTMLPlan
    /// The images and findings of each root, and the sentences of the summary.
    let content: TextReport
    /// Whether a finding was shown in full; its other places link to it.
    var isShown: [Bool]
    /// The codes whose explanation the page has.
    var explained: Set<FindingCode> = []
    /// How many more findings are shown in full and in one line.
    var fullFindingsLeft = Self.maximumFindingCount
    var findingLinesLeft = HTMLPlan.maximumElementCount
    private(set) var hiddenFindingCount = 0
    private var buffer: HTML = ""

    /// Verified images that the page does not show in full have one line each, up to this number.
    static let maximumLineCount = 1_000
    /// The rows of one image.
    static let maximumLayerCount = 1_000
    /// The findings in full; further ones have one line each.
    static let maximumFindingCount = 2_000

    init(_ report: Report) {
        self.report = report
        plan = HTMLPlan(report)
        content = TextReport(report, kind: .verdicts, style: ReportStyle())
        isShown = Array(repeating: false, count: report.findings.count)
    }

    mutating func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        writeHead()
        writeHeader()
        add("<main>\n")
        try writeFailures(to: sink)
        add("<div id=\"images\"></div>\n")
        for root in report.roots.indices { try writeRoot(root, to: sink) }
        // Findings without a root are counted in the summary, so they must be shown.
        for root in content.findingsOfRoot.keys.filter({ !report.roots.indices.contains($0) }).sorted() {
            add("<section>\n<h2>Findings about the command</h2>\n<h3>Findings</h3>\n")
            try writeFindings(content.findingsOfRoot[root] ?? [], to: sink)
            add("</section>\n")
        }
        try writeBriefImages(to: sink)
        writeHidden()
        try writeIgnoredFiles(to: sink)
        try writeTimeline(to: sink)
        add("</main>\n<footer><p>Written by \(Tool.name) \(Tool.version). ")
        add("The page has no scripts and loads nothing.</p></footer>\n")
        add("</body>\n</html>\n")
        try flush(to: sink)
    }

    /// Adds a piece to the page.
    mutating func add(_ html: HTML) { buffer += html }

    mutating func hideFinding() { hiddenFindingCount += 1 }

    /// Passes the buffer to `sink`, once it is long enough.
    mutating func pass<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard buffer.text.utf8.count >= 16 << 10 else { return }
        try flush(to: sink)
    }

    private mutating func flush<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard !buffer.text.isEmpty else { return }
        try sink(buffer.text)
        buffer = ""
    }

    /// Writes the images of a path, and the findings about none of them.
    private mutating func writeRoot<Failure: Error>(
        _ root: RootIndex, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let record = report.roots[root]
        let images = content.imagesOfRoot[root] ?? []
        let findings = content.findingsOfRoot[root] ?? []
        let full = images.filter { plan.isFull[$0] }
        guard !full.isEmpty || !findings.isEmpty || report.roots.count == 1 else { return }
        add("<section class=\"root\" id=\"r\(root)\">\n<h2><bdi>\(HTML.cut(record.path, 1_000))</bdi> ")
        add("<span class=\"form\">\(record.form.title), \(imageCount(images.count))</span></h2>\n")
        if !findings.isEmpty {
            add("<h3>Findings about the path</h3>\n")
            try writeFindings(findings, to: sink)
        }
        for image in full { try writeImage(report.images[image], image, to: sink) }
        add("</section>\n")
        try pass(to: sink)
    }

    private func imageCount(_ count: Int) -> String { count == 0 ? "no image" : HumanUnits.count(count, "image") }

    private mutating func writeHidden() {
        guard hiddenFindingCount > 0 else { return }
        add("<p class=\"limit\">\(HumanUnits.count(hiddenFindingCount, "further finding")) ")
        add("\(hiddenFindingCount == 1 ? "is" : "are") not on this page. ")
        add("The JSON report has all of them: <code>--report json=FILE</code>.</p>\n")
    }

    private mutating func writeIgnoredFiles<Failure: Error>(
        to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let ignored = report.summary.ignored
        guard ignored.count > 0 else { return }
        add("<section>\n<h2>Files that were not checked</h2>\n")
        add("<details><summary>\(HumanUnits.count(ignored.count, "file that is not", "files that are not")) ")
        add("\(ignored.count == 1 ? "an image" : "images")</summary>\n<ul>\n")
        for path in ignored.paths {
            add("<li>\(HTML.code(path))</li>\n")
            try pass(to: sink)
        }
        if ignored.restCount > 0 { add("<li>and \(ignored.restCount) more</li>\n") }
        add("</ul></details>\n</section>\n")
    }
}
