// layerverify: tests of the verdicts on what is in layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerAudit
import LayerModel
import Testing

@Suite struct LayerContentsVerdictTests {
    private static func facts(_ faults: [LayerFault]) -> BlobFacts {
        var facts = soundFacts
        facts.uncompressed?.contents = ContentsFacts(entryCount: 3, faults: faults, paths: nil)
        return facts
    }

    private static let duplicate = LayerFault(.pathTwice, Array("f".utf8), at: 2048, otherOffset: 512)
    private static let note = LayerFault(.parentComponent, Array("a/../f".utf8), at: 512)

    private func findings(
        _ faults: [LayerFault], _ assertions: [Claim.Assertion] = [.diffID(digest("d"))],
        _ change: (inout ImageRecord) -> Void = { _ in }
    ) -> [Finding] {
        var inventory = inventory()
        var image = inventory.images[0]
        change(&image)
        inventory.images[0] = image
        inventory.claims = ClaimList(assertions.map { claim($0) })
        return Judge(inventory, facts: [Self.facts(faults)]).findings().map { $0.finding }
    }

    /// The severity of a finding is that of its code, so all kinds of one code must have the same.
    @Test(arguments: LayerFault.Kind.allCases)
    func theCodeOfAKindHasItsSeverity(_ kind: LayerFault.Kind) {
        let code = kind.rule.code
        let (severity, outcome): (Severity, Outcome) =
            switch kind.severity {
            case .refute: (.error, .refuted)
            case .undetermined: (.error, .undetermined)
            case .warning: (.warning, .verified)
            case .note: (.note, .verified)
            }
        #expect(code.severity == severity && code.outcome == outcome, "\(kind): \(code.rawValue)")
        #expect(kind.rule.reason.first?.isUppercase == false || !kind.rule.reason.hasPrefix("A "))
        #expect(kind.rule.reason.last != "." && kind.rule.fault.last != ".")
    }

    @Test(arguments: LayerFault.Kind.allCases)
    func eachKindIsOneFindingWithTheLayerAndThePlace(_ kind: LayerFault.Kind) throws {
        let fault = LayerFault(kind, Array("dir/name".utf8), at: 1536, other: Array("other".utf8), otherOffset: 512)
        let found = findings([fault])
        try #require(found.count == 1, "\(kind)")
        let finding = found[0]
        #expect(finding.code == kind.rule.code)
        #expect(finding.message.contains("layer 1"), "\(finding.message)")
        #expect(finding.place == Place("blobs/0") && finding.blob == 0 && finding.digest == digest("a"))
        #expect(finding.actual == "dir/name")
        #expect((finding.hint == nil) == (kind.severity == .note), "\(kind)")
        #expect(finding.hint?.contains("`") != true)
        if kind.scope != .archive {
            #expect(finding.message.contains("dir/name") || [.pathLimit, .stackLimit].contains(kind))
        }
        let ofWholeLayers: [LayerFault.Kind] = [.notATar, .endBlocksMissing, .emptyStream, .stackLimit]
        #expect(finding.message.contains("1536") || ofWholeLayers.contains(kind))
    }

