// layerverify: the structure of a Markdown report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Writes the verdicts of a run as Markdown: heading, summary, table of images, and one section for each image or path
/// that has findings.
struct MarkdownReport {
    let report: Report
    let outline: ReportOutline
    var buffer = ReportBuffer()
    /// Whether a finding was written in full; a blob that forty images share has it in forty places.
    var isShown: [Bool]
    /// The file of the previous finding of a block.
    var shownFile: String?

    init(_ report: Report) {
        self.report = report
        outline = ReportOutline(report)
        isShown = [Bool](repeating: false, count: report.findings.count)
    }

    mutating func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        buffer.line("## layerverify: " + Self.verdict(report.outcome))
        buffer.line()
        buffer.line(TextReport(report, kind: .verdicts, style: ReportStyle()).summarySentence + ".")
        try writeTables(to: sink)
        for root in report.roots.indices {
            let record = report.roots[root]
            if let findings = outline.findingsOfRoot[root] {
                writeHeading("\(MarkdownText.code(record.path)): \(record.form.title)", of: findings)
                try writeFindings([MarkdownPart(title: nil, findings: findings)], to: sink)
            }
            for image in outline.imagesOfRoot[root] ?? [] { try writeSection(report.images[image], to: sink) }
        }
        if !outline.strays.isEmpty {
            writeHeading("The run", of: outline.strays)
            try writeFindings([MarkdownPart(title: nil, findings: outline.strays)], to: sink)
        }
        try buffer.flush(to: sink)
    }

    /// The outcome in a word and a mark. The mark alone would be lost where emoji are not displayed.
    static func verdict(_ outcome: Outcome) -> String {
        switch outcome {
        case .verified: "✅ verified"
        case .undetermined: "⚠️ undetermined"
        case .refuted: "❌ refuted"
        }
    }

    /// Writes the heading of the findings of a path or of the run. It has no verdict if they leave it verified: its images
    /// may be refuted.
    private mutating func writeHeading(_ title: String, of findings: [Int]) {
        let outcome = findings.reduce(Outcome.verified) { $0.joined(with: report.findings[$1].outcome) }
        buffer.line()
        buffer.line("### " + title + (outcome == .verified ? "" : ": " + Self.verdict(outcome)))
    }

    /// Writes the findings of an image; nothing for an image without findings.
    private mutating func writeSection<Failure: Error>(
        _ image: ImageReport, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var parts = image.findings.isEmpty ? [] : [MarkdownPart(title: nil, findings: image.findings)]
        for (index, layer) in image.layers.enumerated() where !layer.findings.isEmpty {
            let title = "Layer \(index + 1) of \(image.layers.count)"
            parts.append(MarkdownPart(title: title, findings: layer.findings))
        }
        guard !parts.isEmpty else { return }
        let record = image.record
        var title = MarkdownText.code(record.name)
        if let kind = record.kindName { title += " (\(kind))" }
        if let platform = record.shownPlatform { title += " " + MarkdownText.code(platform) }
        buffer.line()
        buffer.line("### \(title): " + Self.verdict(image.outcome))
        var identity: [String] = []
        if report.roots.indices.contains(record.root) {
            identity.append("in " + MarkdownText.code(report.roots[record.root].path))
        }
        if let digest = record.manifestDigest { identity.append("manifest `\(digest)`") }
        if let digest = record.imageID, record.kind == .image { identity.append("image ID `\(digest)`") }
        if !identity.isEmpty {
            buffer.line()
            buffer.line(identity.joined(separator: ", "))
        }
        try writeFindings(parts, to: sink)
    }
}

/// Findings under one title.
struct MarkdownPart {
    let title: String?
    var findings: [Int]
}

extension ImageRecord {
    /// A name for people, not escaped: the first reference, otherwise the first digits of a digest, otherwise the place
    /// of the entry.
    var name: String { references.first ?? (manifestDigest ?? imageID)?.short ?? place.description }

    /// `artifact`, `attestation` or `no image`; nil for an image.
    var kindName: String? {
        switch kind {
        case .image: nil
        case .artifact: "artifact"
        case .attestation: "attestation"
        case .blob: "no image"
        }
    }

    /// The platform, not escaped; nil of an attestation, whose platform says nothing.
    var shownPlatform: String? { kind == .attestation ? nil : platform?.description }
}
