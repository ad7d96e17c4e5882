// layerverify: images and layers in a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextReport {
    /// Writes an image: its name, platform and ID, then a line a layer.
    mutating func writeImage<Failure: Error>(
        _ image: ImageReport, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let isBrief = isBrief(image) || image.record.kind == .attestation && isGood(image)
        if !isBrief || !wasBrief { page.line() }
        wasBrief = isBrief
        page.line(title(of: image))
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

    /// Whether an image takes one line: of several, those with findings are what people look for.
    func isBrief(_ image: ImageReport) -> Bool { report.images.count > Self.fullImageCount && isGood(image) }

    /// Of more images than this, good ones take one line.
    private static var fullImageCount: Int { 3 }

    /// Whether there is nothing to say of an image but that all is well.
    private func isGood(_ image: ImageReport) -> Bool {
        kind == .verdicts && image.outcome == .verified && style.verbosity != .verbose && image.findings.isEmpty
            && image.layers.allSatisfy { $0.findings.isEmpty }
    }

    /// The title with the path of the image store.
    func title(of image: ImageReport, in root: RootIndex) -> String {
        title(of: image) + "  in " + VisibleText.escaping(report.roots[root].path)
    }

    /// `✓ alpine:3.20  linux/amd64`.
    func title(of image: ImageReport) -> String {
        let record = image.record
        let references = style.verbosity == .verbose ? record.references[...] : record.references.prefix(1)
        var name = references.map { VisibleText.escaping($0) }.joined(separator: ", ")
        let hiddenCount = record.references.count - references.count
        let digest = record.manifestDigest ?? record.imageID
        if name.isEmpty { name = digest.map { $0.short } ?? VisibleText.escaping(record.place.description) }
        var parts = [page.paint(name, .bold)]
        if hiddenCount > 0 { parts[0] += page.paint(" and \(HumanUnits.count(hiddenCount, "more name"))", .faint) }
        switch record.kind {
        case .image: break
        case .artifact: parts.append("artifact")
        case .attestation: parts.append("attestation")
        case .blob: parts.append("no image")
        }
        if let platform = record.platform, record.kind != .attestation {
            parts.append(VisibleText.escaping(platform.description))
        }
        let mark =
            switch kind {
            case .verdicts: page.mark(image.outcome)
            case .claims: page.paint("•", .cyan)
            }
        return mark + " " + parts.joined(separator: "  ")
    }

    private mutating func writeIdentity(of record: ImageRecord) {
        if let imageID = record.imageID, record.kind == .image { writeField("image ID", imageID.description) }
        if let digest = record.manifestDigest { writeField("manifest", digest.description) }
        if style.verbosity == .verbose { writeField("listed at", VisibleText.escaping(record.place.description)) }
    }

    private mutating func writeField(_ name: String, _ value: String) {
        page.line("    " + page.paint(name.padded(right: 10), .faint) + value)
    }

    /// `  ✓  1  3c5f2b1a9d0e  3.41 MiB → 7.80 MiB  gzip`.
    private mutating func writeLayer(_ layer: LayerReport, number: Int, in columns: LayerColumns) {
        let name = columns.name(of: layer)
        var line = "  "
        switch kind {
        case .verdicts: line += page.mark(layer.outcome)
        case .claims: line += " "
        }
        line += " " + String(number).padded(left: columns.numberWidth) + "  " + name.padded(right: columns.nameWidth)
        line += "  " + columns.size(of: layer).padded(left: columns.sizeWidth)
        if columns.uncompressedWidth > 0 {
            let size = columns.uncompressedSize(of: layer)
            line += (size.isEmpty ? "   " : " → ") + size.padded(left: columns.uncompressedWidth)
        }
        line += "  " + columns.compression(of: layer)
        if let oddity = columns.oddity(of: layer) { line += "  " + page.paint(VisibleText.escaping(oddity), .faint) }
        while line.last == " " { line.removeLast() }
        page.line(line)
        writeDetails(of: layer, indent: columns.indent)
    }

    /// The digests in full; chainIDs are what `inspect` is asked for.
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
            page.line(spaces + page.paint(name.padded(right: 9), .faint) + VisibleText.escaping(value))
        }
    }
}

/// The cells of the layers of one image and how wide their columns are.
private struct LayerColumns {
    let numberWidth: Int
    private(set) var nameWidth = 0
    private(set) var sizeWidth = 0
    private(set) var uncompressedWidth = 0
    /// Where the name begins, and so what belongs to the layer.
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

    /// Empty where nothing was decoded, or nothing had to be.
    func uncompressedSize(of layer: LayerReport) -> String {
        guard layer.compression != Compression.none, let size = layer.uncompressedSize else { return "" }
        return HumanUnits.bytes(size)
    }

    /// As the bytes show, else as the media type promises.
    func compression(of layer: LayerReport) -> String {
        let compression = layer.compression ?? promised(by: layer.record.mediaType)
        guard let compression, isLayer(layer) || compression != Compression.none else { return "" }
        return compression == Compression.none ? "plain" : compression.rawValue
    }

    /// The media type, where it is none that every image has.
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
