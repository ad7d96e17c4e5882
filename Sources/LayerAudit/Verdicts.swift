// layerverify: drawing up the report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Puts findings, images and figures together.
package enum Verdicts {
    /// Draws up the report of a run.
    ///
    /// `located` are all findings; `chainID` continues a chain by one diffID (nil for the first), the digest being
    /// somebody else's business. `isStrict` makes warnings refute.
    package static func report(
        _ inventory: Inventory, facts: [BlobFacts?], located: [LocatedFinding], isStrict: Bool,
        chainID: (ContentDigest?, ContentDigest) -> ContentDigest
    ) -> Report {
        var findings: [Finding] = []
        var places: [Finding: Int] = [:]
        var ofImage: [Int: [Int]] = [:]
        var ofLayer: [LayerKey: [Int]] = [:]
        for item in located {
            let finding = isStrict && item.finding.severity == .warning ? item.finding.refuting() : item.finding
            let place = places[finding] ?? findings.count
            if place == findings.count {
                findings.append(finding)
                places[finding] = place
            }
            guard let image = item.image else { continue }
            if let layer = item.layer, inventory.images[image].layers.indices.contains(layer) {
                ofLayer[LayerKey(image: image, layer: layer), default: []].append(place)
            } else {
                ofImage[image, default: []].append(place)
            }
        }
        func outcome(_ places: [Int]) -> Outcome {
            places.reduce(.verified) { $0.joined(with: findings[$1].outcome) }
        }
        let images = inventory.images.enumerated().map { index, record in
            let own = ofImage[index] ?? []
            let layers = layerReports(record, facts, chainID) { ofLayer[LayerKey(image: index, layer: $0)] ?? [] }
            let judged = layers.map { layer in
                var layer = layer
                layer.outcome = outcome(layer.findings)
                return layer
            }
            let all = judged.reduce(outcome(own)) { $0.joined(with: $1.outcome) }
            return ImageReport(record: record, outcome: all, layers: judged, findings: own)
        }
        let summary = figures(inventory, facts, images, findings)
        return Report(
            outcome: outcome(Array(findings.indices)), roots: inventory.roots, images: images, findings: findings,
            summary: summary)
    }

    private struct LayerKey: Hashable {
        let image: Int
        let layer: Int
    }

    private static func layerReports(
        _ image: ImageRecord, _ facts: [BlobFacts?], _ chainID: (ContentDigest?, ContentDigest) -> ContentDigest,
        _ findings: (Int) -> [Int]
    ) -> [LayerReport] {
        var chain: ContentDigest?
        var isChained = image.kind == .image
        return image.layers.enumerated().map { index, record in
            let known = record.blob.flatMap { facts[$0] }
            var report = LayerReport(record: record, outcome: .undetermined, findings: findings(index))
            report.compression = known?.compression
            report.size = known?.reading == .complete ? known?.byteCount : record.size
            if case .complete? = known?.uncompressed?.ending {
                report.uncompressedSize = known?.uncompressed?.byteCount
            }
            if isChained, let diffID = record.diffID {
                chain = chainID(chain, diffID)
                report.chainID = chain
            } else {
                isChained = false
            }
            return report
        }
    }

    private static func figures(
        _ inventory: Inventory, _ facts: [BlobFacts?], _ images: [ImageReport], _ findings: [Finding]
    ) -> Summary {
        var summary = Summary()
        summary.imageCount = images.count
        summary.verifiedImageCount = images.count { $0.outcome == .verified }
        summary.refutedImageCount = images.count { $0.outcome == .refuted }
        summary.undeterminedImageCount = images.count { $0.outcome == .undetermined }
        summary.layerCount = Set(inventory.images.flatMap { $0.layers.compactMap { $0.blob } }).count
        summary.claimCount = inventory.claims.count
        for finding in findings {
            switch finding.severity {
            case .error: summary.errorCount += 1
            case .warning: summary.warningCount += 1
            case .note: summary.noteCount += 1
            }
            switch finding.code {
            case .platformAbsent: summary.absentPlatformCount += 1
            case .blobUnreferenced: summary.unreferencedBlobCount += 1
            default: break
            }
        }
        for facts in facts {
            guard let facts, facts.byteCount > 0 || facts.reading == .complete else { continue }
            summary.blobCount += 1
            summary.compressedByteCount += facts.byteCount
            summary.uncompressedByteCount += facts.uncompressed?.byteCount ?? 0
        }
        return summary
    }
}
