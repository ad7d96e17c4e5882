// layerverify: the verdict on one blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Compares what is claimed of blobs with the facts about them.
///
/// Pure: the same claims and facts give the same findings, in the order of the claims.
package struct Judge: Sendable {
    let inventory: Inventory
    let facts: [BlobFacts?]
    let hints: Hints

    /// `facts` has one element for each blob of the inventory; nil where nobody looked.
    package init(_ inventory: Inventory, facts: [BlobFacts?]) {
        self.inventory = inventory
        self.facts = facts
        hints = Hints(inventory, facts: facts)
    }

    /// The findings that the claims lead to, each with the image and layer it concerns.
    ///
    /// The same fault of the same blob, claimed the same way in several places, is one finding for each place.
    package func findings() -> [LocatedFinding] {
        var byBlob: [BlobIndex: [Int]] = [:]
        for (index, claim) in inventory.claims.enumerated() { byBlob[claim.blob, default: []].append(index) }
        var found: [(order: Int, finding: LocatedFinding)] = []
        for (blob, claims) in byBlob { judge(blob, claims, &found) }
        return found.sorted { $0.order < $1.order }.map { $0.finding }
    }

    /// The blobs that some finding refutes: those whose facts the reference path must confirm.
    package func refutedBlobs() -> Set<BlobIndex> {
        var byBlob: [BlobIndex: [Int]] = [:]
        for (index, claim) in inventory.claims.enumerated() { byBlob[claim.blob, default: []].append(index) }
        var result: Set<BlobIndex> = []
        for (blob, claims) in byBlob {
            var found: [(order: Int, finding: LocatedFinding)] = []
            judge(blob, claims, &found)
            if found.contains(where: { $0.finding.finding.outcome == .refuted }) { result.insert(blob) }
        }
        return result
    }

    // One blob

    private func judge(
        _ blob: BlobIndex, _ claims: [Int], _ found: inout [(order: Int, finding: LocatedFinding)]
    ) {
        let record = inventory.blobs[blob]
        guard let facts = facts[blob] else {
            return reportOnce(.interrupted, "nothing was read of it", claims, blob, &found)
        }
        switch facts.reading {
        case .complete: break
        case .cutOff(let atByte):
            return reportOnce(
                .archiveTruncated, "the archive ends within \(record.path), at its byte \(atByte)", claims, blob, &found
            )
        case .unsupportedEntry:
            return reportOnce(
                .archiveEntryUnsupported, "\(record.path) is a sparse file, which is not read here", claims, blob,
                &found)
        case .missing:
            return report(claims, blob, &found) { claim in
                guard !mayBeAbsent(claim) else {
                    return Finding(
                        .layerAbsent, "the non-distributable layer is not here; it was not checked", at: claim.place)
                }
                return Finding(.blobMissing, "\(record.path) is not there", at: claim.place)
            }
        case .outsideImage:
            return reportOnce(
                .blobOutsideImage, "\(record.path) is a symbolic link out of the image; it was not followed", claims,
                blob, &found)
        case .notRegularFile(let kind):
            return reportOnce(
                .blobNotRegular, "\(record.path) is a \(kind.rawValue), no regular file", claims, blob, &found)
        case .unreadable(let errno, let atByte):
            return reportOnce(
                .blobUnreadable, "\(record.path): \(ErrorText.describe(errno)) at byte \(atByte)", claims, blob, &found)
        case .changed:
            return reportOnce(.blobChanged, "\(record.path) changed while it was read", claims, blob, &found)
        case .oversized(let byteCount):
            return judgeOversized(byteCount, blob, claims, &found)
        case .cancelled:
            return reportOnce(.interrupted, "\(record.path) was not read to its end", claims, blob, &found)
        }
        let doubt = BlobDoubt(claims: claims.map { inventory.claims[$0] }, facts: facts)
        let verdict = BlobVerdict(judge: self, blob: blob, facts: facts, doubt: doubt)
        var seen: Set<Finding> = []
        for index in claims {
            let claim = inventory.claims[index]
            for raw in verdict.findings(for: claim) {
                let finding = finding(raw, claim, blob)
                // A second tag or a second image that claims the very same thing of a layer adds nothing.
                guard seen.insert(finding).inserted else {
                    attach(finding, claim, index, &found)
                    continue
                }
                found.append((index, LocatedFinding(finding, image: claim.image, layer: claim.layer)))
            }
        }
    }

    /// Judges a file of which only the size was looked at: a claim of another size is refuted, all else is unchecked.
    private func judgeOversized(
        _ byteCount: UInt64, _ blob: BlobIndex, _ claims: [Int],
        _ found: inout [(order: Int, finding: LocatedFinding)]
    ) {
        let path = inventory.blobs[blob].path
        for index in claims {
            let claim = inventory.claims[index]
            switch claim.assertion {
            case .size(byteCount), .compression, .intactStream, .layerSource, .diffID:
                // What the digest does not vouch for is not looked at.
                continue
            case .size(let claimed):
                var mismatch = Finding(
                    .blobSizeMismatch,
                    "the descriptor claims \(claimed) bytes, the blob has \(byteCount) and was not read",
                    at: claim.place, expected: "\(claimed)", actual: "\(byteCount)")
                mismatch.hint = "bytes were appended, or another file lies here"
                found.append(
                    (
                        index,
                        LocatedFinding(finding(mismatch, claim, blob), image: claim.image, layer: claim.layer)
                    ))
            case .digest(let digest), .name(let digest):
                let unchecked = Finding(
                    .claimUnchecked, "\(path) has \(byteCount) bytes and was not read: its digest was not compared",
                    at: claim.place, expected: digest.description)
                found.append(
                    (
                        index,
                        LocatedFinding(finding(unchecked, claim, blob), image: claim.image, layer: claim.layer)
                    ))
            }
        }
    }

    /// A finding that is there already also concerns another image: it is listed there too.
    private func attach(
        _ finding: Finding, _ claim: Claim, _ order: Int, _ found: inout [(order: Int, finding: LocatedFinding)]
    ) {
        let located = LocatedFinding(finding, image: claim.image, layer: claim.layer)
        if !found.contains(where: { $0.finding == located }) { found.append((order, located)) }
    }

    private func mayBeAbsent(_ claim: Claim) -> Bool {
        guard let image = claim.image, let layer = claim.layer else { return false }
        let layers = inventory.images[image].layers
        return layers.indices.contains(layer) && layers[layer].mayBeAbsent
    }

    private func reportOnce(
        _ code: FindingCode, _ message: String, _ claims: [Int], _ blob: BlobIndex,
        _ found: inout [(order: Int, finding: LocatedFinding)]
    ) {
        report(claims, blob, &found) { Finding(code, message, at: $0.place) }
    }

    /// One finding for each descriptor or layer that wants the blob, at its first claim.
    private func report(
        _ claims: [Int], _ blob: BlobIndex, _ found: inout [(order: Int, finding: LocatedFinding)],
        _ make: (Claim) -> Finding
    ) {
        var seen: Set<[Int?]> = []
        for index in claims {
            let claim = inventory.claims[index]
            guard seen.insert([claim.image, claim.layer]).inserted else { continue }
            var finding = finding(make(claim), claim, blob)
            finding.place = claim.descriptorPlace
            found.append((index, LocatedFinding(finding, image: claim.image, layer: claim.layer)))
        }
    }

    /// Fills in what every finding about a blob says.
    private func finding(_ finding: Finding, _ claim: Claim, _ blob: BlobIndex) -> Finding {
        var result = finding
        result.root = inventory.blobs[blob].root
        if result.digest == nil { result.digest = digestNaming(blob, claim) }
        return result
    }

    /// The digest as claimed that names a blob: the descriptor's, else its name's.
    private func digestNaming(_ blob: BlobIndex, _ claim: Claim) -> ContentDigest? {
        switch claim.assertion {
        case .digest(let digest), .name(let digest): return digest
        case .size, .diffID, .compression, .intactStream, .layerSource: break
        }
        if let image = claim.image, let layer = claim.layer,
            inventory.images[image].layers.indices.contains(layer)
        {
            return inventory.images[image].layers[layer].digest
        }
        return hints.digestNaming(blob)
    }
}

