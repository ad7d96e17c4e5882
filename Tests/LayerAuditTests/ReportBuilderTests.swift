// layerverify: tests of consequences and of the report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerAudit
import LayerModel
import Testing

@Suite struct ConsequencesTests {
    @Test func aTruncatedArchiveIsReportedOnceIfABlobReportsIt() {
        let whole = LocatedFinding(Finding(.archiveTruncated, "whole", at: Place("")))
        let blob = LocatedFinding(Finding(.archiveTruncated, "blob", at: Place("b")), image: 0)
        let elsewhere = LocatedFinding(Finding(.archiveTruncated, "other", at: Place(""), root: 1))
        var findings: FindingList = [whole, blob, elsewhere]
        Consequences.mergeTruncation(&findings)
        #expect(Array(findings) == [blob, elsewhere])
        var alone: FindingList = [whole]
        Consequences.mergeTruncation(&alone)
        #expect(Array(alone) == [whole])
    }

    @Test func claimsOfADocumentWithAWrongDigestFollowFromIt() {
        var inventory = inventory()
        inventory.claims = [Claim(.digest(digest("b")), about: 0, at: Place("index.json", "/manifests/0"))]
        let cause = LocatedFinding(
            Finding(
                .blobDigestMismatch, "m", at: Place("index.json", "/manifests/0/digest"), digest: digest("b")))
        let within = LocatedFinding(Finding(.blobMissing, "m", at: Place("blobs/0", "/layers/0")), image: 0)
        let warning = LocatedFinding(Finding(.manifestLayersNull, "m", at: Place("blobs/0", "/layers")), image: 0)
        let other = LocatedFinding(Finding(.blobMissing, "m", at: Place("blobs/1", "/layers/0")), image: 0)
        var otherRoot = within
        otherRoot.finding.root = 1
        var findings: FindingList = [cause, within, warning, other, otherRoot]
        Consequences.mark(&findings, in: inventory, facts: [soundFacts])
        #expect(findings.map { $0.finding.follows } == [nil, .blobDigestMismatch, nil, nil, nil])
    }

    @Test func nothingFollowsFromACorrectDigest() {
        var inventory = inventory()
        inventory.claims = [Claim(.digest(digest("a")), about: 0, at: Place("index.json"))]
        var findings: FindingList = [LocatedFinding(Finding(.blobMissing, "m", at: Place("blobs/0", "/layers/0")))]
        Consequences.mark(&findings, in: inventory, facts: [soundFacts])
        #expect(findings.first?.finding.follows == nil)
    }
}

@Suite struct ReportBuilderTests {
    private func report(
        _ inventory: Inventory, facts: [BlobFacts?] = [soundFacts], _ located: [LocatedFinding] = [],
        isStrict: Bool = false
    ) -> Report {
        var located = inventory.list(of: located)
        located.sort()
        return report(inventory, facts: FactsList(facts), located, isStrict: isStrict)
    }

    private func report(
        _ inventory: Inventory, facts: FactsList, _ located: FindingList, isStrict: Bool = false
    ) -> Report {
        var builder = ReportBuilder(of: inventory, isStrict: isStrict) { parent, diffID in
            // A stand-in that shows its inputs: the first link is the diffID, later ones end in the parent's digit.
            parent == nil ? diffID : digest(parent == digest("d") ? "e" : "f")
        }
        builder.append(inventory, facts: facts, located: located)
        return builder.report()
    }

    private let refuting = Finding(.blobSizeMismatch, "m", at: Place("a"))
    private let undetermined = Finding(.blobUnreadable, "m", at: Place("b"))
    private let warning = Finding(.historyCountMismatch, "m", at: Place("c"))

    @Test func anImageWithoutFindingsIsVerified() {
        let report = report(inventory())
        #expect(report.outcome == .verified)
        #expect(report.images.map { $0.outcome } == [.verified])
        #expect(report.images[0].layers.map { $0.outcome } == [.verified])
        #expect(report.summary.verifiedImageCount == 1)
    }

    @Test func theWorstLayerDecidesTheImageAndTheWorstImageTheRun() {
        var inventory = inventory(layers: 3)
        inventory.images.append(inventory.images[0])
        inventory.images.append(inventory.images[0])
        let located = [
            LocatedFinding(undetermined, image: 0, layer: 1), LocatedFinding(refuting, image: 1, layer: 2),
            LocatedFinding(undetermined, image: 1), LocatedFinding(warning, image: 2),
        ]
        let report = report(inventory, facts: [soundFacts, soundFacts, soundFacts], located)
        #expect(report.images.map { $0.outcome } == [.undetermined, .refuted, .verified])
        #expect(report.images[0].layers.map { $0.outcome } == [.verified, .undetermined, .verified])
        #expect(report.outcome == .refuted)
        #expect(report.summary.refutedImageCount == 1)
        #expect(report.summary.undeterminedImageCount == 1)
        #expect(report.summary.errorCount == 2)
        #expect(report.summary.warningCount == 1)
        #expect(report.summary.layerCount == 3)
        #expect(report.summary.imageCount == 3)
    }

