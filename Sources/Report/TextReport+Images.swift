// layerverify: images and layers in a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextReport {
    /// Writes an image: its name, platform and ID, then one line per layer.
    mutating func writeImage<Failure: Error>(
        _ image: ImageReport, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let isBrief = isBrief(image) || image.record.kind == .attestation && isGood(image)
        if !isBrief || !wasBrief { page.line() }
        wasBrief = isBrief
        writeTitle(of: image)
        if isBrief { return }
        writeIdentity(of: image.record)
        try writeFindings(image.findings, indent: 4, to: sink)
        let columns = LayerColumns(image)
        for (index, layer) in image.layers.enumerated() {
            writeLayer(layer, number: index + 1, in: columns)
            try writeFindings(layer.findings, indent: columns.indent, to: sink)
            try page.pass(to: sink)
        }
    }

    /// Whether an image takes one line. Among several images, users look for those with findings.
    func isBrief(_ image: ImageReport) -> Bool { report.images.count > Self.fullImageCount && isGood(image) }

    /// If there are more images than this, those without findings take one line.
    private static var fullImageCount: Int { 3 }

    /// Whether an image is verified and has no findings that the report shows.
    private func isGood(_ image: ImageReport) -> Bool {
        kind == .verdicts && image.outcome == .verified && style.verbosity != .verbose
            && image.findings.allSatisfy { isLeftOut($0) }
            && image.layers.allSatisfy { $0.findings.allSatisfy { isLeftOut($0) } }
    }

    /// `✓ alpine:3.20  linux/amd64  in images/alpine`; the path only if a root is given.
    mutating func writeTitle(of image: ImageReport, in root: RootIndex? = nil) {
        var pieces = title(of: image)
        if let root {
            pieces.append(TextPage.Piece("in", gap: 2))
            var path = page.path(VisibleText.escaping(report.roots[root].path))
            path[0].gap = 1
            pieces += path
        }
        page.fill(lead: mark(of: image) + " ", leadWidth: 2, hanging: 2, pieces)
    }

    private func mark(of image: ImageReport) -> String {
        switch kind {
        case .verdicts: page.mark(report.sign(of: image))
        case .claims: page.paint("•", .cyan)
        }
    }

    /// `alpine:3.20  linux/amd64`.
    private func title(of image: ImageReport) -> [TextPage.Piece] {
        let record = image.record
        let references = style.verbosity == .verbose ? record.references[...] : record.references.prefix(1)
        var name = references.map { VisibleText.escaping($0) }.joined(separator: ", ")
        let hiddenCount = record.references.count - references.count
        let digest = record.manifestDigest ?? record.imageID
        if name.isEmpty { name = digest.map { $0.short } ?? VisibleText.escaping(record.place.description) }
        var pieces = page.painted(name, .bold)
        if hiddenCount > 0 { pieces += page.painted("and \(HumanUnits.count(hiddenCount, "more name"))", .faint) }
        switch record.kind {
        case .image: break
        case .artifact: pieces.append(TextPage.Piece("artifact", gap: 2))
        case .attestation: pieces.append(TextPage.Piece("attestation", gap: 2))
        case .blob: pieces.append(TextPage.Piece("no image", gap: 2))
        }
        if let platform = record.platform, record.kind != .attestation {
            pieces.append(TextPage.Piece(VisibleText.escaping(platform.description), gap: 2))
        }
        return pieces
    }

    private mutating func writeIdentity(of record: ImageRecord) {
        if let imageID = record.imageID, record.kind == .image { writeField("image ID", imageID.description) }
        if let digest = record.manifestDigest { writeField("manifest", digest.description) }
        if style.verbosity == .verbose { writeField("listed at", VisibleText.escaping(record.place.description)) }
    }

    private mutating func writeField(_ name: String, _ value: String) {
        page.fill(
            lead: "    " + page.label(name, width: 10), leadWidth: 14, hanging: 6, page.path(value))
    }

    /// `  ✓  1  3c5f2b1a9d0e  3.41 MiB → 7.80 MiB  gzip`.
    private mutating func writeLayer(_ layer: LayerReport, number: Int, in columns: LayerColumns) {
        let mark =
            switch kind {
            case .verdicts: page.mark(report.sign(of: layer))
            case .claims: " "
            }
        let lead = "  " + mark + " " + String(number).padded(left: columns.numberWidth) + "  "
        var pieces = [
            TextPage.Piece(columns.name(of: layer).padded(right: columns.nameWidth)),
            TextPage.Piece(columns.size(of: layer).padded(left: columns.sizeWidth), gap: 2),
        ]
        if columns.uncompressedWidth > 0 {
            let size = columns.uncompressedSize(of: layer)
            let arrow = size.isEmpty ? "  " : "→ "
            pieces.append(TextPage.Piece(arrow + size.padded(left: columns.uncompressedWidth)))
        }
        pieces.append(TextPage.Piece(columns.compression(of: layer), gap: 2))
        if let oddity = columns.oddity(of: layer) {
            let words = VisibleText.escaping(oddity)
            pieces.append(TextPage.Piece(page.paint(words, .faint), width: words.count, gap: 2))
        }
        while let last = pieces.last, last.text.allSatisfy({ $0 == " " }) { pieces.removeLast() }
        page.fill(lead: lead, leadWidth: columns.indent, hanging: columns.indent, pieces)
        writeDetails(of: layer, indent: columns.indent)
    }

    /// Writes the full digests. Only `inspect` prints chainIDs.
    private mutating func writeDetails(of layer: LayerReport, indent: Int) {
        let isFull = style.verbosity == .verbose || kind == .claims
        guard isFull else { return }
        var fields: [(String, String)] = []
        if let digest = layer.record.digest { fields.append(("digest", digest.description)) }
        if let diffID = layer.record.diffID { fields.append(("diffID", diffID.description)) }
        if let chainID = layer.chainID { fields.append(("chainID", chainID.description)) }
        if style.verbosity == .verbose {
            if let mediaType = layer.record.mediaType { fields.append(("type", mediaType.description)) }
            fields.append(("path", layer.record.path))
        }
        let spaces = String(repeating: " ", count: indent)
        for (name, value) in fields {
            page.fill(
                lead: spaces + page.label(name, width: 9), leadWidth: indent + 9, hanging: indent,
                page.path(VisibleText.escaping(value)))
        }
    }
}

