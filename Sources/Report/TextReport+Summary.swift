// layerverify: the last line of a text report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextReport {
    /// Names the command that explains the first finding that decides the outcome. The last line of the report is left to
    /// the summary.
    mutating func writeOffer() {
        guard report.outcome != .verified else { return }
        let deciding = report.findings.lazy.filter { [outcome = report.outcome] in $0.outcome == outcome }
        guard let finding = deciding.first(where: { $0.follows == nil }) ?? deciding.first else { return }
        let offer = "see 'layerverify explain \(finding.code.rawValue)' for what to do"
        page.fill(lead: "", leadWidth: 0, hanging: 0, page.painted(offer, .faint))
    }

    /// Writes the outcome, what was checked, and what was not.
    mutating func writeSummary() {
        switch kind {
        case .verdicts:
            let word = report.outcome.rawValue
            let ink: TextPage.Ink =
                switch report.outcome {
                case .verified: .boldGreen
                case .undetermined: .boldYellow
                case .refuted: .boldRed
                }
            page.paragraph(
                lead: page.mark(report.outcome) + " " + page.paint(word + ":", ink) + " ",
                leadWidth: word.count + 4, hanging: 2, summarySentence)
        case .claims:
            let claimed = "claims only: layer bytes were not read; \(figures)"
            page.paragraph(
                lead: "", leadWidth: 0, hanging: 0,
                [faults, ignored, claimed].compactMap { $0 }.joined(separator: "; "))
        }
    }

    /// The faults, what was ignored, what was checked, and what was not, without text from an image.
    var summarySentence: String { [faults, ignored, checked, unchecked].compactMap { $0 }.joined(separator: "; ") }

    /// `1 of 3 images refuted, 2 errors, 1 warning`; nil for a run without a fault.
    var faults: String? {
        let summary = report.summary
        var parts: [String] = []
        if kind == .verdicts, summary.imageCount > 0 {
            let images = HumanUnits.count(summary.imageCount, "image")
            if summary.refutedImageCount > 0 { parts.append("\(summary.refutedImageCount) of \(images) refuted") }
            if summary.undeterminedImageCount > 0 {
                parts.append("\(summary.undeterminedImageCount) of \(images) undetermined")
            }
        }
        if kind == .verdicts {
            let others = [(summary.refutedRootCount, "refuted"), (summary.undeterminedRootCount, "undetermined")]
            for (count, word) in others where count > 0 {
                parts.append(HumanUnits.count(count, "path") + " " + word)
            }
        }
        if summary.errorCount > 0 { parts.append(HumanUnits.count(summary.errorCount, "error")) }
        if summary.warningCount > 0 { parts.append(HumanUnits.count(summary.warningCount, "warning")) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// `3 findings ignored: 1 by --ignore, 2 by --baseline`; nil if every finding counts.
    private var ignored: String? {
        let waived = report.summary.waived
        guard waived.total > 0 else { return nil }
        let parts = [
            (waived.option, Waiver.Source.option), (waived.file, .file), (waived.baseline, .baseline),
        ]
        return HumanUnits.count(waived.total, "finding") + " ignored: "
            + parts.filter { $0.0 > 0 }.map { "\($0.0) by \($0.1.option)" }.joined(separator: ", ")
    }

    private var figures: String {
        let summary = report.summary
        return [
            HumanUnits.count(summary.imageCount, "image"), HumanUnits.count(summary.layerCount, "layer"),
            HumanUnits.count(summary.blobCount, "blob"),
        ].joined(separator: ", ")
    }

    /// `3 images, 24 layers, 31 blobs, 112 claims checked; 1.02 GiB read (2.71 GiB uncompressed) in 0.430 s (2.37 GiB/s)`.
    private var checked: String {
        let summary = report.summary
        guard summary.blobCount > 0 || summary.claimCount > 0 || summary.imageCount > 0 else {
            return "nothing checked"
        }
        // Undetermined content was not checked in full.
        let verb = report.outcome == .undetermined ? "examined" : "checked"
        var line = "\(figures), \(HumanUnits.count(summary.claimCount, "claim")) \(verb); "
        line += HumanUnits.bytes(summary.compressedByteCount) + " read"
        if summary.uncompressedByteCount > 0 {
            line += " (" + HumanUnits.bytes(summary.uncompressedByteCount) + " uncompressed)"
        }
        line += " in " + HumanUnits.duration(summary.seconds)
        if let rate = HumanUnits.rate(summary.compressedByteCount, seconds: summary.seconds) { line += " (\(rate))" }
        return line
    }

    /// The content that the outcome does not cover; nil if there is none.
    var unchecked: String? {
        var counts: [FindingCode: Int] = [:]
        for finding in report.findings { counts[finding.code, default: 0] += 1 }
        var parts: [String] = []
        if report.summary.absentPlatformCount > 0 {
            parts.append(HumanUnits.count(report.summary.absentPlatformCount, "absent platform"))
        }
        if let count = counts[.layerAbsent] {
            parts.append(HumanUnits.count(count, "absent non-distributable layer"))
        }
        if let count = counts[.blobNameInvalid] {
            parts.append(
                HumanUnits.count(count, "file without a digest for a name", "files without a digest for a name"))
        }
        let unreferencedCount = report.summary.unreferencedBlobCount
        if unreferencedCount > 0 {
            parts.append(HumanUnits.count(unreferencedCount, "unreferenced blob") + " (only the name was checked)")
        }
        if report.summary.opaqueBlobCount > 0 {
            parts.append(
                "the inside of "
                    + HumanUnits.count(
                        report.summary.opaqueBlobCount, "blob of an unknown type", "blobs of unknown types"))
        }
        if report.summary.uncheckedDiffIDCount > 0 {
            parts.append(HumanUnits.count(report.summary.uncheckedDiffIDCount, "diffID") + " of artifacts")
        }
        if report.summary.ignored.count > 0 {
            parts.append(HumanUnits.count(report.summary.ignored.count, "ignored file"))
        }
        if counts[.archiveTrailingBytes] != nil { parts.append("the bytes after the end of an archive") }
        if counts[.interrupted] != nil { parts.append("what came after the interruption") }
        return parts.isEmpty ? nil : "not checked: " + parts.joined(separator: ", ")
    }
}