extension Claim {
    /// The descriptor that a claim is part of: its place without `/size`, `/digest` or `/mediaType`.
    var descriptorPlace: Place {
        for suffix in ["/size", "/digest", "/mediaType"] where place.pointer.hasSuffix(suffix) {
            return Place(place.path, String(place.pointer.dropLast(suffix.count)))
        }
        return place
    }
}

/// What is doubtful about a blob already, so that later faults are said to follow from it.
struct BlobDoubt {
    /// The blob has another size than some descriptor claims.
    let isSizeRefuted: Bool
    /// The blob has another digest than some descriptor or its name claims.
    let isDigestRefuted: Bool
    /// The blob has no bytes, though some media type promises a compressed stream; that has at least a header.
    let isStreamMissing: Bool
    /// Some claim wants the stream to be intact, and says so where it is not.
    let isStreamClaimed: Bool

    init(claims: [Claim], facts: BlobFacts) {
        var isSizeRefuted = false
        var isDigestRefuted = false
        var isStreamMissing = false
        var isStreamClaimed = false
        for claim in claims {
            switch claim.assertion {
            case .size(let size): if size != facts.byteCount { isSizeRefuted = true }
            case .digest(let digest), .name(let digest):
                if let actual = facts.digest(like: digest), actual != digest { isDigestRefuted = true }
            case .compression(let promised, _):
                if promised != .none, facts.byteCount == 0 { isStreamMissing = true }
            case .intactStream: isStreamClaimed = true
            case .diffID, .layerSource: break
            }
        }
        self.isStreamMissing = isStreamMissing && isStreamClaimed
        self.isStreamClaimed = isStreamClaimed
        self.isSizeRefuted = isSizeRefuted
        self.isDigestRefuted = isDigestRefuted
    }

    /// The code that a fault of the stream or of the diffID follows from.
    var causeOfStreamFault: FindingCode? { isDigestRefuted ? .blobDigestMismatch : nil }
}
