// layerverify: findings in a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextReport {
    /// Writes findings: errors and warnings each in full, notes of one kind together unless all is to be said.
    ///
    /// - Parameter file: the blob that they are about, if it is one.
    mutating func writeFindings<Failure: Error>(
        _ indexes: [Int], indent: Int, file: String? = nil, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var notes: [FindingCode: [Int]] = [:]
        var codes: [FindingCode] = []
        for index in indexes where report.findings.indices.contains(index) {
            let finding = report.findings[index]
            if finding.severity == .note, style.verbosity != .verbose {
                if notes[finding.code] == nil { codes.append(finding.code) }
                notes[finding.code, default: []].append(index)
            } else {
                writeFinding(index, indent: indent, file: file)
                try page.pass(to: sink)
            }
        }
        for code in codes {
            let alike = notes[code] ?? []
            if alike.count == 1 {
                writeFinding(alike[0], indent: indent)
            } else {
                writeNotes(alike, code, indent: indent)
            }
        }
    }

    /// One finding: what is wrong, where, both sides in full.
    private mutating func writeFinding(_ index: Int, indent: Int, file: String? = nil) {
        let finding = report.findings[index]
        let spaces = String(repeating: " ", count: indent)
        let label = label(of: finding)
        let lead = spaces + paint(label, as: finding) + " "
        if isShown[index] {
            return page.line(lead + page.paint("as above: ", .faint) + VisibleText.escaping(finding.message))
        }
        isShown[index] = true
        page.paragraph(
            lead: lead, leadWidth: indent + label.count + 1, VisibleText.escaping(finding.message))
        for (name, value) in fields(of: finding, file: file) {
            let words = VisibleText.escaping(value)
            page.paragraph(
                lead: spaces + "  " + page.paint(name.padded(right: 10), .faint), leadWidth: indent + 12, words)
        }
    }

    private func fields(of finding: Finding, file: String?) -> [(String, String)] {
        var fields: [(String, String)] = []
        if let file, finding.severity == .error { fields.append(("file", file)) }
        // A note's whereabouts matter to nobody who did not ask.
        if finding.severity != .note || style.verbosity == .verbose, !finding.place.description.isEmpty {
            fields.append(("at", finding.place.description))
        }
        if let expected = finding.expected { fields.append(("expected", expected)) }
        if let actual = finding.actual { fields.append(("actual", actual)) }
        if let follows = finding.follows { fields.append(("follows", "from \(follows.rawValue)")) }
        if let hint = finding.hint { fields.append(("hint", hint)) }
        return fields
    }

    /// Several notes of one kind in one paragraph.
    private mutating func writeNotes(_ indexes: [Int], _ code: FindingCode, indent: Int) {
        for index in indexes { isShown[index] = true }
        let label = "note[\(code.rawValue)]"
        let lead = String(repeating: " ", count: indent) + page.paint(label, .cyan) + " "
        var words: String
        var offer = " (--verbose lists them)"
        switch code {
        case .platformAbsent:
            let platforms = indexes.compactMap { report.findings[$0].expected }
            words = "\(indexes.count) listed platforms are not present and were not checked"
            if platforms.count == indexes.count {
                words += ": " + platforms.joined(separator: ", ")
                offer = ""
            }
        case .blobUnreferenced:
            words = "\(indexes.count) blobs are referenced by no document; each was checked against its own name only"
        case .blobNameInvalid:
            words = "\(indexes.count) files among the blobs have no digest for a name; not checked"
        default:
            words = "\(indexes.count) times, first: " + report.findings[indexes[0]].message
        }
        page.paragraph(
            lead: lead, leadWidth: indent + label.count + 1, VisibleText.escaping(words) + offer)
    }

    /// `dir/blobs/…#/layers/1: error[blob-digest-mismatch] message`, for `--quiet`.
    mutating func writeOneLine(_ finding: Finding) {
        let root = report.roots.indices.contains(finding.root) ? report.roots[finding.root].path : ""
        let place = [root, finding.place.description].filter { !$0.isEmpty }.joined(separator: ": ")
        var notes: [String] = []
        // Messages of other findings name both sides.
        let hasBothSides: [FindingCode] = [
            .blobDigestMismatch, .diffIDMismatch, .nothingSelected, .referenceAmbiguous, .digestUnexpected,
        ]
        if hasBothSides.contains(finding.code) {
            notes += [finding.expected.map { "expected \($0)" }, finding.actual.map { "actual \($0)" }].compactMap {
                $0
            }
        }
        if let cause = finding.follows { notes.append("follows from \(cause.rawValue)") }
        let end = notes.isEmpty ? "" : " (" + notes.joined(separator: ", ") + ")"
        page.line(
            (place.isEmpty ? "" : VisibleText.escaping(place) + ": ") + paint(label(of: finding), as: finding) + " "
                + VisibleText.escaping(finding.message) + end)
    }

    /// `error[code]`, `unchecked[code]` for what could not be checked, `warning[code]`, `note[code]`.
    private func label(of finding: Finding) -> String {
        let word =
            switch (finding.severity, finding.outcome) {
            case (.error, .undetermined): "unchecked"
            case (.error, .refuted), (.error, .verified): "error"
            case (.warning, _): "warning"
            case (.note, _): "note"
            }
        return "\(word)[\(finding.code.rawValue)]"
    }

    private func paint(_ label: String, as finding: Finding) -> String {
        switch (finding.severity, finding.outcome) {
        case (.error, .undetermined), (.warning, _): page.paint(label, .boldYellow)
        case (.error, .refuted), (.error, .verified): page.paint(label, .boldRed)
        case (.note, _): page.paint(label, .cyan)
        }
    }
}
