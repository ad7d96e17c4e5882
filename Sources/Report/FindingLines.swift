// layerverify: one finding in lines of plain text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// A finding by itself, for formats that put findings into blocks of plain text.
struct FindingLines {
    /// A property of a finding. The value is text from the image, not escaped.
    struct Field {
        let name: String
        let value: String

        /// One line with the name in a column of ten characters, without control characters.
        var line: String { "  " + name.padded(right: 10) + VisibleText.escaping(value) }
    }

    /// `error`; `unchecked` for a claim that could not be checked; `ignored` for a finding that does not count;
    /// `warning`; `note`.
    let label: String
    let code: FindingCode
    /// Text from the image, not escaped.
    let message: String
    /// In this order: file, command that made it, place of the claim, both values, cause, hint, reason for not counting, help.
    let fields: [Field]

    init(_ index: Int, of report: Report) {
        let finding = report.findings[index]
        label = Self.label(of: finding)
        code = finding.code
        message = Self.cut(finding.message)
        let file = report.files[index]
        let path = report.pathOfFile(index)
        let place = finding.place
        var values: [(String, String?)] = [("file", path), ("built by", file?.createdBy)]
        if file == nil || file?.path != place.path {
            values.append((file == nil ? "at" : "claim", place.description.isEmpty ? nil : place.description))
        } else {
            values.append(("at", place.pointer.isEmpty ? nil : place.pointer))
        }
        values += [
            ("expected", finding.expected), ("actual", finding.actual),
            ("follows", finding.follows.map { "from " + $0.rawValue }), ("hint", finding.hint),
            ("ignored", finding.waiver?.words), ("help", Self.help(about: finding)),
        ]
        fields = values.compactMap { name, value in value.map { Field(name: name, value: Self.cut($0)) } }
    }

    /// `error[code] message` without control characters.
    var title: String { "\(label)[\(code.rawValue)] " + VisibleText.escaping(message) }

    /// The title, and one line per field. No line contains a control character, and none begins with text from the image.
    var lines: [String] { [title] + fields.map { $0.line } }

    private static func label(of finding: Finding) -> String {
        if finding.waiver != nil { return "ignored" }
        return switch (finding.severity, finding.outcome) {
        case (.error, .undetermined): "unchecked"
        case (.error, .refuted), (.error, .verified): "error"
        case (.warning, _): "warning"
        case (.note, _): "note"
        }
    }

    /// The command that says what to do; nil where nothing is to be done, or about the cause of the finding.
    private static func help(about finding: Finding) -> String? {
        guard finding.waiver == nil, finding.follows == nil, finding.severity != .note else { return nil }
        return "layerverify explain \(finding.code.rawValue)"
    }

    /// The text, shortened to 2 000 characters: a name in an image may have megabytes.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > 2_000, text.unicodeScalars.count > 2_000 else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(2_000))) + "…"
    }
}
