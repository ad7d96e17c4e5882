// layerverify: building the report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Builds the report from findings, images and numbers.
package enum Verdicts {
    /// Builds the report of a run.
    ///
    /// `located` has all findings in order. `chainID` extends a chain (nil for the first layer) by one diffID; this
    /// module does not compute digests. `isStrict` makes warnings refute, unless they are waived. Outcomes and counts are those
    /// of the findings that are not waived.
    ///
    /// Memory: the arguments, and a few bytes for each finding and each image or layer that it belongs to. The elements
    /// of the report are created on access.
    package static func report(
        _ inventory: Inventory, facts: FactsList, located: FindingList, isStrict: Bool,
        waivers: Waivers = Waivers(),
        chainID: @escaping @Sendable (ContentDigest?, ContentDigest) -> ContentDigest
    ) -> Report {
        let judgement = Judgement(pool: located.pool, waivers: waivers, isStrict: isStrict)
        let places = FindingPlaces(located, imageCount: inventory.images.count, judgement)
        let images = ImageReports(inventory: inventory, facts: facts, places: places, chainID: chainID)
        let summary = figures(inventory, facts, places)
        let pool = located.pool
        let files = FindingFiles(inventory, located)
        return Report(
            outcome: places.outcomes.reduce(.verified) { $0.joined(with: $1) }, roots: inventory.roots,
            images: LazyList(count: inventory.images.count) { images.report($0) },
            findings: LazyList(count: places.shown.count) { judgement[Int(places.shown[$0])] },
            files: LazyList(count: places.shown.count) { place in
                files.file(of: pool[Int(places.shown[place])], at: places.firstEntries[place])
            }, summary: summary)
    }

    private static func figures(_ inventory: Inventory, _ facts: FactsList, _ places: FindingPlaces) -> Summary {
        var summary = places.figures
        summary.imageCount = inventory.images.count
        var isLayer = [Bool](repeating: false, count: inventory.blobs.count)
        for image in inventory.images.indices {
            switch places.outcome(ofImage: image) {
            case .verified: summary.verifiedImageCount += 1
            case .refuted: summary.refutedImageCount += 1
            case .undetermined: summary.undeterminedImageCount += 1
            }
            for layer in 0..<inventory.images.layerCount(of: image) {
                guard let layer = inventory.images.layer(layer, of: image), let blob = layer.blob, !isLayer[blob]
                else { continue }
                isLayer[blob] = true
                summary.layerCount += 1
                if layer.mediaType?.kind == .other { summary.opaqueBlobCount += 1 }
                if layer.diffID == nil, layer.mediaType?.isLayer == true { summary.uncheckedDiffIDCount += 1 }
            }
            let record = inventory.images.withoutLists(image)
            if record.isConfigOpaque, let config = record.configBlob, !isLayer[config] {
                isLayer[config] = true
                summary.opaqueBlobCount += 1
            }
        }
        for (root, outcome) in places.rootOutcomes where inventory.roots.indices.contains(root) {
            switch outcome {
            case .verified: break
            case .refuted: summary.refutedRootCount += 1
            case .undetermined: summary.undeterminedRootCount += 1
            }
        }
        summary.claimCount = inventory.claims.count
        for facts in facts {
            guard let facts, facts.byteCount > 0 || facts.reading == .complete else { continue }
            summary.blobCount += 1
            summary.compressedByteCount += facts.byteCount
            summary.uncompressedByteCount += facts.uncompressed?.byteCount ?? 0
        }
        return summary
    }
}

/// The findings as they count in this run.
private struct Judgement: Sendable {
    let pool: PackedList<Finding>
    let waivers: Waivers
    let isStrict: Bool

    /// A finding of the pool.
    subscript(place: Int) -> Finding {
        let finding = pool[place]
        if let waiver = waivers[place] { return finding.waived(by: waiver) }
        return isStrict && finding.severity == .warning ? finding.refuting() : finding
    }
}

