// layerverify: images in an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension HTMLReport {
    /// The names of an image that are shown.
    private static let maximumNameCount = 50

    /// Writes an image: its names and digests, the bar of its layers, its findings, and its layers.
    mutating func writeImage<Failure: Error>(
        _ image: ImageReport, _ index: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let record = image.record
        let sign = report.sign(of: image)
        add("<section class=\"image \(sign.name)\" id=\"i\(index)\" aria-labelledby=\"i\(index)h\">\n")
        add("<h3 id=\"i\(index)h\">\(icon(sign.name))\(title(of: image)) ")
        add("<span class=\"word\">\(sign.words)</span></h3>\n<dl class=\"facts\">\n")
        if record.references.count > 1 {
            let names = record.references.prefix(Self.maximumNameCount).map { HTML.cut($0, 300) }
            let rest = record.references.count - names.count
            add("<div><dt>Names</dt><dd>")
            for (number, name) in names.enumerated() { add("\(number > 0 ? ", " : "")<bdi>\(name)</bdi>") }
            add("\(rest > 0 ? " and \(rest) more" : "")</dd></div>\n")
        }
        if record.kind == .image { fact("Image ID", digest: record.imageID) }
        fact("Manifest", digest: record.manifestDigest)
        fact("Listed at", HTML.code(record.place.description))
        if !image.layers.isEmpty { fact("Layers", "\(layerTotals(image))") }
        add("</dl>\n")
        writeBar(image, index)
        try writeFindings(image.findings, to: sink)
        for (number, layer) in image.layers.enumerated() where !layer.findings.isEmpty {
            try writeFindings(layer.findings, layer: (index, number, image.layers.count), to: sink)
        }
        try writeLayers(image, index, to: sink)
        add("</section>\n")
        try pass(to: sink)
    }

    /// One line of facts with a digest that a narrow page shows shortened, and that is copied in full.
    private mutating func fact(_ name: String, digest: ContentDigest?) {
        guard let digest else { return }
        fact(name, "<code class=\"digest\" tabindex=\"0\" title=\"\(digest.description)\">\(digest.description)</code>")
    }

    mutating func fact(_ name: String, _ value: HTML) { add("<div><dt>\(name)</dt><dd>\(value)</dd></div>\n") }

    /// `alpine:3.20 linux/amd64`, without a link.
    func title(of image: ImageReport) -> HTML {
        let record = image.record
        let digest = (record.manifestDigest ?? record.imageID)?.short
        let name = record.references.first.map { HTML.cut($0, 300) } ?? digest ?? record.place.description
        var title: HTML = "<bdi class=\"name\">\(name)</bdi>"
        switch record.kind {
        case .image: break
        case .artifact: title += " <span class=\"tag\">artifact</span>"
        case .attestation: title += " <span class=\"tag\">attestation</span>"
        case .blob: title += " <span class=\"tag\">no image</span>"
        }
        if let platform = record.platform, record.kind != .attestation, !platform.isUnknown {
            title += " <span class=\"tag\"><bdi>\(HTML.cut(platform.description, 100))</bdi></span>"
        }
        return title
    }

    /// `12 layers, 41.2 MiB compressed, 102 MiB uncompressed, 3 shared with other images`.
    private func layerTotals(_ image: ImageReport) -> String {
        var parts = [HumanUnits.count(image.layers.count, image.record.kind == .image ? "layer" : "blob")]
        let sizes = image.layers.compactMap { $0.size ?? $0.record.size }
        if !sizes.isEmpty {
            let sum = HumanUnits.bytes(sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue })
            parts.append(sum + (sizes.count < image.layers.count ? " in those of known size" : " stored"))
        }
        let uncompressed = image.layers.compactMap { $0.uncompressedSize }
        if !uncompressed.isEmpty, uncompressed.count == image.layers.count {
            parts.append(HumanUnits.bytes(uncompressed.reduce(0) { $0 &+ $1 }) + " uncompressed")
        }
        let shared = image.layers.count { plan.shared($0) != nil }
        if shared > 0 { parts.append("\(shared) shared with other images") }
        return parts.joined(separator: ", ")
    }

    /// Writes one line for each image that is not shown in full, failures first.
    mutating func writeBriefImages<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let hiddenCount = plan.isFull.count { !$0 }
        guard hiddenCount > 0 else { return }
        add("<section>\n<h2>Other images</h2>\n<p class=\"limit\">The page would be too large with all images. ")
        add("\(Self.grouped(UInt64(hiddenCount))) of \(Self.grouped(UInt64(plan.isFull.count))) have one line here")
        add(
            hiddenCount > Self.maximumLineCount
                ? ", the first \(Self.grouped(UInt64(Self.maximumLineCount))) of them" : "")
        add(". The JSON report has all of them: <code>--report json=FILE</code>.</p>\n<ul class=\"brief\">\n")
        var count = 0
        for index in plan.failing where !plan.isFull[index] && count < Self.maximumLineCount {
            count += 1
            writeLine(report.images[index])
            try pass(to: sink)
        }
        for index in plan.isFull.indices where !plan.isFull[index] {
            guard count < Self.maximumLineCount else { break }
            let image = report.images[index]
            guard image.outcome == .verified else { continue }
            count += 1
            writeLine(image)
            try pass(to: sink)
        }
        add("</ul>\n")
        if hiddenCount > count { add("<p>and \(Self.grouped(UInt64(hiddenCount - count))) more</p>\n") }
        add("</section>\n")
    }

    private mutating func writeLine(_ image: ImageReport) {
        let sign = report.sign(of: image)
        add("<li class=\"\(sign.name)\">\(mark(sign)) \(title(of: image))")
        if report.roots.indices.contains(image.record.root) {
            add(" <span class=\"faint\">in <bdi>\(HTML.cut(report.roots[image.record.root].path, 300))</bdi></span>")
        }
        add("</li>\n")
    }
}
