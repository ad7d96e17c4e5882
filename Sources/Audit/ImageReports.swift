// layerverify: the report of each image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Builds the report of each image.
struct ImageReports: Sendable {
    let images: ImageList
    let blobs: PackedList<BlobSizes>
    /// For each root the index of its first blob in `blobs`.
    let firstBlobs: [Int]
    let places: FindingPlaces
    let chainID: @Sendable (ContentDigest?, ContentDigest) -> ContentDigest

    func report(_ image: Int) -> ImageReport {
        let record = images[image]
        var layers = layerReports(record)
        var own: [Int] = []
        // With too many findings their layers are not stored, and no layer is called verified.
        var leastOutcome = Outcome.verified
        for (finding, layer) in places[image] {
            if layer == FindingPlaces.someLayer, places.outcomes[Int(finding)] != .verified {
                leastOutcome = .undetermined
            }
            if layers.indices.contains(Int(layer)) {
                layers[Int(layer)].findings.append(Int(finding))
            } else {
                own.append(Int(finding))
            }
        }
        for index in layers.indices {
            layers[index].outcome = places.outcome(layers[index].findings).joined(with: leastOutcome)
            // A finding about the config says why.
            if layers[index].record.isUnclaimed {
                layers[index].outcome = layers[index].outcome.joined(with: .undetermined)
            }
        }
        return ImageReport(record: record, outcome: places.outcome(ofImage: image), layers: layers, findings: own)
    }

    private func layerReports(_ image: ImageRecord) -> [LayerReport] {
        var chain: ContentDigest?
        var isChained = image.kind == .image
        return image.layers.map { record in
            let sizes = record.blob.map { blobs[firstBlobs[image.root] + $0] }
            var report = LayerReport(record: record, outcome: .undetermined)
            report.compression = sizes?.compression
            report.size = sizes?.byteCount ?? record.size
            report.uncompressedSize = sizes?.uncompressedByteCount
            if isChained, let diffID = record.diffID {
                chain = chainID(chain, diffID)
                report.chainID = chain
            } else {
                isChained = false
            }
            return report
        }
    }
}
