// layerverify: layers in an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension HTMLReport {
    /// Images with more layers have the list closed, unless it is the only image of the page.
    private static let maximumOpenLayerCount = 40

    /// Writes the list of the layers, one row each; a row opens to show the digests in full.
    mutating func writeLayers<Failure: Error>(
        _ image: ImageReport, _ index: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        guard !image.layers.isEmpty else { return }
        let isOpen = image.layers.count <= Self.maximumOpenLayerCount || report.images.count == 1
        let noun = image.record.kind == .image ? "layer" : "blob"
        add("<details class=\"layers\"\(isOpen ? " open" : "")>")
        add("<summary>\(HumanUnits.count(image.layers.count, noun))</summary>\n<ol>\n")
        let largest = image.layers.reduce(UInt64(1)) {
            max($0, $1.size ?? $1.record.size ?? 0, $1.uncompressedSize ?? 0)
        }
        var count = 0
        for (number, layer) in image.layers.enumerated() {
            // Failures first, if there are too many for one page.
            guard count < Self.maximumLayerCount / 2 || layer.outcome != .verified, count < Self.maximumLayerCount
            else {
                continue
            }
            count += 1
            writeLayer(layer, number, of: index, largest: largest)
            try pass(to: sink)
        }
        add("</ol>\n")
        if count < image.layers.count {
            add("<p class=\"limit\">\(image.layers.count - count) further layers are not on this page.</p>\n")
        }
        add("</details>\n")
    }

    private mutating func writeLayer(_ layer: LayerReport, _ number: Int, of image: Int, largest: UInt64) {
        let record = layer.record
        let shared = plan.shared(layer)
        let size = layer.size ?? record.size
        let marker = shared.map { " s-\($0.marker)" } ?? ""
        let sign = report.sign(of: layer)
        add("<li id=\"i\(image)l\(number)\" class=\"\(sign.name)\(marker)\">")
        add("<details><summary><span class=\"number\">\(number + 1)</span>\(mark(sign))")
        if let shared {
            add("<abbr class=\"share\" title=\"in \(shared.imageCount) images\">\(shared.marker)</abbr>")
        } else {
            add("<span></span>")
        }
        let name = (record.digest ?? record.diffID)?.short ?? HTML.cut(record.path, 200)
        add("<code class=\"short\">\(name)</code><span class=\"size\">\(size.map { HumanUnits.bytes($0) } ?? "?")")
        if let uncompressed = layer.uncompressedSize, layer.compression != Compression.none {
            add(" <span class=\"faint\">→ \(HumanUnits.bytes(uncompressed))</span>")
        }
        add("</span>")
        writeMeter(size, layer.uncompressedSize, largest: largest)
        if let createdBy = record.createdBy {
            add("<code class=\"command\">\(HTML.cut(createdBy, 200))</code>")
        } else {
            let count = layer.findings.count
            add("<span class=\"command faint\">\(count == 0 ? "" : HumanUnits.count(count, "finding"))</span>")
        }
        add("</summary>\n<dl class=\"facts\">\n")
        if let digest = record.digest { fact("Digest", HTML.code(digest.description)) }
        if let diffID = record.diffID { fact("diffID", HTML.code(diffID.description)) }
        if let chainID = layer.chainID { fact("chainID", HTML.code(chainID.description)) }
        if let mediaType = record.mediaType { fact("Media type", HTML.code(mediaType.description)) }
        fact("Compression", "\(compression(of: layer))")
        if let size { fact("Size", "\(Self.grouped(size)) bytes\(uncompressedNote(layer))") }
        fact("File", HTML.code(record.path))
        if let shared { fact("Shared", "\(shared.marker), in \(HumanUnits.count(shared.imageCount, "image"))") }
        if let createdBy = record.createdBy { fact("Built by", HTML.code(createdBy)) }
        if !layer.findings.isEmpty {
            var links: HTML = ""
            for finding in layer.findings.prefix(20) {
                links +=
                    isShown[finding]
                    ? "<a href=\"#f\(finding)\">\(report.findings[finding].code.rawValue)</a> "
                    : "\(report.findings[finding].code.rawValue) "
            }
            if layer.findings.count > 20 { links += "and \(layer.findings.count - 20) more" }
            fact("Findings", links)
        }
        add("</dl></details></li>\n")
    }

    private func uncompressedNote(_ layer: LayerReport) -> String {
        guard let size = layer.uncompressedSize else { return ", not decoded to the end" }
        return layer.compression == Compression.none ? "" : ", \(Self.grouped(size)) uncompressed"
    }

    private func compression(of layer: LayerReport) -> String {
        layer.compression?.rawValue ?? "not read"
    }

    /// A small bar: the stored size in front of the uncompressed size, in parts of the largest in the image.
    private mutating func writeMeter(_ size: UInt64?, _ uncompressed: UInt64?, largest: UInt64) {
        add("<span class=\"meter\" aria-hidden=\"true\">")
        if let uncompressed {
            add("<i style=\"width:\(percent(uncompressed, of: largest))%\"></i>")
        }
        if let size { add("<b style=\"width:\(percent(size, of: largest))%\"></b>") }
        add("</span>")
    }

    private func percent(_ part: UInt64, of whole: UInt64) -> String {
        HumanUnits.decimal(Double(part) / Double(whole) * 100, 1)
    }
}
