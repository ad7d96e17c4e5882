// layerverify: findings in a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextReport {
    /// Whether a finding is only in verbose reports: good images have many of its kind.
    func isLeftOut(_ index: Int) -> Bool {
        let finding = report.findings[index]
        return style.verbosity != .verbose && finding.code.isOnlyForVerboseText && finding.waiver == nil
    }

    /// Writes findings: errors and warnings in full, and notes of one kind together unless the report is verbose.
    mutating func writeFindings<Failure: Error>(
        _ indexes: [Int], indent: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        shownFile = nil
        var notes: [FindingCode: [Int]] = [:]
        var codes: [FindingCode] = []
        for index in indexes where report.findings.indices.contains(index) && !isLeftOut(index) {
            let finding = report.findings[index]
            if finding.severity == .note, finding.waiver == nil, style.verbosity != .verbose {
                if notes[finding.code] == nil { codes.append(finding.code) }
                notes[finding.code, default: []].append(index)
            } else {
                writeFinding(index, indent: indent)
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

    /// Writes one finding: message, file, place and both values.
    private mutating func writeFinding(_ index: Int, indent: Int) {
        let finding = report.findings[index]
        let spaces = String(repeating: " ", count: indent)
        let label = label(of: finding)
        let lead = spaces + paint(label, as: finding) + " "
        let leadWidth = indent + label.count + 1
        if isShown[index] {
            let mark = ["as", "above:"].map { TextPage.Piece(page.paint($0, .faint), width: $0.count) }
            let words = TextPage.words(VisibleText.escaping(finding.message))
            return page.fill(lead: lead, leadWidth: leadWidth, hanging: indent + 2, mark + words)
        }
        isShown[index] = true
        page.paragraph(
            lead: lead, leadWidth: leadWidth, hanging: indent + 2, VisibleText.escaping(finding.message))
        for field in fields(of: finding, index) {
            let value = VisibleText.escaping(field.value)
            writeField(field.name, field.isPath ? page.path(value) : TextPage.words(value), indent: indent)
        }
    }

    private mutating func writeField(_ name: String, _ pieces: [TextPage.Piece], indent: Int) {
        page.fill(
            lead: String(repeating: " ", count: indent + 2) + page.label(name, width: 10),
            leadWidth: indent + 12, hanging: indent + 2, pieces)
    }

    /// One line of a finding.
    private struct Field {
        let name: String
        let value: String
        var isPath = false
    }

    /// The lines of a finding, in this order: the file, the command that made it, the place of the claim, both values,
    /// the cause.
    ///
    /// Consecutive findings name their file once. A digest that the file is named by is not repeated. A finding that
    /// follows from another one is short.
    private mutating func fields(of finding: Finding, _ index: Int) -> [Field] {
        var fields: [Field] = []
        let isFull = style.verbosity == .verbose
        let file = report.files[index]
        let path = finding.severity == .note ? nil : report.pathOfFile(index)
        let isAboutPlace = file?.path == finding.place.path
        if let path, path != shownFile {
            fields.append(Field(name: "file", value: path, isPath: true))
            if let createdBy = file?.createdBy { fields.append(Field(name: "built by", value: createdBy)) }
            shownFile = path
        }
        let isBrief = (finding.follows != nil || finding.waiver != nil) && !isFull
        // The place of a note is written only in verbose reports.
        if finding.severity != .note && !isBrief || isFull {
            if path == nil || !isAboutPlace, !finding.place.description.isEmpty {
                fields.append(
                    Field(
                        name: isAboutPlace || file == nil ? "at" : "claim", value: finding.place.description,
                        isPath: true))
            } else if path != nil, !finding.place.pointer.isEmpty {
                fields.append(Field(name: "at", value: finding.place.pointer, isPath: true))
            }
        }
        if !isBrief {
            if let expected = finding.expected, isFull || !Self.isName(expected, of: path) {
                fields.append(Field(name: "expected", value: expected))
            }
            if let actual = finding.actual { fields.append(Field(name: "actual", value: actual)) }
        }
        if let follows = finding.follows { fields.append(Field(name: "follows", value: "from \(follows.rawValue)")) }
        if let waiver = finding.waiver {
            fields.append(Field(name: "ignored", value: waiver.words))
        } else if let hint = finding.hint {
            fields.append(Field(name: "hint", value: hint))
        }
        return fields
    }

    /// Whether a file is named by the digest.
    private static func isName(_ digest: String, of path: String?) -> Bool {
        guard let path, let colon = digest.firstIndex(of: ":") else { return false }
        let encoded = digest[digest.index(after: colon)...]
        return encoded.utf8.count >= 64 && path.contains(encoded)
    }

    /// Writes several notes of one kind in one paragraph.
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
            lead: lead, leadWidth: indent + label.count + 1, hanging: indent + 2, VisibleText.escaping(words) + offer)
    }

    /// `dir/blobs/…: error[blob-digest-mismatch] layer 2 is damaged: … (claim …, actual …)`, for `--quiet`.
    mutating func writeOneLine(_ index: Int) {
        let finding = report.findings[index]
        let root = report.roots.indices.contains(finding.root) ? report.roots[finding.root].path : ""
        let file = report.files[index]
        let path =
            report.pathOfFile(index)
            ?? [root, finding.place.description].filter { !$0.isEmpty }.joined(separator: ": ")
        var notes: [String] = []
        if let file {
            if file.path != finding.place.path, !finding.place.description.isEmpty {
                notes.append("claim \(finding.place.description)")
            } else if !finding.place.pointer.isEmpty {
                notes.append("at \(finding.place.pointer)")
            }
        }
        // The messages of other findings contain both values.
        let hasBothValues: [FindingCode] = [
            .blobDigestMismatch, .diffIDMismatch, .nothingSelected, .referenceAmbiguous, .digestUnexpected,
        ]
        if hasBothValues.contains(finding.code) {
            if let expected = finding.expected, !Self.isName(expected, of: path) {
                notes.append("expected \(expected)")
            }
            if let actual = finding.actual { notes.append("actual \(actual)") }
        }
        // What helps in a gate, where nothing else is printed.
        if finding.code == .digestUnexpected, let hint = finding.hint { notes.append(hint) }
        if let cause = finding.follows { notes.append("follows from \(cause.rawValue)") }
        let end = notes.isEmpty ? "" : " (" + notes.joined(separator: ", ") + ")"
        page.line(
            (path.isEmpty ? "" : VisibleText.escaping(path) + ": ") + paint(label(of: finding), as: finding) + " "
                + VisibleText.escaping(finding.message + end))
    }

    /// `error[code]`, `unchecked[code]` for claims that could not be checked, `warning[code]`, `note[code]`, `ignored[code]`.
    private func label(of finding: Finding) -> String {
        if finding.waiver != nil { return "ignored[\(finding.code.rawValue)]" }
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
        if finding.waiver != nil { return page.paint(label, .faint) }
        return switch (finding.severity, finding.outcome) {
        case (.error, .undetermined), (.warning, _): page.paint(label, .boldYellow)
        case (.error, .refuted), (.error, .verified): page.paint(label, .boldRed)
        case (.note, _): page.paint(label, .cyan)
        }
    }
}
