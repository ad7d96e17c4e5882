// layerverify: the structure of a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Writes one report as text: its roots, their images and layers, and the findings of each.
struct TextReport {
    /// The content of the report.
    enum Kind: Hashable {
        /// The verdicts of a run.
        case verdicts
        /// The claims of the documents; layers were not read.
        case claims
    }

    let report: Report
    let kind: Kind
    var page: TextPage
    /// The images of each root, and the findings that belong to a root and to none of its images.
    let imagesOfRoot: [RootIndex: [Int]]
    let findingsOfRoot: [RootIndex: [Int]]
    /// Whether a finding was shown in full; a blob that forty images share has it in forty places.
    var isShown: [Bool]
    /// Whether a selection matched nothing: a store without selected images may contain others then.
    let isSelectionUnmet: Bool
    /// Whether the last image took one line.
    var wasBrief = false
    /// The file of the previous finding.
    var shownFile: String?

    var style: ReportStyle { page.style }

    init(_ report: Report, kind: Kind, style: ReportStyle) {
        self.report = report
        self.kind = kind
        page = TextPage(style: style)
        let outline = ReportOutline(report)
        imagesOfRoot = outline.imagesOfRoot
        findingsOfRoot = outline.findingsOfRoot
        isShown = [Bool](repeating: false, count: report.findings.count)
        isSelectionUnmet = report.findings.contains { $0.code == .nothingSelected || $0.code == .referenceAmbiguous }
    }

    /// Writes the whole report.
    mutating func writeAll<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        for root in report.roots.indices {
            let isBrief = isBrief(root)
            if root > 0, !isBrief || !wasBrief { page.line() }
            wasBrief = isBrief
            guard !isBrief else {
                for image in imagesOfRoot[root] ?? [] { writeTitle(of: report.images[image], in: root) }
                try page.pass(to: sink)
                continue
            }
            writeRoot(root)
            try writeFindings(findingsOfRoot[root] ?? [], indent: 2, to: sink)
            wasBrief = false
            for image in imagesOfRoot[root] ?? [] { try writeImage(report.images[image], to: sink) }
        }
        // Findings without a root would otherwise be counted in the summary and not be shown.
        let strays = findingsOfRoot.keys.filter { !report.roots.indices.contains($0) }.sorted()
        if !strays.isEmpty { page.line() }
        for root in strays { try writeFindings(findingsOfRoot[root] ?? [], indent: 0, to: sink) }
        try writeIgnored(to: sink)
        if !report.roots.isEmpty || !report.findings.isEmpty { page.line() }
        try writeFailures(to: sink)
        writeOffer()
        writeSummary()
    }

    /// Whether an image store has no heading and one line for each image: one without findings.
    private func isBrief(_ root: RootIndex) -> Bool {
        guard let images = imagesOfRoot[root] else { return false }
        return findingsOfRoot[root] == nil && images.allSatisfy { isBrief(report.images[$0]) }
    }

    /// Repeats the failures of several image stores and images, one line each, at the end, where they are on the last
    /// screen.
    private mutating func writeFailures<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard kind == .verdicts, report.outcome != .verified, report.images.count + report.roots.count > 2 else {
            return
        }
        let limit = style.width == nil || style.verbosity == .verbose ? Int.max : Self.maximumFailureCount
        var count = 0
        for root in report.roots.indices {
            let own = (findingsOfRoot[root] ?? []).map { report.findings[$0].outcome }.filter { $0 != .verified }
            if !own.isEmpty {
                count += 1
                if count <= limit {
                    page.fill(
                        lead: page.mark(own.contains(.refuted) ? Outcome.refuted : .undetermined) + " ", leadWidth: 2,
                        hanging: 2,
                        page.path(VisibleText.escaping(report.roots[root].path)))
                }
            }
            for image in imagesOfRoot[root] ?? [] where report.images[image].outcome != .verified {
                count += 1
                if count <= limit { writeTitle(of: report.images[image], in: root) }
            }
            try page.pass(to: sink)
        }
        if count > limit { page.line("and \(count - limit) more") }
        if count > 0 { page.line() }
    }

    /// This many lines fit on a screen together with the last line of the report.
    private static let maximumFailureCount = 20

    /// Writes the report of `--quiet`: errors that count, one per line, and the last line of verdicts; nothing if everything is
    /// verified.
    mutating func writeErrors<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        for (index, finding) in report.findings.enumerated() where finding.severity == .error && finding.waiver == nil {
            writeOneLine(index)
            try page.pass(to: sink)
        }
        if kind == .verdicts, report.outcome != .verified { writeSummary() }
    }

    /// `dir/: OCI image layout, 3 images`.
    private mutating func writeRoot(_ root: RootIndex) {
        let record = report.roots[root]
        var counts: [ImageKind: Int] = [:]
        for image in imagesOfRoot[root] ?? [] { counts[report.images[image].record.kind, default: 0] += 1 }
        let nouns: [(ImageKind, String)] = [
            (.image, "image"), (.artifact, "artifact"), (.attestation, "attestation"), (.blob, "other blob"),
        ]
        var parts = nouns.compactMap { kind, noun in counts[kind].map { HumanUnits.count($0, noun) } }
        if parts.isEmpty, record.form != .unknown, record.form != .folder {
            parts = [isSelectionUnmet ? "none selected" : "no image"]
        }
        var pieces = page.path(VisibleText.escaping(record.path)).map {
            TextPage.Piece(page.paint($0.text, .bold), width: $0.width, gap: $0.gap)
        }
        pieces.append(TextPage.Piece(":", gap: 0))
        pieces += TextPage.words(([record.form.title] + parts).joined(separator: ", "))
        page.fill(lead: "", leadWidth: 0, hanging: 0, pieces)
    }
}
