// layerverify: the bar of an image's layers in an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// One piece of the bar of an image: a layer, or several small ones next to each other.
struct BarSegment {
    /// The places of the layers.
    var layers: ClosedRange<Int>
    var byteCount: UInt64
    var sign: VerdictSign

    /// With more layers than this, small neighbours of one sign are drawn as one piece.
    private static let maximumSingleCount = 60
    /// A layer is small if it is less than this part of the image.
    private static let smallPart: UInt64 = 150
    /// A bar has no more pieces than this.
    static let maximumCount = 240

    /// The pieces for the layers of an image.
    static func all(of image: ImageReport, in report: Report) -> [BarSegment] {
        let singles = image.layers.enumerated().map { number, layer in
            BarSegment(
                layers: number...number, byteCount: layer.size ?? layer.record.size ?? 0, sign: report.sign(of: layer))
        }
        guard singles.count > maximumSingleCount else { return singles }
        let total = singles.reduce(UInt64(0)) { $0.addingReportingOverflow($1.byteCount).partialValue }
        var result: [BarSegment] = []
        for single in singles {
            if let last = result.last, last.sign == single.sign, last.byteCount < total / smallPart,
                single.byteCount < total / smallPart
            {
                result[result.count - 1].join(single)
            } else {
                result.append(single)
            }
        }
        guard result.count > maximumCount else { return result }
        let size = (result.count + maximumCount - 1) / maximumCount
        return stride(from: 0, to: result.count, by: size).map { start in
            var joined = result[start]
            for next in result[start..<min(start + size, result.count)].dropFirst() { joined.join(next) }
            return joined
        }
    }

    private mutating func join(_ next: BarSegment) {
        layers = layers.lowerBound...next.layers.upperBound
        byteCount = byteCount.addingReportingOverflow(next.byteCount).partialValue
        sign = max(sign, next.sign)
    }
}

extension HTMLReport {
    /// Writes the layers as one bar, each as wide as its stored size is large. The list of the layers says the same in
    /// words, so the bar is hidden from readers of the screen.
    mutating func writeBar(_ image: ImageReport, _ index: Int) {
        let segments = BarSegment.all(of: image, in: report)
        guard let largest = segments.map({ $0.byteCount }).max(), segments.count > 1 || largest > 0 else { return }
        add("<div class=\"bar\(segments.count > 60 ? " dense" : "")\" aria-hidden=\"true\">")
        for segment in segments {
            let first = segment.layers.lowerBound
            let isSingle = segment.layers.count == 1
            let shared = isSingle ? plan.shared(image.layers[first]) : nil
            // Grow factors are relative; whole numbers of 10 000 keep the text short.
            let grow =
                largest == 0 ? 1 : max(1, UInt64((Double(segment.byteCount) / Double(largest) * 10_000).rounded()))
            var title =
                isSingle
                ? "layer \(first + 1) of \(image.layers.count)"
                : "layers \(first + 1) to \(segment.layers.upperBound + 1) of \(image.layers.count)"
            title += ", \(HumanUnits.bytes(segment.byteCount)), \(segment.sign.words)"
            if let shared { title += ", \(shared.marker): in \(shared.imageCount) images" }
            if isSingle, let createdBy = image.layers[first].record.createdBy {
                title += "\n" + HTML.cut(createdBy, 200)
            }
            add("<a class=\"\(segment.sign.name)\(shared.map { " s-\($0.marker)" } ?? "")\" tabindex=\"-1\" ")
            add("href=\"#i\(index)l\(first)\" style=\"flex-grow:\(String(grow))\" title=\"\(lines: title)\">")
            add("<span>\(isSingle ? "\(first + 1)" : "\(first + 1)–\(segment.layers.upperBound + 1)")")
            if let shared { add("<b>\(shared.marker)</b>") }
            add("</span></a>")
        }
        add("</div>\n")
    }
}
