// layerverify: tests of the verdicts on claims.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerAudit
import LayerModel
import Testing

@Suite struct JudgeTests {
    static let gzipType = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")

    // Claims that are true

    @Test func trueClaimsGiveNoFindings() {
        let source = Descriptor(mediaType: Self.gzipType, digest: digest("a"), size: 10)
        let assertions: [Claim.Assertion] = [
            .size(10), .digest(digest("a")), .name(digest("a")), .diffID(digest("d")),
            .compression(.gzip, mediaType: Self.gzipType), .intactStream, .layerSource(source),
        ]
        #expect(codes(assertions, soundFacts) == [])
    }

    // Claims that are false

    @Test func eachFalseClaimIsRefuted() {
        let source = Descriptor(mediaType: Self.gzipType, digest: digest("b"), size: 11)
        let cases: [(Claim.Assertion, [FindingCode])] = [
            (.size(11), [.blobSizeMismatch]), (.size(0), [.blobSizeMismatch]),
            (.digest(digest("b")), [.blobDigestMismatch]), (.name(digest("b")), [.dockerConfigNameMismatch]),
            (.diffID(digest("b")), [.diffIDMismatch]),
            (.compression(.zstd, mediaType: MediaType("a/b")), [.mediaTypeMismatch]),
            (.compression(.none, mediaType: MediaType("a/b")), [.mediaTypeMismatch]),
            (.layerSource(source), [.dockerLayerSourceMismatch, .dockerLayerSourceMismatch]),
        ]
        for (assertion, expected) in cases {
            let findings = judged([assertion], soundFacts)
            #expect(findings.map { $0.code } == expected, "\(assertion)")
            #expect(findings.allSatisfy { $0.outcome == .refuted && $0.expected != nil && $0.actual != nil })
        }
    }

