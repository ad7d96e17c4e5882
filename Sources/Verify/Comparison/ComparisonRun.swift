// layerverify: comparing two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerDiff
internal import LayerModel
internal import LayerSystem

/// Compares two images: chooses them, pairs their layers, reads both in one run of the pipeline, and compares what was read.
struct ComparisonRun {
    private let verifier: Verifier
    private let ignored: IgnoredDifferences
    private let readsLayers: Bool
    private let cancellation: Verifier.Cancellation?
    private let progress: ProgressObserver?
    private let start = ContinuousClock.now
    private let store = EntryStore()

    init(
        _ verifier: Verifier, ignoring ignored: IgnoredDifferences, readsLayers: Bool,
        cancellation: Verifier.Cancellation?, progress: ProgressObserver?
    ) {
        var verifier = verifier
        verifier.layerConsumers = store.consumers
        self.verifier = verifier
        self.ignored = ignored
        self.readsLayers = readsLayers
        self.cancellation = cancellation
        self.progress = progress
    }

    func report(_ first: Verifier.ImageChoice, _ second: Verifier.ImageChoice) -> ComparisonReport {
        var one = side(first)
        var other = side(second)
        var report = ComparisonReport(one.image, other.image)
        report.ignored = ignored
        report.readsLayers = readsLayers
        if one.record != nil, other.record != nil {
            report.layers = LayerPairing.pair(one.claimedLayers, other.claimedLayers)
            compareDocuments(one, other, &report)
        }
        if readsLayers {
            read(&one, &other, &report)
            compareFiles(&report)
        } else {
            for side in [one, other] { judgeDocuments(side, isFirst: side.image == one.image, &report) }
        }
        report.seconds = (ContinuousClock.now - start).seconds
        return report
    }

    private func side(_ choice: Verifier.ImageChoice) -> ComparedSide {
        ComparedSide(
            verifier.selecting(choice), choice.source, cancellation: cancellation, progress: progress, start: start,
            readsLayers: readsLayers)
    }

    // Documents

    private func compareDocuments(_ one: ComparedSide, _ other: ComparedSide, _ report: inout ComparisonReport) {
        let pairs = report.layers.compactMap { layer in
            layer.first.flatMap { first in layer.second.map { (first: first.index, second: $0.index) } }
        }
        report.config = compare(
            .config, "config", (one, one.record?.configBlob, one.record?.imageID),
            (other, other.record?.configBlob, other.record?.imageID), pairs)
        report.manifest = compare(
            .manifest, "manifest", (one, one.record?.manifestBlob, one.record?.manifestDigest),
            (other, other.record?.manifestBlob, other.record?.manifestDigest), pairs)
    }

    private typealias Document = (side: ComparedSide, blob: BlobIndex?, digest: ContentDigest?)

    private func compare(
        _ kind: DocumentPair.Kind, _ name: String, _ one: Document, _ other: Document,
        _ pairs: [(first: Int, second: Int)]
    ) -> DocumentComparison {
        var comparison = DocumentComparison(first: one.digest, second: other.digest)
        guard one.digest != other.digest || one.digest == nil else { return comparison }
        do throws(DocumentReadFault) {
            guard let bytes = try one.side.bytes(of: one.blob, digest: one.digest, name),
                let otherBytes = try other.side.bytes(of: other.blob, digest: other.digest, name)
            else { return comparison }
            return DocumentPair(kind, bytes, otherBytes).compare(comparison, pairing: pairs, ignoring: ignored)
        } catch {
            comparison.fault = error.message
            return comparison
        }
    }

    private func judgeDocuments(_ side: ComparedSide, isFirst: Bool, _ report: inout ComparisonReport) {
        guard let inventory = side.inventory else { return }
        let judged = JudgedRoot(documentsOf: inventory, findingByteCount: FindingList.standardByteCount)
        note(judged, isFirst: isFirst, &report)
    }

    // Layers