/// The cells of the layers of one image and the widths of their columns.
private struct LayerColumns {
    let numberWidth: Int
    private(set) var nameWidth = 0
    private(set) var sizeWidth = 0
    private(set) var uncompressedWidth = 0
    /// The column of the name, and of lines about the layer.
    let indent: Int

    init(_ image: ImageReport) {
        numberWidth = String(image.layers.count).count
        indent = 6 + numberWidth
        for layer in image.layers {
            nameWidth = max(nameWidth, name(of: layer).count)
            sizeWidth = max(sizeWidth, size(of: layer).count)
            uncompressedWidth = max(uncompressedWidth, uncompressedSize(of: layer).count)
        }
    }

    func name(of layer: LayerReport) -> String {
        (layer.record.digest ?? layer.record.diffID)?.short ?? VisibleText.escaping(layer.record.path)
    }

    func size(of layer: LayerReport) -> String {
        (layer.size ?? layer.record.size).map { HumanUnits.bytes($0) } ?? "?"
    }

    /// Empty if the layer was not decoded, or is not compressed.
    func uncompressedSize(of layer: LayerReport) -> String {
        guard layer.compression != Compression.none, let size = layer.uncompressedSize else { return "" }
        return HumanUnits.bytes(size)
    }

    /// The compression by the first bytes, otherwise by the media type.
    func compression(of layer: LayerReport) -> String {
        let compression = layer.compression ?? promised(by: layer.record.mediaType)
        guard let compression, isLayer(layer) || compression != Compression.none else { return "" }
        return compression == Compression.none ? "plain" : compression.rawValue
    }

    /// The media type, if it is not one that images usually have.
    func oddity(of layer: LayerReport) -> String? {
        guard let mediaType = layer.record.mediaType else { return nil }
        return switch mediaType.kind {
        case .layer(.some): nil
        case .layer(nil), .nondistributableLayer, .index, .manifest, .imageConfig, .empty, .other:
            mediaType.description
        }
    }

    private func isLayer(_ layer: LayerReport) -> Bool { layer.record.mediaType?.isLayer ?? true }

    private func promised(by mediaType: MediaType?) -> Compression? {
        switch mediaType?.kind {
        case .layer(let compression), .nondistributableLayer(let compression): compression
        case .index, .manifest, .imageConfig, .empty, .other, nil: nil
        }
    }
}
