// layerverify: the beginning of an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension HTMLReport {
    /// Writes everything before the body.
    mutating func writeHead() {
        add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        // No text of an image can load or run anything, even if it were not escaped.
        add("<meta http-equiv=\"Content-Security-Policy\" ")
        add("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; ")
        add("base-uri 'none'; form-action 'none'\">\n")
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        add("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
        add("<meta name=\"generator\" content=\"\(Tool.name) \(Tool.version)\">\n")
        let paths = report.roots.prefix(3).map { HTML.cut($0.path, 80) }.joined(separator: ", ")
        let more = report.roots.count > 3 ? " and \(report.roots.count - 3) more" : ""
        add("<title>\(verdict.word): \(paths.isEmpty ? "no path" : paths + more) – \(Tool.name)</title>\n")
        add("<link rel=\"icon\" href=\"data:,\">\n<style>\n\(HTMLStyle.sheet)")
        for digest in plan.sharedDigests.prefix(Self.maximumHighlightCount) {
            guard let marker = plan.shared[digest]?.marker else { continue }
            add("main:has(.s-\(marker):is(:hover,:focus-within)) .s-\(marker)")
            add("{outline:3px solid var(--focus);outline-offset:-1px;z-index:1}\n")
        }
        add("</style>\n</head>\n")
    }

    /// The shared layers that are highlighted in all images when the pointer is on one of them.
    private static let maximumHighlightCount = 200

    /// Writes the verdict and the totals.
    mutating func writeHeader() {
        add("<body>\n<svg class=\"icons\" width=\"0\" height=\"0\" aria-hidden=\"true\">\(HTMLStyle.symbols)</svg>\n")
        add("<a class=\"skip\" href=\"#images\">Skip to the images</a>\n")
        add("<header class=\"verdict \(verdict.kind)\">\n<h1>\(icon(verdict.kind))\(verdict.word)</h1>\n")
        add("<p class=\"lead\">\(verdict.sentence)</p>\n<dl class=\"totals\">\n")
        let summary = report.summary
        total("Images", summary.imageCount, note: imageOutcomes)
        total("Layers", summary.layerCount)
        total("Blobs", summary.blobCount)
        total("Claims", summary.claimCount)
        if summary.waived.total > 0 { total("Ignored findings", summary.waived.total) }
        if summary.compressedByteCount > 0 {
            let note =
                summary.uncompressedByteCount > 0
                ? HumanUnits.bytes(summary.uncompressedByteCount) + " uncompressed" : nil
            total("Read", HumanUnits.bytes(summary.compressedByteCount), note: note)
        }
        total(
            "Time", HumanUnits.duration(summary.seconds),
            note: HumanUnits.rate(summary.compressedByteCount, seconds: summary.seconds))
        add("</dl>\n")
        if let unchecked = content.unchecked {
            add("<p class=\"unchecked\">\(unchecked.prefix(1).uppercased() + unchecked.dropFirst()).</p>\n")
        }
        add("</header>\n")
    }

    private mutating func total(_ name: String, _ value: Int, note: String? = nil) {
        total(name, Self.grouped(UInt64(clamping: value)), note: note)
    }

    private mutating func total(_ name: String, _ value: String, note: String?) {
        add("<div><dt>\(name)</dt><dd>\(value)")
        if let note { add("<small>\(note)</small>") }
        add("</dd></div>\n")
    }

    /// `2 verified, 1 refuted`; nil if there is nothing to tell apart.
    private var imageOutcomes: String? {
        let summary = report.summary
        let counts = [
            (summary.refutedImageCount, "refuted"), (summary.undeterminedImageCount, "undetermined"),
            (summary.verifiedImageCount, "verified"),
        ]
        return summary.imageCount == 0
            ? nil : counts.filter { $0.0 > 0 }.map { "\(Self.grouped(UInt64($0.0))) \($0.1)" }.joined(separator: ", ")
    }

    /// The class, the word and the sentence of the verdict.
    private var verdict: (kind: String, word: String, sentence: String) {
        let faults = content.faults.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
        switch report.outcome {
        case .refuted: return ("refuted", "Refuted", faults ?? "")
        case .undetermined:
            return (
                "undetermined", "Undetermined",
                [faults, "Nothing is refuted, and not everything could be checked."]
                    .compactMap { $0 }.joined(separator: " ")
            )
        case .verified:
            let summary = report.summary
            guard summary.imageCount > 0 || summary.claimCount > 0 || summary.blobCount > 0 else {
                return ("nothing", "Nothing checked", faults ?? "There was no image and no claim to check.")
            }
            let waived = summary.waived.total
            let ignored = "\(HumanUnits.count(waived, "finding")) \(waived == 1 ? "is" : "are") ignored; "
            let all = (waived == 0 ? "Every claim" : ignored + "every other claim") + " that was checked is true."
            return ("verified", "Verified", [all, faults].compactMap { $0 }.joined(separator: " "))
        }
    }

    /// The icon of an outcome or of another kind of mark, without a text.
    func icon(_ kind: String) -> HTML {
        "<svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#icon-\(kind)\"/></svg>"
    }

    /// The icon of an outcome with its word for those who do not see it.
    func mark(_ outcome: Outcome) -> HTML { mark(VerdictSign(outcome)) }

    func mark(_ sign: VerdictSign) -> HTML {
        "\(icon(sign.name))<span class=\"sr\">\(sign.words)</span>"
    }

    /// A number with spaces between thousands.
    static func grouped(_ number: UInt64) -> String {
        var result = ""
        let digits = String(number)
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "\u{202f}" }
            result.append(digit)
        }
        return result
    }
}