/// The findings that a report shows, and the image of each.
private struct FindingPlaces: Sendable {
    /// The index in the pool of each finding of the report.
    private(set) var shown: [UInt32] = []
    /// The first image and layer of each finding of the report; negative for none.
    private(set) var firstEntries: [FindingFiles.Position] = []
    /// The outcome that each finding gives its image.
    private(set) var outcomes: [Outcome] = []
    private(set) var figures = Summary()
    /// The outcome of the findings of each root that are not about an image.
    private(set) var rootOutcomes: [RootIndex: Outcome] = [:]
    /// For each entry about an image the index of its finding in the report, sorted by image.
    ///
    /// `layer` is negative for a finding about the image itself, and `someLayer` for one about an unknown layer.
    private var ofImages: [(finding: UInt32, layer: Int32)] = []
    static let someLayer: Int32 = -2
    /// The first entry of each image.
    private var starts: [UInt32]

    init(_ located: FindingList, imageCount: Int, _ judgement: Judgement) {
        var places = [UInt32](repeating: .max, count: located.pool.count)
        starts = Array(repeating: 0, count: imageCount + 1)
        for entry in located.entries {
            if let image = entry.image {
                starts[image + 1] += 1
            } else {
                let finding = judgement[Int(entry.finding)]
                rootOutcomes[finding.root, default: .verified] = rootOutcomes[finding.root, default: .verified].joined(
                    with: finding.outcome)
            }
            guard places[Int(entry.finding)] == .max else { continue }
            places[Int(entry.finding)] = UInt32(shown.count)
            shown.append(entry.finding)
            firstEntries.append(FindingFiles.Position(entry))
            count(judgement[Int(entry.finding)], times: located.count(of: Int(entry.finding)))
        }
        for image in 0..<imageCount { starts[image + 1] += starts[image] }
        ofImages = Array(repeating: (0, -1), count: Int(starts[imageCount]))
        var next = starts
        for entry in located.entries {
            guard let image = entry.image else { continue }
            let layer = entry.layer.map { Int32($0) } ?? (entry.isAboutSomeLayer ? Self.someLayer : -1)
            ofImages[Int(next[image])] = (places[Int(entry.finding)], layer)
            next[image] += 1
        }
    }

    private mutating func count(_ finding: Finding, times: Int) {
        outcomes.append(finding.outcome)
        switch finding.severity {
        case _ where finding.waiver != nil: break
        case .error: figures.errorCount += times
        case .warning: figures.warningCount += times
        case .note: figures.noteCount += times
        }
        if let waiver = finding.waiver { figures.waived[waiver.source] += times }
        switch finding.code {
        case .platformAbsent: figures.absentPlatformCount += times
        case .blobUnreferenced: figures.unreferencedBlobCount += times
        default: break
        }
    }

    subscript(image: Int) -> ArraySlice<(finding: UInt32, layer: Int32)> {
        ofImages[Int(starts[image])..<Int(starts[image + 1])]
    }

    func outcome(_ findings: [Int]) -> Outcome { findings.reduce(.verified) { $0.joined(with: outcomes[$1]) } }

    func outcome(ofImage image: Int) -> Outcome {
        self[image].reduce(.verified) { $0.joined(with: outcomes[Int($1.finding)]) }
    }
}

/// Builds the report of each image.
private struct ImageReports: Sendable {
    let inventory: Inventory
    let facts: FactsList
    let places: FindingPlaces
    let chainID: @Sendable (ContentDigest?, ContentDigest) -> ContentDigest

    func report(_ image: Int) -> ImageReport {
        let record = inventory.images[image]
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
            // Such a layer was compared with nothing. A finding about the config says why.
            let layer = layers[index].record
            if layer.digest == nil, layer.diffID == nil {
                layers[index].outcome = layers[index].outcome.joined(with: .undetermined)
            }
        }
        return ImageReport(record: record, outcome: places.outcome(ofImage: image), layers: layers, findings: own)
    }

    private func layerReports(_ image: ImageRecord) -> [LayerReport] {
        var chain: ContentDigest?
        var isChained = image.kind == .image
        return image.layers.map { record in
            let known = record.blob.flatMap { facts[$0] }
            var report = LayerReport(record: record, outcome: .undetermined)
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
}