    /// Both claims are about the same bytes.
    @Test func aFaultIsReportedOnceForALayer() {
        let assertions: [Claim.Assertion] = [.size(10), .digest(digest("a")), .diffID(digest("d")), .intactStream]
        #expect(findings([Self.duplicate], assertions).map { $0.code } == [.layerPathDuplicate])
        #expect(
            findings([Self.duplicate], [.size(10), .digest(digest("a"))]).isEmpty, "nothing is claimed of the stream")
    }

    @Test func faultsOfOneKindAreOneFindingWithTheirNumber() throws {
        let more = (1...3).map { LayerFault(.pathTwice, Array("g\($0)".utf8), at: UInt64($0) * 4096, otherOffset: 1) }
        var last = Self.duplicate
        last.furtherCount = 7
        let found = findings([Self.duplicate] + more + [last, Self.note])
        #expect(found.map { $0.code } == [.layerPathDuplicate, .layerTarUnusual])
        #expect(found.first?.message.contains("'f'") == true)
        #expect(found.first?.message.hasSuffix("; 11 more like it") == true, "\(found.first?.message ?? "")")
    }

    @Test func blobsOfOtherThingsThanImagesMayBeAnything() {
        for kind in [ImageKind.artifact, .attestation, .blob] {
            #expect(findings([LayerFault(.notATar, at: 0)], [.intactStream]) { $0.kind = kind }.isEmpty, "\(kind)")
        }
        let wasm = MediaType("application/wasm")
        #expect(findings([LayerFault(.notATar, at: 0)]) { $0.layers[0].mediaType = wasm }.isEmpty)
        #expect(!findings([LayerFault(.notATar, at: 0)]) { $0.layers[0].mediaType = JudgeTests.gzipType }.isEmpty)
    }

    @Test func ofLayersForWindowsOnlyTheArchiveCounts() {
        let faults = LayerFault.Kind.allCases.map { LayerFault($0, Array("f".utf8), at: 0) }
        let found = findings(faults) { $0.platform = Platform(os: "windows", architecture: "amd64") }
        #expect(found.count == LayerFault.Kind.allCases.count { $0.scope == .archive })
        #expect(!found.contains { $0.code == .layerPathDuplicate } && found.contains { $0.code == .layerNotTar })
    }

    /// The findings about an image of one layer, which has a whiteout.
    private func stackFindings(
        entryCount: Int = 1, _ change: (inout ImageRecord) -> Void = { _ in }
    ) -> [Finding] {
        var inventory = inventory()
        var image = inventory.images[0]
        image.layers = [image.layers[0]]
        change(&image)
        inventory.images[0] = image
        inventory.claims = ClaimList([claim(.diffID(digest("d")))])
        var table = PathTable(budget: PathBudget(byteCount: 1 << 20))
        _ = table.add(Array("x".utf8), 0..<1, in: .root, .whiteout, at: 512)
        var facts = soundFacts
        facts.uncompressed?.contents = ContentsFacts(entryCount: entryCount, faults: [], paths: table)
        return Judge(inventory, facts: [facts]).findings().map { $0.finding }
    }

    @Test func layersAreJudgedOnTopOfEachOther() {
        #expect(stackFindings().map { $0.code } == [.layerTarUnusual])
        #expect(stackFindings { $0.kind = .artifact }.isEmpty)
        #expect(stackFindings { $0.platform = Platform(os: "windows", architecture: "amd64") }.isEmpty)
        // What wrong bytes do to other layers says nothing about the image.
        #expect(stackFindings { $0.layers[0].digest = digest("0") }.isEmpty)
    }

    @Test func moreEntriesThanAreStackedAreUndetermined() {
        #expect(stackFindings(entryCount: 50_000_000).map { $0.code } == [.layerTarUnusual])
        let found = stackFindings(entryCount: 50_000_001)
        #expect(found.map { $0.code } == [.layerContentsUnchecked])
        #expect(found.map { $0.outcome } == [.undetermined])
    }

    /// Wrong bytes may contain anything: only what they would break is told, as a consequence.
    @Test func faultsInABlobWithAWrongDigestFollowFromIt() throws {
        let found = findings([Self.duplicate, Self.note], [.digest(digest("b")), .diffID(digest("d"))])
        #expect(found.map { $0.code } == [.blobDigestMismatch, .layerPathDuplicate])
        #expect(found.last?.follows == .blobDigestMismatch)
    }

    @Test func aRefutedLayerIsReadAgain() {
        var inventory = inventory()
        inventory.claims = [claim(.diffID(digest("d")))]
        #expect(Judge(inventory, facts: [Self.facts([Self.duplicate])]).wantsReference(0))
        #expect(!Judge(inventory, facts: [Self.facts([Self.note])]).wantsReference(0))
    }

    static let beginnings: [([UInt8], String)] = [
        (Array("{\"a\"".utf8), "JSON"), (Array(" [1]".utf8), "JSON"), ([0x1f, 0x8b, 8], "compressed twice"),
        ([0x28, 0xb5, 0x2f, 0xfd], "compressed twice"), (Array("<!DOCTYPE".utf8), "web page"),
        ([0x50, 0x4b, 3, 4], "zip"), ([0x7f, 0x45, 0x4c, 0x46], "program"), ([0x20, 0x20], "no runtime unpacks it"),
    ]

    @Test(arguments: beginnings)
    func theHintNamesTheFileThatWasPushedAsALayer(_ first: [UInt8], _ words: String) {
        let found = findings([LayerFault(.notATar, at: 0, other: first)])
        #expect(found.first?.hint?.contains(words) == true, "\(found.first?.hint ?? "")")
    }

    @Test func bytesThatAreNotUTF8AreVisibleAndLongNamesAreCut() {
        let odd = LayerFault(.nameNotUTF8, [0x61, 0xff, 0xe9, 0x62, 0xc3, 0xa9, 0xc3], at: 0)
        #expect(findings([odd]).first?.message.contains(#"'a\xff\xe9bé\xc3'"#) == true)
        let long = LayerFault(.pathTwice, Array(String(repeating: "é", count: 400).utf8), at: 0, otherOffset: 0)
        #expect(findings([long]).first?.actual == String(repeating: "é", count: 128) + "...")
    }
}
