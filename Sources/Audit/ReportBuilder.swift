// layerverify: building the report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Builds the report of a run from one image store after another.
///
/// What it keeps of an image store is its part of the report: images, findings, the file of each finding, and the sizes
/// of blobs. Claims, facts and the rest of the inventory may be released once they were appended.
///
/// Memory: the packed records, 16 bytes for each blob, 16 for each finding. The elements of the report are made on
/// access.
package struct ReportBuilder: Sendable {
    private let isStrict: Bool
    private let chainID: @Sendable (ContentDigest?, ContentDigest) -> ContentDigest
    private var roots: [RootRecord] = []
    private var images: ImageList
    /// The sizes of the blobs of all roots, and for each root the index of its first blob.
    private var blobs: PackedList<BlobSizes>
    private var firstBlobs: [Int] = []
    private var findings: FindingList
    /// The file of each finding of the pool.
    private var files: PackedList<FindingFile?>
    private var waivers = Waivers()
    private var figures = Summary()
    private var needsSorting = false

    /// - Parameters:
    ///   - inventory: any inventory of the run.
    ///   - isStrict: whether warnings refute, unless they are waived.
    ///   - chainID: extends a chain (nil for the first layer) by one diffID; this module does not compute digests.
    package init(
        of inventory: Inventory, isStrict: Bool,
        chainID: @escaping @Sendable (ContentDigest?, ContentDigest) -> ContentDigest
    ) {
        let empty = Inventory(sameRunAs: inventory)
        self.isStrict = isStrict
        self.chainID = chainID
        images = empty.images
        blobs = empty.emptyList(of: BlobSizes.self)
        findings = empty.findings
        files = empty.emptyList(of: FindingFile?.self)
    }

    /// The approximate memory in bytes of the findings so far.
    package var findingByteCount: Int { findings.byteCount }

    /// Appends one image store: the next root, with its images, blobs and findings.
    ///
    /// - Parameters:
    ///   - located: all findings, finished and sorted.
    ///   - waivers: those of the findings.
    ///
    /// Complexity: linear in blobs, images, layers and findings; in claims as well if there are findings.
    package mutating func append(
        _ inventory: Inventory, facts: FactsList, located: FindingList, waivers: Waivers = Waivers()
    ) {
        let fileFinder = FindingFiles(inventory, located)
        var places = [UInt32](repeating: .max, count: located.pool.count)
        for (place, entry) in located.entries.enumerated() where places[Int(entry.finding)] == .max {
            places[Int(entry.finding)] = UInt32(place)
        }
        for (finding, place) in places.enumerated() {
            files.append(
                place == .max ? nil : fileFinder.file(of: located.pool[finding], at: located.entries[Int(place)]))
        }
        self.waivers.append(waivers, findingsBefore: findings.pool.count, count: located.pool.count)
        findings.append(contentsOf: located, imagesBefore: images.count)
        for _ in inventory.roots { firstBlobs.append(blobs.count) }
        roots += inventory.roots
        count(inventory)
        for facts in facts {
            blobs.append(BlobSizes(facts))
            guard let facts, facts.byteCount > 0 || facts.reading == .complete else { continue }
            figures.blobCount += 1
            figures.compressedByteCount += facts.byteCount
            figures.uncompressedByteCount += facts.uncompressed?.byteCount ?? 0
        }
        images.append(contentsOf: inventory.images)
    }

    /// Appends findings that follow from several image stores. They may be about roots that were appended before.
    package mutating func append(ofRun located: FindingList, waivers: Waivers = Waivers()) {
        for _ in located.pool { files.append(nil) }
        self.waivers.append(waivers, findingsBefore: findings.pool.count, count: located.pool.count)
        findings.append(contentsOf: located, imagesBefore: 0)
        needsSorting = true
    }

    /// The report. Outcomes and counts are those of the findings that are not waived.
    ///
    /// - Parameter isTolerant: false if nothing may be waived after all.
    package consuming func report(isTolerant: Bool = true) -> Report {
        if needsSorting { findings.sort() }
        let pool = findings.pool
        let judgement = Judgement(pool: pool, waivers: isTolerant ? waivers : Waivers(), isStrict: isStrict)
        let places = FindingPlaces(findings, imageCount: images.count, judgement)
        let reports = ImageReports(
            images: images, blobs: blobs, firstBlobs: firstBlobs, places: places, chainID: chainID)
        var summary = places.figures.adding(figures)
        summary.imageCount = images.count
        for image in images.indices {
            switch places.outcome(ofImage: image) {
            case .verified: summary.verifiedImageCount += 1
            case .refuted: summary.refutedImageCount += 1
            case .undetermined: summary.undeterminedImageCount += 1
            }
        }
        for (root, outcome) in places.rootOutcomes where roots.indices.contains(root) {
            switch outcome {
            case .verified: break
            case .refuted: summary.refutedRootCount += 1
            case .undetermined: summary.undeterminedRootCount += 1
            }
        }
        return Report(
            outcome: places.outcomes.reduce(.verified) { $0.joined(with: $1) }, roots: roots,
            images: LazyList(count: images.count) { reports.report($0) },
            findings: LazyList(count: places.shown.count) { judgement[Int(places.shown[$0])] },
            files: LazyList(count: places.shown.count) { [files, images] place in
                files[Int(places.shown[place])]?.report(at: places.firstEntries[place], in: images)
            }, summary: summary)
    }

    /// Counts the layers and claims of an image store.
    private mutating func count(_ inventory: Inventory) {
        var isLayer = [Bool](repeating: false, count: inventory.blobs.count)
        for image in inventory.images.indices {
            for layer in 0..<inventory.images.layerCount(of: image) {
                guard let layer = inventory.images.layer(layer, of: image), let blob = layer.blob, !isLayer[blob]
                else { continue }
                isLayer[blob] = true
                figures.layerCount += 1
                if layer.mediaType?.kind == .other { figures.opaqueBlobCount += 1 }
                if layer.diffID == nil, layer.mediaType?.isLayer == true { figures.uncheckedDiffIDCount += 1 }
            }
            let record = inventory.images.withoutLists(image)
            if record.isConfigOpaque, let config = record.configBlob, !isLayer[config] {
                isLayer[config] = true
                figures.opaqueBlobCount += 1
            }
        }
        figures.claimCount += inventory.claims.count
    }
}

extension Summary {
    /// The figures of findings, with those of blobs and claims of `other`.
    fileprivate func adding(_ other: Summary) -> Summary {
        var result = self
        result.layerCount = other.layerCount
        result.blobCount = other.blobCount
        result.claimCount = other.claimCount
        result.opaqueBlobCount = other.opaqueBlobCount
        result.uncheckedDiffIDCount = other.uncheckedDiffIDCount
        result.compressedByteCount = other.compressedByteCount
        result.uncompressedByteCount = other.uncompressedByteCount
        return result
    }
}