    @Test func allClaimsAreJudgedAndNotOnlyTheFirst() {
        #expect(
            codes([.size(11), .digest(digest("b")), .diffID(digest("c")), .size(12)], soundFacts)
                == [.blobSizeMismatch, .blobDigestMismatch, .diffIDMismatch, .blobSizeMismatch])
    }

    static let endings: [(ending: StreamEnding, code: FindingCode, outcome: Outcome)] = [
        (.truncated(atByte: 10), .streamTruncated, .refuted),
        (.corrupt(atByte: 3, .checksum), .streamCorrupt, .refuted),
        (.trailingBytes(atByte: 8, areZero: true), .streamTrailingBytes, .refuted),
        (.trailingBytes(atByte: 8, areZero: false), .streamTrailingBytes, .refuted),
        (.disputed(atByte: 8, .headerText), .streamDisputed, .undetermined),
        (.corrupt(atByte: 3, .decoder), .claimUnchecked, .undetermined),
        (.windowTooLarge(limitByteCount: 1), .windowTooLarge, .undetermined),
        (.expansionLimit(limitByteCount: 1), .expansionLimit, .undetermined),
        (.unsupported(.xz), .compressionUnsupported, .undetermined), (.unread, .claimUnchecked, .undetermined),
    ]

    @Test(arguments: endings.indices)
    func aFaultyStreamIsReported(_ place: Int) {
        let (ending, code, outcome) = Self.endings[place]
        let bad = facts { $0.uncompressed = UncompressedFacts(ending: ending) }
        for assertions: [Claim.Assertion] in [
            [.intactStream], [.intactStream, .diffID(digest("d"))], [.diffID(digest("d"))],
        ] {
            let findings = judged(assertions, bad)
            #expect(findings.map { $0.code } == [code], "\(assertions)")
            #expect(findings.first?.outcome == outcome)
        }
    }

    @Test func trailingBytesLeaveTheDiffIDToBeCompared() {
        let bad = facts { $0.uncompressed?.ending = .trailingBytes(atByte: 8, areZero: true) }
        #expect(codes([.intactStream, .diffID(digest("d"))], bad) == [.streamTrailingBytes])
        #expect(codes([.intactStream, .diffID(digest("b"))], bad) == [.streamTrailingBytes, .diffIDMismatch])
    }

    @Test func aDisputedStreamIsNotVerifiedByItsDiffID() {
        let disputed = facts { $0.uncompressed?.ending = .disputed(atByte: 8, .headerText) }
        #expect(codes([.intactStream, .diffID(digest("d"))], disputed) == [.streamDisputed])
        #expect(codes([.diffID(digest("d"))], disputed) == [.streamDisputed])
        #expect(codes([.intactStream, .diffID(digest("b"))], disputed) == [.streamDisputed, .diffIDMismatch])
    }

    @Test func trailingBytesAreReportedIfOnlyTheDiffIDIsClaimed() {
        let bad = facts { $0.uncompressed?.ending = .trailingBytes(atByte: 8, areZero: true) }
        #expect(codes([.diffID(digest("d"))], bad) == [.streamTrailingBytes])
    }

    // Claims that were not compared

    @Test func aClaimThatWasNotComparedIsNeverVerified() throws {
        let source = Descriptor(mediaType: Self.gzipType, digest: digest("a", .sha512), size: 10)
        let noStream = facts { $0.uncompressed = nil }
        let noDigests = facts { $0.digests = [] }
        let noDiffIDs = facts { $0.uncompressed?.digests = [] }
        let noCompression = facts { $0.compression = nil }
        let cases: [(Claim.Assertion, BlobFacts)] = [
            (.digest(digest("a", .sha512)), soundFacts), (.digest(digest("a")), noDigests),
            (.name(digest("a")), noDigests), (.diffID(digest("d", .sha512)), soundFacts),
            (.diffID(digest("d")), noStream), (.diffID(digest("d")), noDiffIDs), (.intactStream, noStream),
            (.layerSource(source), soundFacts), (.compression(.gzip, mediaType: Self.gzipType), noCompression),
        ]
        for (assertion, facts) in cases {
            let findings = judged([assertion], facts)
            #expect(findings.map { $0.code } == [.claimUnchecked], "\(assertion)")
            #expect(findings.first?.outcome == .undetermined)
        }
    }

    @Test func anUnknownAlgorithmHasItsOwnFinding() throws {
        let unknown = try unknownDigest()
        #expect(codes([.digest(unknown), .diffID(unknown), .name(unknown)], soundFacts) == [])
        // No other claim about a layer source reports it.
        let source = Descriptor(mediaType: Self.gzipType, digest: unknown, size: 10)
        #expect(codes([.layerSource(source)], soundFacts) == [.digestUnsupported])
    }

    @Test func aLayerSourceIsComparedOnlyIfItsCompressionMatches() {
        let other = Descriptor(
            mediaType: MediaType("application/vnd.oci.image.layer.v1.tar"), digest: digest("b"), size: 99)
        #expect(codes([.layerSource(other)], soundFacts) == [])
    }

    static let readings: [(ending: ReadEnding, code: FindingCode)] = [
        (.missing, .blobMissing), (.outsideImage, .blobOutsideImage), (.notRegularFile(.fifo), .blobNotRegular),
        (.unsupportedEntry, .archiveEntryUnsupported), (.cutOff(atByte: 5), .archiveTruncated),
        (.unreadable(errno: 5, atByte: 9), .blobUnreadable), (.changed, .blobChanged), (.cancelled, .interrupted),
        (.unindexed, .blobUnreadable),
    ]

    @Test(arguments: readings.indices)
    func aBlobThatWasNotReadToItsEndIsOneFinding(_ place: Int) {
        let (ending, code) = Self.readings[place]
        let findings = judged(
            [.size(10), .digest(digest("a")), .diffID(digest("d")), .intactStream], facts { $0.reading = ending })
        #expect(findings.map { $0.code } == [code])
        #expect(findings.first?.outcome == code.outcome)
        #expect(findings.first?.outcome != .verified)
    }

    @Test func aBlobThatWasNotReadIsInterrupted() {
        #expect(codes([.size(10)], nil) == [.interrupted])
    }

    @Test func onlyALayerThatMayBeAbsentIsNotMissed() {
        var inventory = inventory()
        inventory.claims = [claim(.digest(digest("a")))]
        let missing = BlobFacts(reading: .missing)
        #expect(Judge(inventory, facts: [missing]).findings().map { $0.finding.code } == [.blobMissing])
        inventory.images[0].layers[0].mayBeAbsent = true
        #expect(Judge(inventory, facts: [missing]).findings().map { $0.finding.code } == [.layerAbsent])
        // A blob that is present but wrong is not an absent layer.
        let wrong = facts { $0.digests = [digest("b")] }
        #expect(Judge(inventory, facts: [wrong]).findings().map { $0.finding.code } == [.blobDigestMismatch])
    }

    @Test func anEmptyBlobIsNotAStream() {
        let empty = BlobFacts(
            digests: [.emptyInputSHA256], compression: Compression.none, reading: .complete,
            uncompressed: UncompressedFacts(digests: [.emptyInputSHA256], ending: .complete))
        let type = Claim.Assertion.compression(.gzip, mediaType: Self.gzipType)
        #expect(codes([type, .intactStream], empty) == [.streamTruncated])
        #expect(codes([type], empty) == [.mediaTypeMismatch])
        let plain = Claim.Assertion.compression(.none, mediaType: MediaType("a/b"))
        #expect(codes([plain, .intactStream, .diffID(.emptyInputSHA256)], empty) == [])
    }

    // Order and consequences

    @Test func findingsHaveTheOrderOfTheClaims() {
        var inventory = inventory(layers: 6)
        inventory.claims = ClaimList([4, 0, 5, 2, 1, 3, 0].map { claim(.size(11), about: $0, layer: $0) })
        inventory.claims[6].assertion = .size(12)
        let found = Judge(inventory, facts: FactsList(Array(repeating: soundFacts, count: 6))).findings()
        #expect(found.map { $0.layer } == [4, 0, 5, 2, 1, 3, 0])
    }

    @Test func oneFaultThatTwoImagesClaimBelongsToBoth() {
        var inventory = inventory()
        inventory.images.append(inventory.images[0])
        inventory.claims = [claim(.size(11)), claim(.size(11)), claim(.size(11))]
        inventory.claims[1].image = 1
        let found = Judge(inventory, facts: [soundFacts]).findings()
        #expect(found.map { $0.image } == [0, 1])
        #expect(Set(found.map { $0.finding }).count == 1)
    }

    @Test func laterFaultsFollowFromAWrongDigest() {
        let findings = judged(
            [.size(11), .digest(digest("b")), .diffID(digest("c"))], soundFacts)
        #expect(findings.map { $0.follows } == [nil, .blobSizeMismatch, .blobDigestMismatch])
    }

    @Test func onlyRefutedBlobsAreToBeConfirmed() {
        var inventory = inventory(layers: 4)
        inventory.claims = [
            claim(.size(11), about: 0), claim(.size(10), about: 1), claim(.digest(digest("a", .sha512)), about: 2),
            claim(.intactStream, about: 3),
        ]
        let bad = facts { $0.uncompressed = UncompressedFacts(ending: .corrupt(atByte: 1, .data)) }
        #expect(Judge(inventory, facts: [soundFacts, soundFacts, soundFacts, bad]).refutedBlobs() == [0, 3])
    }
}

