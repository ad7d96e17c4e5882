// layerverify: a comparison as text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Writes the comparison of two images for people: the answer first, then layers, files and documents.
package struct TextComparison {
    private let report: ComparisonReport
    var page: TextPage

    /// The entries that are shown of each layer, and the members of each document, unless all are wanted.
    static let shownCount = 10

    package init(_ report: ComparisonReport, in style: ReportStyle) {
        self.report = report
        page = TextPage(style: style)
    }

    var isWhole: Bool { page.style.verbosity == .verbose }

    /// Writes the text piece by piece.
    ///
    /// Throws: errors of `sink`, immediately.
    package mutating func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        if page.style.verbosity == .quiet { return try writeTroubles(to: sink) }
        let statement = ComparisonStatement(report)
        let ink: TextPage.Ink =
            switch report.outcome {
            case .same: .boldGreen
            case .different: .boldYellow
            case .trouble: .boldRed
            }
        page.line(page.paint(statement.text, ink))
        for advice in statement.advice { page.line(page.paint("hint: ", .faint) + advice) }
        page.line()
        writeImage(report.first, mark: "-")
        writeImage(report.second, mark: "+")
        if !report.layers.isEmpty {
            page.line()
            page.line(page.paint("layers", .bold))
            for layer in report.layers { try writeLayer(layer, to: sink) }
        }
        try writeDocument("config", report.config, to: sink)
        try writeDocument("manifest", report.manifest, to: sink)
        writeIgnored()
        try page.flush(to: sink)
    }

    private mutating func writeTroubles<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        for image in [report.first, report.second] {
            for trouble in image.troubles {
                page.line(VisibleText.escaping("\(image.path): ") + VisibleText.escaping(trouble))
            }
        }
        for fault in [report.config.fault, report.manifest.fault] {
            if let fault { page.line(VisibleText.escaping(fault)) }
        }
        for layer in report.layers { if let fault = layer.fault { page.line(VisibleText.escaping(fault)) } }
        try page.flush(to: sink)
    }

    private mutating func writeImage(_ image: ComparedImage, mark: String) {
        var parts = [VisibleText.escaping(image.path)]
        if let name = image.references.first { parts.append(VisibleText.escaping(name)) }
        if let platform = image.platform { parts.append(VisibleText.escaping(platform.description)) }
        if let digest = image.manifestDigest {
            parts.append("manifest " + (isWhole ? digest.description : digest.short))
        } else if let digest = image.imageID {
            parts.append("image ID " + (isWhole ? digest.description : digest.short))
        }
        page.line(paint(mark, mark) + " " + parts.joined(separator: "  "))
        let shown = isWhole ? image.troubles[...] : image.troubles.prefix(Self.shownCount)
        for trouble in shown { page.line("    " + page.paint("✗", .red) + " " + VisibleText.escaping(trouble)) }
        writeMore(image.troubles.count - shown.count, "fault", indent: 4)
    }

    /// A text in the colour of a mark.
    func paint(_ text: String, _ mark: String) -> String {
        switch mark {
        case "-": page.paint(text, .red)
        case "+": page.paint(text, .green)
        case "!": page.paint(text, .yellow)
        default: page.paint(text, .faint)
        }
    }

    mutating func writeMore(_ count: Int, _ noun: String, _ plural: String? = nil, indent: Int) {
        guard count > 0 else { return }
        page.line(
            String(repeating: " ", count: indent)
                + page.paint(
                    "and \(HumanUnits.count(count, "more " + noun, plural.map { "more " + $0 })) (--verbose lists them)",
                    .faint))
    }

    // Layers

    private mutating func writeLayer<Failure: Error>(
        _ layer: LayerComparison, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let mark =
            switch layer.relation {
            case _ where layer.fault != nil: "?"
            case .identical: layer.isMoved ? "!" : "="
            case .recompressed, .different: "!"
            case .added: "+"
            case .removed: "-"
            }
        var parts = [number(of: layer), words(of: layer)]
        if let sizes = sizes(of: layer) { parts.append(sizes) }
        let command = (layer.second ?? layer.first)?.createdBy
        if let command, layer.relation != .identical || isWhole {
            parts.append(page.paint(VisibleText.escaping(isWhole ? command : Self.shortened(command)), .faint))
        }
        page.line("  " + paint(mark, mark) + " " + parts.joined(separator: "  "))
        if isWhole { writeDigests(of: layer) }
        if let fault = layer.fault { page.line("      " + page.paint("✗", .red) + " " + VisibleText.escaping(fault)) }
        if let note = layer.note { page.line("      " + page.paint(VisibleText.escaping(note), .faint)) }
        if let files = layer.files { try writeFiles(files, to: sink) }
        try page.pass(to: sink)
    }

    private func number(of layer: LayerComparison) -> String {
        switch (layer.first.map { $0.index + 1 }, layer.second.map { $0.index + 1 }) {
        case (let one?, let other?): one == other ? "\(one)" : "\(one) → \(other)"
        case (let one?, nil), (nil, let one?): "\(one)"
        case (nil, nil): "?"
        }
    }

    private func words(of layer: LayerComparison) -> String {
        guard layer.fault == nil else { return "not compared" }
        var words =
            switch layer.relation {
            case .identical: "same"
            case .recompressed: "same content, compressed differently"
            case .different: "different"
            case .added: "added"
            case .removed: "removed"
            }
        if layer.isMoved { words += ", at another position" }
        return words
    }

    private func sizes(of layer: LayerComparison) -> String? {
        func size(_ layer: ComparedLayer, withCompression: Bool) -> String? {
            guard let size = layer.byteCount.map({ HumanUnits.bytes($0) }) else { return nil }
            guard withCompression, let compression = layer.compression else { return size }
            return (compression == .none ? "plain" : compression.rawValue) + " " + size
        }
        switch layer.relation {
        case .identical: return layer.second.flatMap { size($0, withCompression: false) }
        case .added, .removed: return (layer.first ?? layer.second).flatMap { size($0, withCompression: true) }
        case .recompressed, .different:
            let withCompression = layer.relation == .recompressed
            guard let one = layer.first.flatMap({ size($0, withCompression: withCompression) }),
                let other = layer.second.flatMap({ size($0, withCompression: withCompression) })
            else { return nil }
            return one == other ? one : "\(one) → \(other)"
        }
    }

    private mutating func writeDigests(of layer: LayerComparison) {
        func line(_ name: String, _ one: ContentDigest?, _ other: ContentDigest?) {
            if let one, one == other { return page.line("      \(name) \(one)") }
            if let one { page.line("      " + paint("-", "-") + " \(name) \(one)") }
            if let other { page.line("      " + paint("+", "+") + " \(name) \(other)") }
        }
        line("digest", layer.first?.digest, layer.second?.digest)
        line("diffID", layer.first?.diffID, layer.second?.diffID)
    }

    private static func shortened(_ command: String) -> String {
        let limit = 60
        return command.count > limit ? command.prefix(limit - 1) + "…" : command
    }

    // Documents

    private mutating func writeDocument<Failure: Error>(
        _ name: String, _ document: DocumentComparison, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        guard !document.isSame else { return }
        page.line()
        page.line(page.paint(name, .bold))
        if let fault = document.fault { page.line("  " + page.paint("✗", .red) + " " + VisibleText.escaping(fault)) }
        if document.isEncodedDifferently {
            page.line("  the same members, written differently (white space or order of members)")
        }
        let shown = isWhole ? document.members[...] : document.members.prefix(2 * Self.shownCount)
        for member in shown {
            page.line("  " + VisibleText.escaping(member.pointer))
            if let value = member.first { page.line("    " + paint("- ", "-") + shownValue(value)) }
            if let value = member.second { page.line("    " + paint("+ ", "+") + shownValue(value)) }
            try page.pass(to: sink)
        }
        writeMore(document.members.count - shown.count, "difference", indent: 2)
    }

    /// A value as JSON text. The backslashes of JSON are not escaped again.
    private func shownValue(_ value: String) -> String {
        let limit = 200
        let text = isWhole || value.count <= limit ? value : value.prefix(limit - 1) + "…"
        return VisibleText.escapingHazards(text)
    }

    private mutating func writeIgnored() {
        var parts: [String] = []
        let entryCount = report.counts.ignored
        if entryCount > 0 { parts.append(HumanUnits.count(entryCount, "entry", "entries")) }
        let recompressed = report.layers.count { $0.relation == .recompressed && report.isSame($0) }
        if recompressed > 0 { parts.append(HumanUnits.count(recompressed, "layer")) }
        let memberCount = report.config.ignoredCount + report.manifest.ignoredCount
        if memberCount > 0 { parts.append("\(HumanUnits.count(memberCount, "member")) of documents") }
        guard !report.ignored.isEmpty else { return }
        page.line()
        let what = parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
        page.line(page.paint("ignored (\(report.ignored.names.joined(separator: ", "))): \(what)", .faint))
    }
}
