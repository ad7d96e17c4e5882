// layerverify: findings in a Markdown report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension MarkdownReport {
    /// A section shows this many errors and warnings; further ones are collapsed.
    private static var openFindingCount: Int { 10 }

    /// Notes and findings that do not count, beyond this number, are counted and not listed.
    private static var maximumNoteCount: Int { 50 }

    /// Writes the findings of a section: errors and warnings, then, collapsed, those that do not count, and notes.
    mutating func writeFindings<Failure: Error>(
        _ parts: [MarkdownPart], to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var faults: [MarkdownPart] = []
        var notes: [Int] = []
        var waived: [Int] = []
        for part in parts {
            var own = MarkdownPart(title: part.title, findings: [])
            for index in part.findings where report.findings.indices.contains(index) {
                let finding = report.findings[index]
                if finding.waiver != nil {
                    waived.append(index)
                } else if finding.severity == .note {
                    notes.append(index)
                } else {
                    own.findings.append(index)
                }
            }
            if !own.findings.isEmpty { faults.append(own) }
        }
        try writeFaults(faults, to: sink)
        try writeList(waived, "ignored finding", to: sink)
        try writeList(notes, "note", to: sink)
    }

    /// Writes errors and warnings, each part in a block of plain text.
    ///
    /// Every line of a block begins with a label or with spaces and the name of a field, so no text from the image can
    /// end it.
    private mutating func writeFaults<Failure: Error>(
        _ parts: [MarkdownPart], to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let total = parts.reduce(0) { $0 + $1.findings.count }
        var count = 0
        for part in parts {
            var isOpen = false
            for index in part.findings {
                if count == Self.openFindingCount {
                    if isOpen { buffer.line("```") }
                    isOpen = false
                    writeDetails(HumanUnits.count(total - count, "more finding"))
                }
                if !isOpen {
                    openBlock(part.title)
                    isOpen = true
                }
                writeFinding(index)
                count += 1
                try buffer.pass(to: sink)
            }
            buffer.line("```")
        }
        if count > Self.openFindingCount { writeEndOfDetails() }
    }

    /// Writes findings in a collapsed block.
    private mutating func writeList<Failure: Error>(
        _ findings: [Int], _ noun: String, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        guard !findings.isEmpty else { return }
        writeDetails(HumanUnits.count(findings.count, noun))
        openBlock(nil)
        for index in findings.prefix(Self.maximumNoteCount) {
            writeFinding(index)
            try buffer.pass(to: sink)
        }
        let rest = findings.count - Self.maximumNoteCount
        if rest > 0 { buffer.line("and \(rest) more") }
        buffer.line("```")
        writeEndOfDetails()
    }

    private mutating func openBlock(_ title: String?) {
        buffer.line()
        if let title {
            buffer.line(title + ":")
            buffer.line()
        }
        buffer.line("```text")
        shownFile = nil
    }

    /// Writes one finding; in one line if it was written in full before. Consecutive findings of a block name their file
    /// once.
    private mutating func writeFinding(_ index: Int) {
        let lines = FindingLines(index, of: report)
        if isShown[index] { return buffer.line(lines.title + " (as above)") }
        isShown[index] = true
        let file = lines.fields.first { $0.name == "file" }?.value
        let isSameFile = file != nil && file == shownFile
        shownFile = file
        buffer.line(lines.title)
        for field in lines.fields where !(isSameFile && ["file", "built by"].contains(field.name)) {
            buffer.line(field.line)
        }
    }

    /// Begins a collapsed part. Markdown is read in HTML only after an empty line.
    mutating func writeDetails(_ title: String) {
        buffer.line()
        buffer.line("<details><summary>\(title)</summary>")
    }

    mutating func writeEndOfDetails() {
        buffer.line()
        buffer.line("</details>")
    }
}
