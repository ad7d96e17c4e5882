// layerverify: the verdict on one blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Compares the claims about blobs with the facts about them.
///
/// A pure function: equal claims and facts give equal findings, in the order of the claims.
package struct Judge: Sendable {
    package let inventory: Inventory
    /// The facts of each blob of the inventory; nil for a blob that was not read.
    package var facts: FactsList
    private let claims: ClaimsByBlob

    package init(_ inventory: Inventory, facts: FactsList) {
        self.inventory = inventory
        self.facts = facts
        claims = ClaimsByBlob(inventory)
    }

    /// Created on demand: a stored value would hold the facts a second time, and each change of them would be a copy.
    var hints: Hints { Hints(inventory, facts: facts) }

    /// Adds the findings of all claims, each with its image and layer.
    ///
    /// A fault of one blob that is claimed in several places is one finding for each place.
    ///
    /// - Parameter readsLayers: false if only documents were read. Claims that their facts cannot decide are left out
    ///   then, instead of being undetermined.
    ///
    /// Complexity: linear in the claims.
    package func addFindings(to list: inout FindingList, readsLayers: Bool = true) {
        let exchanges = LayerExchanges(inventory, facts: facts)
        for blob in inventory.blobs.indices {
            guard readsLayers || facts[blob] != nil else { continue }
            // A second tag or image with the same claim about a layer repeats the finding only for that image.
            var seen: Set<FindingKey> = []
            var streams: Set<StreamFaultOfLayer> = []
            judge(blob, exchanges) { order, finding, claim in
                guard readsLayers || isTold(finding, claim, by: facts[blob]) else { return }
                // Both documents of a docker-save archive with an image layout promise the same stream.
                if claim.assertion == .intactStream {
                    let fault = StreamFaultOfLayer(code: finding.code, image: claim.image, layer: claim.layer)
                    guard streams.insert(fault).inserted else { return }
                }
                let place = list.intern(finding)
                guard seen.insert(FindingKey(finding: place, image: claim.image, layer: claim.layer)).inserted else {
                    return
                }
                list.append(
                    place, root: finding.root, image: claim.image, layer: claim.layer,
                    order: FindingList.Phase.judge.order(Int(order)))
            }
        }
        if readsLayers { addStackFindings(to: &list) }
    }

    /// Whether a finding follows from a file that was read as a document, or from its absence.
    private func isTold(_ finding: Finding, _ claim: Claim, by facts: BlobFacts?) -> Bool {
        guard claim.layer == nil else { return false }
        guard facts?.reading == .complete else { return true }
        switch claim.assertion {
        case .size, .digest, .name: return finding.code != .claimUnchecked
        case .diffID, .compression, .intactStream, .layerSource: return false
        }
    }

    /// The findings in the order of the claims.
    package func findings() -> [LocatedFinding] {
        var list = inventory.emptyFindings
        addFindings(to: &list)
        let order = list.indices.sorted { list.entries[$0].order < list.entries[$1].order }
        return order.map { list[$0] }
    }

    /// Whether the reference path must read a blob again: to confirm a refutation, or because the decoder of the fast
    /// path failed and the state of the stream is unknown.
    package func wantsReference(_ blob: BlobIndex) -> Bool {
        if case .corrupt(_, .decoder) = facts[blob]?.uncompressed?.ending { return true }
        return isRefuted(blob)
    }

    /// Whether a finding refutes a claim about a blob.
    package func isRefuted(_ blob: BlobIndex) -> Bool {
        var isRefuted = false
        judge(blob) { _, finding, _ in isRefuted = isRefuted || finding.outcome == .refuted }
        return isRefuted
    }

    /// The blobs with a refuted claim.
    package func refutedBlobs() -> Set<BlobIndex> { Set(inventory.blobs.indices.filter { isRefuted($0) }) }

    /// The first claim about a blob.
    package func firstClaim(about blob: BlobIndex) -> Claim? {
        claims[blob].first.map { inventory.claims[Int($0)] }
    }

    private struct StreamFaultOfLayer: Hashable {
        let code: FindingCode
        let image: Int?
        let layer: Int?
    }

    private struct FindingKey: Hashable {
        let finding: Int
        let image: Int?
        let layer: Int?
    }

    /// Receives a finding, the index of the claim that it is about, and the claim.
    private typealias Sink = (UInt32, Finding, Claim) -> Void

    /// Calls `body` with the claims about a blob, in order, one at a time: there may be 100 000.
    private func forEachClaim(about blob: BlobIndex, _ body: (UInt32, Claim) -> Void) {
        var reader = ClaimReader(inventory.claims)
        for place in claims[blob] { body(place, reader.claim(at: Int(place))) }
    }

    // One blob

    /// - Parameter exchanges: the swapped layers that share one finding; nil if each claim is judged by itself.
    private func judge(_ blob: BlobIndex, _ exchanges: LayerExchanges? = nil, _ sink: Sink) {
        guard !claims[blob].isEmpty else { return }
        guard let facts = facts[blob] else {
            return report(.interrupted, "was not read", blob, sink)
        }
        switch facts.reading {
        case .complete: break
        case .cutOff(let atByte):
            return report(.archiveTruncated, "is cut off: the archive ends at its byte \(atByte)", blob, sink)
        case .unsupportedEntry:
            return report(
                .archiveEntryUnsupported, "is a sparse file or another entry type that is not supported", blob, sink)
        case .unindexed:
            return report(
                .blobUnreadable, "is not among the entries of the archive that could be read", blob, sink)
        case .missing:
            return report(blob, sink) { claim in
                guard !mayBeAbsent(claim) else {
                    return Finding(
                        .layerAbsent, "the non-distributable \(subject(of: claim)) is not here; it was not checked",
                        at: claim.place)
                }
                return Finding(
                    .blobMissing, "\(subject(of: claim)) is missing", at: claim.place,
                    hint: "the copy is incomplete: copy or pull the image again")
            }
        case .outsideImage:
            return report(.blobOutsideImage, "leads out of the image", blob, sink)
        case .linkNotFollowed(let target):
            return report(blob, sink) { .linkNotFollowed(target, subject(of: $0), at: $0.place) }
        case .notRegularFile(let kind):
            return report(.blobNotRegular, "is a \(kind.rawValue), not a regular file", blob, sink)
        case .unreadable(let errno, let atByte):
            return report(
                .blobUnreadable, "cannot be read: \(ErrorText.describe(errno)) at byte \(atByte)", blob, sink)
        case .changed:
            return report(.blobChanged, "changed while it was read", blob, sink)
        case .oversized(let byteCount):
            return judgeOversized(byteCount, blob, sink)
        case .cancelled:
            return report(.interrupted, "was not read to its end", blob, sink)
        }
        let summary = summary(about: blob, facts)
        let verdict = BlobVerdict(judge: self, blob: blob, facts: facts, summary: summary, exchanges: exchanges)
        forEachClaim(about: blob) { order, claim in
            for raw in verdict.findings(for: claim) { sink(order, finding(raw, claim, blob, summary), claim) }
        }
    }

    private func summary(about blob: BlobIndex, _ facts: BlobFacts?) -> ClaimSummary {
        var summary = ClaimSummary()
        forEachClaim(about: blob) { summary.note($1, facts) }
        return summary
    }

    /// Judges a file of which only the size was read: a claim of another size is refuted, all other claims are
    /// unchecked.
    private func judgeOversized(_ byteCount: UInt64, _ blob: BlobIndex, _ sink: Sink) {
        let summary = summary(about: blob, nil)
        forEachClaim(about: blob) { order, claim in
            let subject = subject(of: claim)
            switch claim.assertion {
            case .size(byteCount), .compression, .intactStream, .layerSource, .diffID:
                // Content with a wrong or unchecked digest is not judged any further.
                return
            case .size(let claimed):
                var mismatch = Finding(
                    .blobSizeMismatch,
                    "\(subject) has \(byteCount) bytes, its descriptor claims \(claimed); it was not read",
                    at: claim.place, expected: "\(claimed)", actual: "\(byteCount)")
                mismatch.hint = "bytes were appended, or the file was replaced"
                sink(order, finding(mismatch, claim, blob, summary), claim)
            case .digest(let digest), .name(let digest):
                let unchecked = Finding(
                    .claimUnchecked, "\(subject) has \(byteCount) bytes and was not read: its digest was not compared",
                    at: claim.place, expected: digest.description)
                sink(order, finding(unchecked, claim, blob, summary), claim)
            }
        }
    }

    private func mayBeAbsent(_ claim: Claim) -> Bool {
        guard let image = claim.image, let layer = claim.layer else { return false }
        return inventory.images.layer(layer, of: image)?.mayBeAbsent ?? false
    }

    /// - Parameter predicate: the end of the message, after the name of the blob.
    private func report(_ code: FindingCode, _ predicate: String, _ blob: BlobIndex, _ sink: Sink) {
        report(blob, sink) { Finding(code, "\(subject(of: $0)) \(predicate)", at: $0.place) }
    }

    /// Reports one finding for each descriptor or layer that needs the blob, at its first claim.
    private func report(_ blob: BlobIndex, _ sink: Sink, _ make: (Claim) -> Finding) {
        struct LayerKey: Hashable {
            let image: Int?
            let layer: Int?
        }
        var seen: Set<LayerKey> = []
        let summary = summary(about: blob, nil)
        forEachClaim(about: blob) { order, claim in
            guard seen.insert(LayerKey(image: claim.image, layer: claim.layer)).inserted else { return }
            var finding = finding(make(claim), claim, blob, summary)
            finding.place = claim.descriptorPlace
            sink(order, finding, claim)
        }
    }

    /// Adds the members that every finding about a blob has.
    private func finding(_ finding: Finding, _ claim: Claim, _ blob: BlobIndex, _ summary: ClaimSummary) -> Finding {
        var result = finding
        result.root = inventory.blobs[blob].root
        if result.blob == nil { result.blob = blob }
        if result.digest == nil { result.digest = digestNaming(blob, claim, summary) }
        return result
    }

    /// The claimed digest of a blob: that of the descriptor, otherwise that of its name.
    private func digestNaming(_ blob: BlobIndex, _ claim: Claim, _ summary: ClaimSummary) -> ContentDigest? {
        switch claim.assertion {
        case .digest(let digest), .name(let digest): return digest
        case .size, .diffID, .compression, .intactStream, .layerSource: break
        }
        if let image = claim.image, let layer = claim.layer,
            let record = inventory.images.layer(layer, of: image)
        {
            return record.digest
        }
        return summary.name
    }
}
