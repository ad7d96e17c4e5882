// layerverify: findings in an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension HTMLReport {
    /// The notes of one kind that are listed.
    private static let maximumNoteCount = 50

    /// Writes findings: errors and warnings one by one, and notes of one kind together.
    ///
    /// - Parameter layer: the image, the layer and the number of layers of the image; nil for findings about no layer.
    mutating func writeFindings<Failure: Error>(
        _ indexes: [Int], layer: (image: Int, number: Int, count: Int)? = nil,
        to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var notes: [FindingCode: [Int]] = [:]
        var codes: [FindingCode] = []
        for index in indexes where report.findings.indices.contains(index) {
            let finding = report.findings[index]
            if finding.severity == .note, finding.waiver == nil {
                if notes[finding.code] == nil { codes.append(finding.code) }
                notes[finding.code, default: []].append(index)
            } else {
                writeFinding(index, finding, layer: layer)
                try pass(to: sink)
            }
        }
        for code in codes {
            let alike = notes[code] ?? []
            if alike.count == 1 {
                writeFinding(alike[0], report.findings[alike[0]], layer: layer)
            } else {
                try writeNotes(alike, code, to: sink)
            }
        }
    }

    private mutating func writeFinding(
        _ index: Int, _ finding: Finding, layer: (image: Int, number: Int, count: Int)?
    ) {
        guard !isShown[index], fullFindingsLeft > 0 else { return writeLine(index, finding) }
        isShown[index] = true
        fullFindingsLeft -= 1
        add("<article class=\"finding \(kind(of: finding))\" id=\"f\(index)\">\n<h4>\(icon(kind(of: finding)))")
        add("<span class=\"label\">\(label(of: finding))</span> <code>\(finding.code.rawValue)</code></h4>\n")
        add("<p class=\"message\">\(HTML.cut(finding.message, 4_000))</p>\n")
        if let waiver = finding.waiver { writeWaiver(waiver) }
        add("<dl class=\"facts\">\n")
        let file = report.files[index]
        if let layer {
            fact("Layer", "<a href=\"#i\(layer.image)l\(layer.number)\">\(layer.number + 1) of \(layer.count)</a>")
        }
        // What follows from the finding before is about the same file.
        let isBrief = finding.follows != nil && layer != nil
        if !isBrief, finding.severity != .note, let location = report.location(of: index) {
            let archive: HTML = location.archive.map { " in \(HTML.code($0))" } ?? ""
            let offset = file?.offsetBytes.map { ", at byte \(Self.grouped($0))" } ?? ""
            fact("File", HTML.code(location.path) + archive + "\(offset)")
        }
        if !isBrief, let createdBy = file?.createdBy { fact("Built by", HTML.code(createdBy)) }
        if !finding.place.description.isEmpty {
            fact(file == nil || file?.path == finding.place.path ? "At" : "Claim", HTML.code(finding.place.description))
        }
        add("</dl>\n")
        writeValues(of: finding)
        if let hint = finding.hint { add("<p class=\"hint\"><b>Hint:</b> \(HTML.cut(hint, 2_000))</p>\n") }
        if let follows = finding.follows {
            add("<p class=\"faint\">Follows from <code>\(follows.rawValue)</code> on the same file.</p>\n")
        }
        writeExplanation(of: finding.code)
        add("</article>\n")
    }

    /// Both values, one below the other, with marks where they differ.
    private mutating func writeValues(of finding: Finding) {
        // A single value that the message already has, such as the offset of a damage.
        if finding.expected == nil, finding.actual.map({ finding.message.contains($0) }) ?? true { return }
        var expected = finding.expected.map { HTML(escaping: HTML.cut($0, 2_000)) }
        var actual = finding.actual.map { HTML(escaping: HTML.cut($0, 2_000)) }
        if let one = finding.expected, let other = finding.actual {
            let marked = HTMLDifference.marked(one, other)
            (expected, actual) = (marked.expected, marked.actual)
        }
        add("<dl class=\"values\">\n")
        if let expected { add("<div><dt>Expected</dt><dd><code>\(expected)</code></dd></div>\n") }
        if let actual { add("<div><dt>Actual</dt><dd><code>\(actual)</code></dd></div>\n") }
        add("</dl>\n")
    }

    /// A finding that was shown before, or one more than a page shows in full.
    private mutating func writeLine(_ index: Int, _ finding: Finding) {
        guard findingLinesLeft > 0 else { return hideFinding() }
        findingLinesLeft -= 1
        add("<p class=\"again \(kind(of: finding))\">\(icon(kind(of: finding)))")
        add("<span class=\"label\">\(label(of: finding))</span> ")
        if isShown[index] {
            add("<a href=\"#f\(index)\"><code>\(finding.code.rawValue)</code></a>, as above: ")
        } else {
            add("<code>\(finding.code.rawValue)</code> ")
        }
        add("\(HTML.cut(finding.message, 400))</p>\n")
    }

    /// Notes of one kind.
    private mutating func writeNotes<Failure: Error>(
        _ indexes: [Int], _ code: FindingCode, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        add("<article class=\"finding note\">\n<h4>\(icon("note"))<span class=\"label\">\(indexes.count) notes</span> ")
        add("<code>\(code.rawValue)</code></h4>\n<p class=\"message\">\(HTML(markdown: code.meaning.summary))</p>\n")
        let heading = indexes.count > Self.maximumNoteCount ? "The first \(Self.maximumNoteCount)" : "All of them"
        add("<details><summary>\(heading)</summary>\n<ul>\n")
        for index in indexes.prefix(Self.maximumNoteCount) {
            isShown[index] = true
            add("<li id=\"f\(index)\">\(HTML.cut(report.findings[index].message, 1_000))</li>\n")
            try pass(to: sink)
        }
        add("</ul></details>\n")
        writeExplanation(of: code)
        add("</article>\n")
    }

    private mutating func writeWaiver(_ waiver: Waiver) {
        add("<p class=\"waiver\"><b>Ignored</b> by <code>\(waiver.source.option)</code>")
        if let until = waiver.until { add(" until \(until)") }
        if let reason = waiver.reason { add(": <bdi>\(HTML.cut(reason, 1_000))</bdi>") }
        add("</p>\n")
    }

    /// Writes the explanation of a code once; later findings of the code link to it.
    private mutating func writeExplanation(of code: FindingCode) {
        guard explained.insert(code).inserted else {
            add("<p class=\"more\"><a href=\"#x-\(code.rawValue)\">What <code>\(code.rawValue)</code> means</a></p>\n")
            return
        }
        let explanation = code.explanation
        add("<details class=\"explanation\"><summary>What <code>\(code.rawValue)</code> means</summary>\n")
        add("<p id=\"x-\(code.rawValue)\">\(HTML(markdown: explanation.meaning))</p>\n")
        list("How it comes about", explanation.causes)
        list("What to do", explanation.remedies)
        if !explanation.sources.isEmpty {
            add("<p class=\"faint\">Sources: ")
            for (number, source) in explanation.sources.enumerated() {
                if number > 0 { add("; ") }
                if let address = source.address, address.hasPrefix("https://") {
                    add("<a href=\"\(address)\" rel=\"noreferrer\">\(source.title)</a>")
                } else {
                    add("\(source.title)")
                }
            }
            add(".</p>\n")
        }
        add("</details>\n")
    }

    private mutating func list(_ title: String, _ sentences: [String]) {
        guard !sentences.isEmpty else { return }
        add("<p><b>\(title)</b></p>\n<ul>\n")
        for sentence in sentences { add("<li>\(HTML(markdown: sentence))</li>\n") }
        add("</ul>\n")
    }

    /// The class and the icon of a finding.
    private func kind(of finding: Finding) -> String {
        guard finding.waiver == nil else { return "ignored" }
        return switch finding.severity {
        case .error: finding.outcome == .undetermined ? "undetermined" : "refuted"
        case .warning: "warning"
        case .note: "note"
        }
    }

    private func label(of finding: Finding) -> String {
        let word =
            switch (finding.severity, finding.outcome) {
            case (.error, .undetermined): "unchecked"
            case (.error, .refuted), (.error, .verified): "error"
            case (.warning, _): "warning"
            case (.note, _): "note"
            }
        return finding.waiver == nil ? word : "ignored \(word)"
    }
}