@Suite struct HintsTests {
    private func hint(_ assertions: [Claim.Assertion], _ facts: BlobFacts) -> String? {
        judged(assertions, facts).first?.hint
    }

    @Test func aWrongSizeIsExplained() throws {
        let onlySize = try #require(hint([.size(11), .digest(digest("a"))], soundFacts))
        #expect(onlySize.contains("only the size"))
        #expect(try #require(hint([.size(11), .digest(digest("b"))], soundFacts)).contains("truncated"))
        #expect(try #require(hint([.size(9), .digest(digest("b"))], soundFacts)).contains("appended"))
        let empty = facts { $0.byteCount = 0 }
        #expect(hint([.size(9), .digest(digest("b"))], empty) == "the file is empty")
    }

    @Test func aRecompressedLayerIsRecognised() throws {
        #expect(
            try #require(hint([.digest(digest("b")), .diffID(digest("d"))], soundFacts)).contains("compressed again"))
        let damaged = try #require(hint([.digest(digest("b")), .diffID(digest("c"))], soundFacts))
        #expect(damaged.contains("changed after they were hashed"))
        #expect(hint([.digest(digest("b"))], soundFacts) == damaged)
    }

    @Test func aWrongDiffIDIsExplained() throws {
        #expect(try #require(hint([.diffID(digest("a"))], soundFacts)).contains("compressed layer"))
        #expect(try #require(hint([.diffID(.emptyInputSHA256)], soundFacts)).contains("nothing was hashed"))
        // Nothing else says that the layer changed.
        #expect(try #require(hint([.diffID(digest("b"))], soundFacts)).contains("save or pull"))
        #expect(hint([.diffID(digest("b")), .digest(digest("a"))], soundFacts) == nil)
    }

    @Test func swappedLayersAreRecognised() throws {
        var inventory = inventory(layers: 2, diffIDs: [digest("e"), digest("d")])
        inventory.claims = [
            claim(.diffID(digest("e")), about: 0, layer: 0), claim(.diffID(digest("d")), about: 1, layer: 1),
        ]
        let other = facts { $0.uncompressed?.digests = [digest("e")] }
        let found = Judge(inventory, facts: [soundFacts, other]).findings()
        #expect(found.map { $0.layer } == [0, 1])
        // One finding that belongs to both layers.
        #expect(Set(found.map { $0.finding }).count == 1)
        #expect(found.allSatisfy { $0.finding.message == "layers 1 and 2 are swapped" })
        // If the other layer is correct, only this layer's claim is wrong.
        inventory.images[0].layers[1].diffID = digest("e")
        inventory.claims[1].assertion = .diffID(digest("e"))
        let one = Judge(inventory, facts: [soundFacts, other]).findings().map { $0.finding.hint }
        #expect(one == ["this is the diffID of layer 2"])
    }
}