    /// With too many findings their layers are not stored.
    @Test func noLayerIsVerifiedInAnImageWhoseFindingsAreOnlyCounted() {
        let inventory = inventory(layers: 2)
        var located = inventory.emptyFindings
        located.maximumByteCount = 0
        let place = located.intern(refuting)
        located.append(place, root: 0, image: 0, layer: 1, order: 0)
        let report = report(inventory, facts: [soundFacts, soundFacts] as FactsList, located)
        #expect(report.images.map { $0.outcome } == [.refuted])
        #expect(report.images[0].layers.map { $0.outcome } == [.undetermined, .undetermined])
    }

    @Test func aFindingAboutNoImageDecidesTheRunAlone() {
        let report = report(inventory(), [LocatedFinding(undetermined)])
        #expect(report.outcome == .undetermined)
        #expect(report.images.map { $0.outcome } == [.verified])
    }

    @Test func oneFindingOfTwoImagesIsListedOnce() {
        var inventory = inventory()
        inventory.images.append(inventory.images[0])
        let report = report(
            inventory, [LocatedFinding(refuting, image: 0, layer: 0), LocatedFinding(refuting, image: 1, layer: 0)])
        #expect(report.findings == [refuting])
        #expect(report.images.map { $0.layers[0].findings } == [[0], [0]])
    }

    @Test func strictMakesWarningsRefuteAndKeepsNotes() {
        let note = Finding(.nothingReferenced, "m", at: Place("d"))
        let located = [LocatedFinding(warning, image: 0), LocatedFinding(note)]
        #expect(report(inventory(), located).outcome == .verified)
        let strict = report(inventory(), located, isStrict: true)
        #expect(strict.outcome == .refuted)
        #expect(strict.images.map { $0.outcome } == [.refuted])
        #expect(strict.summary.errorCount == 1)
        #expect(strict.summary.noteCount == 1)
        #expect(report(inventory(), [LocatedFinding(note)], isStrict: true).outcome == .verified)
    }

    @Test func aFindingAboutAnUnlistedLayerBelongsToTheImage() {
        let report = report(inventory(), [LocatedFinding(refuting, image: 0, layer: 7)])
        #expect(report.images[0].findings == [0])
        #expect(report.images[0].outcome == .refuted)
    }

    @Test func chainIDsEndWithTheFirstUnknownDiffID() {
        let inventory = inventory(layers: 4, diffIDs: [digest("d"), digest("1"), nil, digest("2")])
        let chains = report(inventory, facts: [nil, nil, nil, nil]).images[0].layers.map { $0.chainID }
        #expect(chains == [digest("d"), digest("e"), nil, nil])
    }

    @Test func onlyImagesHaveChainIDs() {
        let inventory = inventory(kind: .artifact, diffIDs: [digest("d")])
        #expect(report(inventory).images[0].layers.map { $0.chainID } == [nil])
    }

    @Test func sizesAreThoseOfTheFactsOrClaimed() {
        let read = report(inventory()).images[0].layers[0]
        #expect(read.size == 10)
        #expect(read.uncompressedSize == 40)
        #expect(read.compression == .gzip)
        let unread = report(inventory(), facts: [BlobFacts(byteCount: 3, reading: .changed)]).images[0].layers[0]
        #expect(unread.size == 10)
        #expect(unread.uncompressedSize == nil)
        let cut = facts { $0.uncompressed = UncompressedFacts(byteCount: 7, ending: .truncated(atByte: 10)) }
        #expect(report(inventory(), facts: [cut]).images[0].layers[0].uncompressedSize == nil)
    }

    @Test func bytesAndBlobsAreCountedAsTheyWereRead() {
        let summary = report(
            inventory(layers: 3), facts: [soundFacts, nil, BlobFacts(reading: .missing)]
        ).summary
        #expect(summary.blobCount == 1)
        #expect(summary.compressedByteCount == 10)
        #expect(summary.uncompressedByteCount == 40)
        #expect(summary.claimCount == 0)
    }

    @Test func blobsOfUnknownTypesAreCountedOnce() {
        func opaqueCount(_ types: [String?], blob: (Int) -> Int = { $0 }) -> Int {
            var inventory = inventory(layers: types.count)
            var image = inventory.images[0]
            for (place, type) in types.enumerated() {
                image.layers[place].mediaType = type.map { MediaType($0) }
                image.layers[place].blob = blob(place)
            }
            inventory.images[0] = image
            return report(inventory, facts: types.map { _ in soundFacts }).summary.opaqueBlobCount
        }
        let layer = "application/vnd.oci.image.layer.v1.tar+gzip"
        #expect(opaqueCount([layer, nil, "text/spdx", "application/vnd.in-toto+json"]) == 2)
        #expect(opaqueCount(["text/spdx", "text/spdx"], blob: { _ in 0 }) == 1)
        #expect(opaqueCount([layer]) == 0)
    }

    @Test func absentPlatformsAndUnreferencedBlobsAreCounted() {
        let located = [
            LocatedFinding(Finding(.platformAbsent, "m", at: Place("a"))),
            LocatedFinding(Finding(.platformAbsent, "m", at: Place("b"))),
            LocatedFinding(Finding(.blobUnreferenced, "m", at: Place("c"))),
        ]
        let summary = report(inventory(), located).summary
        #expect(summary.absentPlatformCount == 2)
        #expect(summary.unreferencedBlobCount == 1)
    }
}