    /// Reads both images: checks all that they claim, and collects the entries of layers that differ.
    private func read(_ one: inout ComparedSide, _ other: inout ComparedSide, _ report: inout ComparisonReport) {
        let inventories = [one.takeInventory(), other.takeInventory()]
        let firstCount = inventories[0]?.blobs.count ?? 0
        want(report.layers, one.record, other.record, firstBlobCount: firstCount)
        let opener = PairedOpener(first: one.opener, second: other.opener, firstRootCount: one.rootCount)
        let run = BlobRun(
            verifier, opener: opener, cancellation: cancellation, progress: progress, start: start, trace: nil,
            consumers: verifier.runConsumers())
        var isFirst: [Bool] = []
        for (side, inventory) in inventories.enumerated() {
            guard var inventory else { continue }
            if side == 1 { inventory.moveRoots(by: one.rootCount) }
            run.add(inventory)
            isFirst.append(side == 0)
        }
        for isFirst in isFirst {
            guard let judged = run.next(isEnd: true, findingByteCount: FindingList.standardByteCount) else { return }
            note(judged, isFirst: isFirst, &report)
            let record = isFirst ? one.record : other.record
            for place in report.layers.indices {
                let layer = isFirst ? report.layers[place].first : report.layers[place].second
                guard var layer, let record, let blob = record.layers[layer.index].blob else { continue }
                if let facts = judged.facts[blob] { layer.take(facts) }
                if isFirst { report.layers[place].first = layer } else { report.layers[place].second = layer }
            }
        }
    }

    /// Tells the store which blobs are layers that differ.
    private func want(
        _ layers: [LayerComparison], _ one: ImageRecord?, _ other: ImageRecord?, firstBlobCount: Int
    ) {
        var blobs: Set<BlobIndex> = []
        var diffIDs: Set<ContentDigest> = []
        for pair in layers where pair.relation == .different {
            if let layer = pair.first {
                if let blob = one?.layers[layer.index].blob { blobs.insert(blob) }
                if let diffID = layer.diffID { diffIDs.insert(diffID) }
            }
            if let layer = pair.second {
                if let blob = other?.layers[layer.index].blob { blobs.insert(blob + firstBlobCount) }
                if let diffID = layer.diffID { diffIDs.insert(diffID) }
            }
        }
        store.want(blobs, keeping: diffIDs)
    }

    private func note(_ judged: JudgedRoot, isFirst: Bool, _ report: inout ComparisonReport) {
        for located in judged.findings {
            let finding = located.finding
            if finding.code == .fastPathDisagrees { report.hasInternalError = true }
            guard finding.outcome != .verified else { continue }
            if isFirst { report.first.note(finding) } else { report.second.note(finding) }
        }
    }

    private func compareFiles(_ report: inout ComparisonReport) {
        for place in report.layers.indices {
            guard let first = report.layers[place].first, let second = report.layers[place].second else { continue }
            let relation = first.relation(to: second)
            // A layer that may be absent is not counted as trouble: layers are compared by the digests that the image claims.
            let isFirstKnown = first.isKnown(for: relation) || report.first.troubles.isEmpty
            guard isFirstKnown, second.isKnown(for: relation) || report.second.troubles.isEmpty else {
                let side = isFirstKnown ? "second" : "first"
                report.layers[place].relation = .different
                report.layers[place].fault =
                    "layer \(first.index + 1) was not compared: in the \(side) image it is damaged or was not read"
                continue
            }
            report.layers[place].relation = relation
            guard report.layers[place].relation == .different else { continue }
            guard let one = store.entries(of: first.diffID), let other = store.entries(of: second.diffID) else {
                report.layers[place].note = "the files were not compared: a layer was not read to its end"
                continue
            }
            if one.isOverLimit || other.isOverLimit {
                report.layers[place].note = "the files were not compared: there are too many for the memory"
            } else if let fault = one.fault ?? other.fault {
                report.layers[place].note = "the files were not compared: \(fault)"
            } else {
                report.layers[place].files = EntryComparison.compare(one, other, ignoring: ignored)
            }
        }
    }
}

extension ComparedLayer {
    /// Whether the bytes were read that a relation is about, and are those that the image claims.
    fileprivate func isKnown(for relation: LayerComparison.Relation) -> Bool {
        switch relation {
        case .identical: hasClaimedDigest || hasClaimedDiffID
        case .recompressed: hasClaimedDiffID
        case .different, .added, .removed: true
        }
    }

    /// Adds what was learned from reading the layer.
    fileprivate mutating func take(_ facts: BlobFacts) {
        guard facts.reading == .complete else { return }
        hasClaimedDigest = digest.map { facts.digests.contains($0) } ?? false
        if let digests = facts.uncompressed?.digests, let own = diffID ?? digests.first {
            hasClaimedDiffID = digests.contains(own)
        }
        byteCount = facts.byteCount
        compression = facts.compression
        if let stream = facts.uncompressed, !stream.digests.isEmpty {
            uncompressedByteCount = stream.byteCount
            diffID = diffID ?? stream.digests.first
        }
        digest = digest ?? (facts.compression == Compression.none ? diffID : facts.digests.first)
    }
}
