// layerverify: the members of a JSON report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Writes one report as JSON. The order of the members is that of `docs/json.md`.
struct JSONReport {
    let report: Report
    /// A report of claims has no outcomes of images and layers, so that an unread layer cannot be mistaken for a
    /// verified one.
    let kind: TextReport.Kind

    func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        var json = JSONText()
        json.open(nil, "{")
        Self.writeHead(to: &json)
        json.member("outcome", kind == .verdicts ? report.outcome.rawValue : nil)
        json.open("images", "[")
        for image in report.images {
            json.open(nil, "{")
            writeIdentity(of: image, to: &json)
            json.open("layers", "[")
            for layer in image.layers {
                write(layer, to: &json)
                try json.pass(to: sink)
            }
            json.close("]")
            json.member("findings", image.findings)
            json.close("}")
            try json.pass(to: sink)
        }
        json.close("]")
        json.open("findings", "[")
        for (index, finding) in report.findings.enumerated() {
            write(finding, index, to: &json)
            try json.pass(to: sink)
        }
        json.close("]")
        json.open("roots", "[")
        for root in report.roots {
            json.object { json in
                json.member("path", root.path)
                json.member("form", root.form.rawValue)
            }
            try json.pass(to: sink)
        }
        json.close("]")
        writeSummary(to: &json)
        json.close("}")
        try json.flush(to: sink)
    }

    static func writeHead(to json: inout JSONText) {
        json.member("schemaVersion", JSONFormat.schemaVersion)
        json.object("tool") { json in
            json.member("name", Tool.name)
            json.member("version", Tool.version)
        }
    }

    private func writeIdentity(of image: ImageReport, to json: inout JSONText) {
        let record = image.record
        let root = report.roots.indices.contains(record.root) ? report.roots[record.root] : nil
        json.member("path", root?.path)
        json.member("form", root?.form.rawValue)
        json.member("kind", record.kind.rawValue)
        json.member("reference", record.references.first)
        json.member("references", record.references)
        json.member("platform", record.platform?.description)
        json.member("imageID", record.imageID?.description)
        json.member("manifestDigest", record.manifestDigest?.description)
        json.member("outcome", kind == .verdicts ? image.outcome.rawValue : nil)
    }

    private func write(_ layer: LayerReport, to json: inout JSONText) {
        json.object { json in
            json.member("digest", layer.record.digest?.description)
            json.member("diffID", layer.record.diffID?.description)
            json.member("chainID", layer.chainID?.description)
            json.member("mediaType", layer.record.mediaType?.description)
            json.member("compression", layer.compression?.rawValue)
            json.member("size", layer.size ?? layer.record.size)
            json.member("uncompressedSize", layer.uncompressedSize)
            json.member("outcome", kind == .verdicts ? layer.outcome.rawValue : nil)
            json.member("findings", layer.findings)
            json.member("createdBy", layer.record.createdBy)
        }
    }

    private func write(_ finding: Finding, _ index: Int, to json: inout JSONText) {
        json.object { json in
            json.member("code", finding.code.rawValue)
            json.member("severity", finding.severity.rawValue)
            json.member("outcome", finding.outcome.rawValue)
            json.member("message", finding.message)
            json.member("digest", finding.digest?.description)
            json.member("path", finding.place.path)
            json.member("pointer", finding.place.pointer)
            json.member("expected", finding.expected)
            json.member("actual", finding.actual)
            json.member("hint", finding.hint)
            json.member("follows", finding.follows?.rawValue)
            json.member("root", report.roots.indices.contains(finding.root) ? report.roots[finding.root].path : nil)
            write(report.files[index], of: finding, index, to: &json)
            write(finding.waiver, to: &json)
        }
    }

    private func write(_ waiver: Waiver?, to json: inout JSONText) {
        guard let waiver else { return json.member("waiver", String?.none) }
        json.object("waiver") { json in
            json.member("source", waiver.source.rawValue)
            json.member("reason", waiver.reason)
            json.member("until", waiver.until)
        }
    }

    private func write(_ file: FileReport?, of finding: Finding, _ index: Int, to json: inout JSONText) {
        guard let file else { return json.member("blob", String?.none) }
        json.object("blob") { json in
            let location = report.location(of: index)
            json.member("path", location?.path)
            json.member("archive", location?.archive)
            json.member("offset", file.offsetBytes)
            json.member("digest", finding.digest?.description)
            json.member("kind", file.role.rawValue)
            json.member("layer", file.layer.map { UInt64($0 + 1) })
            json.member("layers", file.layerCount.map { UInt64($0) })
            json.member("createdBy", file.createdBy)
        }
    }

    private func writeSummary(to json: inout JSONText) {
        let summary = report.summary
        json.object("summary") { json in
            json.member("images", summary.imageCount)
            if kind == .verdicts {
                json.member("verifiedImages", summary.verifiedImageCount)
                json.member("refutedImages", summary.refutedImageCount)
                json.member("undeterminedImages", summary.undeterminedImageCount)
                json.member("refutedRoots", summary.refutedRootCount)
                json.member("undeterminedRoots", summary.undeterminedRootCount)
            }
            json.member("layers", summary.layerCount)
            json.member("blobs", summary.blobCount)
            json.member("claims", summary.claimCount)
            json.member("errors", summary.errorCount)
            json.member("warnings", summary.warningCount)
            json.member("notes", summary.noteCount)
            json.object("ignoredFindings") { json in
                json.member("count", summary.waived.total)
                for source in Waiver.Source.allCases { json.member(source.rawValue, summary.waived[source]) }
            }
            json.member("absentPlatforms", summary.absentPlatformCount)
            json.member("unreferencedBlobs", summary.unreferencedBlobCount)
            json.member("opaqueBlobs", summary.opaqueBlobCount)
            json.member("uncheckedDiffIDs", summary.uncheckedDiffIDCount)
            json.object("ignored") { json in
                json.member("count", summary.ignored.count)
                json.member("paths", summary.ignored.paths)
            }
            json.member("compressedBytes", summary.compressedByteCount)
            json.member("uncompressedBytes", summary.uncompressedByteCount)
            json.member("seconds", seconds: summary.seconds)
            json.member(
                "bytesPerSecond",
                HumanUnits.bytesPerSecond(summary.compressedByteCount, seconds: summary.seconds))
        }
    }
}
