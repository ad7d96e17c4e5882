// layerverify: the members of a SARIF log.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Writes one run as a SARIF log.
///
/// Errors, warnings and ignored findings are results. Notes are notifications: they tell of no problem, and a server would
/// open an alert for each result.
struct SARIFReport {
    /// GitHub refuses runs with more results.
    static let maximumResultCount = 25_000
    static let maximumNoteCount = 1_000

    private let report: Report
    private let paths: ReportPaths
    private var owners: FindingOwners
    private var fingerprints = Fingerprints()
    private var json = JSONText()
    /// The codes of the findings, in the order of the table of codes, and the place of each in it.
    private let rules: [FindingCode]
    private let indexes: [FindingCode: Int]

    init(_ report: Report, paths: ReportPaths) {
        self.report = report
        self.paths = paths
        owners = FindingOwners(report)
        let used = Set(report.findings.lazy.map { $0.code })
        rules = FindingCode.allCases.filter { used.contains($0) }
        indexes = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1, $0) })
    }

    mutating func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        json.open(nil, "{")
        json.member(
            "$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
        json.member("version", "2.1.0")
        json.open("runs", "[")
        json.open(nil, "{")
        json.open("tool", "{")
        json.open("driver", "{")
        json.member("name", Tool.name)
        json.member("version", Tool.version)
        json.member("semanticVersion", Tool.version)
        json.open("rules", "[")
        for rule in rules {
            SARIFRule(rule).write(to: &json)
            try json.pass(to: sink)
        }
        json.close("]")
        json.close("}")
        json.close("}")
        json.object("originalUriBaseIds") { json in
            json.object(Self.root) { json in
                json.object("description") { $0.member("text", "The folder of the project.") }
            }
        }
        json.member("columnKind", "unicodeCodePoints")
        let omitted = try writeResults(to: sink)
        try writeInvocation(omitted: omitted, to: sink)
        json.object("properties") { json in
            json.member("outcome", report.outcome.rawValue)
            json.member("images", report.summary.imageCount)
            json.member("layers", report.summary.layerCount)
        }
        json.close("}")
        json.close("]")
        json.close("}")
        try json.flush(to: sink)
    }

    /// Writes the results.
    ///
    /// Returns: how many were left out.
    private mutating func writeResults<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) -> Int
    {
        var shown = MostUrgent(
            Self.maximumResultCount, of: report, ranks: [.refuting, .undetermined, .consequence, .warning, .ignored])
        json.open("results", "[")
        for (number, finding) in report.findings.enumerated() where shown.takes(finding) {
            writeResult(number, finding)
            try json.pass(to: sink)
        }
        json.close("]")
        return shown.omittedCount
    }

    private mutating func writeResult(_ number: Int, _ finding: Finding) {
        let image = owners.image(of: number)
        let details = FindingDetails(number, of: report, image: image)
        json.open(nil, "{")
        json.member("ruleId", finding.code.rawValue)
        if let index = indexes[finding.code] { json.member("ruleIndex", index) }
        json.member("level", Self.level(of: finding))
        json.object("message") { $0.member("text", Self.message(details)) }
        json.open("locations", "[")
        json.open(nil, "{")
        writePhysicalLocation(report.pathOnDisk(number))
        writeLogicalLocations(number, finding, image: image?.title)
        json.close("}")
        json.close("]")
        writeClaim(number, finding)
        json.object("partialFingerprints") { json in
            // The only name that GitHub reads; for a file without lines the value is ours.
            json.member("primaryLocationLineHash", fingerprints.next(finding))
        }
        if let waiver = finding.waiver {
            json.open("suppressions", "[")
            json.object { json in
                json.member("kind", "external")
                json.member("status", "accepted")
                json.member("justification", VisibleText.escaping("ignored " + waiver.words))
            }
            json.close("]")
        }
        json.object("properties") { json in
            json.member("outcome", finding.outcome.rawValue)
            json.member("severity", finding.severity.rawValue)
            for (name, value) in [
                ("digest", finding.digest?.description), ("expected", finding.expected), ("actual", finding.actual),
                ("hint", finding.hint), ("follows", finding.follows?.rawValue),
                ("archiveEntry", report.location(of: number).flatMap { $0.archive == nil ? nil : $0.path }),
                ("createdBy", report.files[number]?.createdBy),
            ] where value != nil { json.member(name, value) }
            if let offset = report.files[number]?.offsetBytes { json.member("archiveOffset", offset) }
        }
        json.close("}")
    }

    /// Writes the file, as a location of its own member. Code scanning requires lines and columns.
    private mutating func writePhysicalLocation(_ path: String) {
        let reference = paths.reference(path)
        json.object("physicalLocation") { json in
            json.object("artifactLocation") { json in
                json.member("uri", reference)
                if !reference.hasPrefix("file:") { json.member("uriBaseId", Self.root) }
            }
            json.object("region") { json in
                for name in ["startLine", "startColumn", "endLine", "endColumn"] { json.member(name, 1) }
            }
        }
    }

    /// Writes the image, the layer and the place in the document.
    private mutating func writeLogicalLocations(_ number: Int, _ finding: Finding, image: String?) {
        var places: [(name: String, kind: String)] = []
        if let image { places.append((image, "image")) }
        if let layer = report.files[number]?.layer { places.append(("layer \(layer + 1)", "layer")) }
        if let location = report.location(of: number), location.archive != nil {
            places.append((location.path, "archive entry"))
        }
        if !finding.place.description.isEmpty { places.append((finding.place.description, "claim")) }
        guard !places.isEmpty else { return }
        json.open("logicalLocations", "[")
        for place in places {
            json.object { json in
                json.member("fullyQualifiedName", VisibleText.escaping(place.name))
                json.member("kind", place.kind)
            }
        }
        json.close("]")
    }

    /// Writes the document that makes the claim, if it is another file.
    private mutating func writeClaim(_ number: Int, _ finding: Finding) {
        guard let file = report.files[number], !finding.place.path.isEmpty, file.path != finding.place.path,
            report.roots.indices.contains(finding.root)
        else { return }
        let root = report.roots[finding.root]
        json.open("relatedLocations", "[")
        json.open(nil, "{")
        json.member("id", 1)
        writePhysicalLocation(root.form.isArchive ? root.path : root.path + "/" + finding.place.path)
        json.object("message") { json in
            json.member("text", "Claimed at " + SARIFText.escaping(finding.place.description) + ".")
        }
        json.close("}")
        json.close("]")
    }

    /// Writes how the run went, with the notes.
    private mutating func writeInvocation<Failure: Error>(
        omitted: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        json.open("invocations", "[")
        json.open(nil, "{")
        // A run that could not check something did not succeed. The exit status is not known before all reports are written.
        json.member("executionSuccessful", report.outcome != .undetermined && !report.hasInternalError)
        json.open("toolExecutionNotifications", "[")
        if omitted > 0 {
            writeNotification(
                "error",
                "\(omitted) results were left out: code scanning accepts \(Self.maximumResultCount). "
                    + "The JSON report has all of them.")
        }
        var notes = MostUrgent(Self.maximumNoteCount, of: report, ranks: [.note])
        for (number, finding) in report.findings.enumerated() where notes.takes(finding) {
            writeNote(number, finding)
            try json.pass(to: sink)
        }
        if notes.omittedCount > 0 { writeNotification("note", "\(notes.omittedCount) further notes were left out.") }
        json.close("]")
        json.close("}")
        json.close("]")
    }

    private mutating func writeNotification(_ level: String, _ text: String) {
        json.object { json in
            json.member("level", level)
            json.object("message") { $0.member("text", text) }
        }
    }

    private mutating func writeNote(_ number: Int, _ finding: Finding) {
        let details = FindingDetails(number, of: report, image: owners.image(of: number))
        json.open(nil, "{")
        json.member("level", "note")
        json.object("message") { $0.member("text", Self.message(details)) }
        json.object("associatedRule") { json in
            json.member("id", finding.code.rawValue)
            if let index = indexes[finding.code] { json.member("index", index) }
        }
        json.open("locations", "[")
        json.open(nil, "{")
        writePhysicalLocation(report.pathOnDisk(number))
        json.close("}")
        json.close("]")
        json.close("}")
    }

    private static let root = "%SRCROOT%"

    private static func message(_ details: FindingDetails) -> String {
        SARIFText.sentence(details.title) + "."
            + details.fields.map { field in
                " " + SARIFText.sentence(field.name) + ": " + SARIFText.escaping(field.value) + "."
            }.joined()
    }

    /// What is undetermined is an error. SARIF has `kind: open` for it, with the level `none`; servers that read the level
    /// alone would let it pass. What does not count is a note, since code scanning does not read suppressions.
    private static func level(of finding: Finding) -> String {
        switch finding.rank {
        case .refuting, .undetermined, .consequence: "error"
        case .warning: "warning"
        case .ignored, .note: "note"
        }
    }
}
