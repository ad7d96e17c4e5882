// layerverify: tests of tables of contents in whole images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerVerify
import Testing
import TestSupport

@Suite struct TOCVerdictTests {
    static let tar = TestTar.holding("hello")

    /// An eStargz layer whose table gives this mode to its only file, what it decodes to, and its annotations.
    static func layer(mode: Int) -> (stored: [UInt8], uncompressed: [UInt8], annotations: String) {
        let header = TestTar.storedGzip(Array(tar.prefix(512)))
        let files = header + TestTar.storedGzip(Array(tar.dropFirst(512)))
        let digest = ContentDigest.of(Array("hello".utf8), .sha256)
        let entry =
            #"{"name":"content","type":"reg","size":5,"mode":\#(mode),"offset":\#(header.count),"digest":"\#(digest)"}"#
        let document = Array(#"{"version":1,"entries":[\#(entry)]}"#.utf8)
        let table = TestTar.holding(document, name: "stargz.index.json")
        let digits = String(files.count, radix: 16)
        let text = String(repeating: "0", count: 16 - digits.count) + digits + "STARGZ"
        let footer: [UInt8] =
            [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, 0x53, 0x47, 22, 0] + Array(text.utf8)
            + [1, 0, 0, 0xff, 0xff] + [UInt8](repeating: 0, count: 8)
        let annotation = ContentDigest.of(document, .sha256)
        return (
            files + TestTar.storedGzip(table) + footer, tar + table,
            #"{"containerd.io/snapshot/stargz/toc.digest":"\#(annotation)"}"#
        )
    }

    static func findings(
        mode: Int, contents: Verifier.ContentsCheck = .full, isAnnotated: Bool = true
    ) throws -> (Verification.Outcome, [Verification.Finding]) {
        let layer = layer(mode: mode)
        let image = try SmallImage(
            [layer.stored], diffIDs: [layer.uncompressed], annotations: isAnnotated ? layer.annotations : nil)
        let report = image.verify(try Verifier(Verifier.Options(contents: contents)))
        return (report.outcome, report.findings.filter { $0.code.rawValue.hasPrefix("layer-toc") })
    }

    @Test func aTableThatDescribesTheLayerIsVerified() throws {
        let (outcome, findings) = try Self.findings(mode: 0o644)
        #expect(outcome == .verified)
        #expect(findings.isEmpty)
    }

    @Test func aTableThatSaysSomethingElseRefutes() throws {
        let (outcome, findings) = try Self.findings(mode: 0o4755)
        #expect(outcome == .refuted)
        #expect(findings.map { $0.code } == ["layer-toc-mismatch"])
        #expect(
            findings.first?.message.contains("says mode 04755 of content (header at byte 0), the tar says 0644") == true
        )
        #expect(findings.first?.expected == "04755")
    }

    @Test(arguments: [Verifier.ContentsCheck.structure, .none])
    func tablesAreCheckedWithAllContentsOnly(contents: Verifier.ContentsCheck) throws {
        let (outcome, findings) = try Self.findings(mode: 0o4755, contents: contents)
        #expect(outcome == .verified)
        #expect(findings.isEmpty)
    }

    @Test func annotationsOfAPlainLayerAreAWarning() throws {
        let image = try SmallImage([Self.tar], annotations: Self.layer(mode: 0).annotations)
        let report = image.verify(try Verifier())
        #expect(report.outcome == .verified)
        #expect(report.findings.map { $0.code } == ["layer-toc-unusable"])
    }

    @Test func aTableWithoutAnnotationIsAWarning() throws {
        let (outcome, findings) = try Self.findings(mode: 0o4755, isAnnotated: false)
        #expect(outcome == .verified)
        #expect(findings.map { $0.code } == ["layer-toc-unusable"])
        let finding = try #require(findings.first)
        #expect(
            finding.message.hasPrefix("the table of contents of layer 1, which no annotation names, says mode 04755"))
        #expect(finding.path.hasPrefix("blobs/sha256/"))
        #expect(try Self.findings(mode: 0o644, isAnnotated: false).1.isEmpty)
        #expect(try Self.findings(mode: 0o4755, contents: .structure, isAnnotated: false).1.isEmpty)
    }

    @Test func indexesOfNydusAreNoted() throws {
        let image = try SmallImage([Self.tar], annotations: #"{"containerd.io/snapshot/nydus-bootstrap":"true"}"#)
        let report = image.verify(try Verifier())
        #expect(report.outcome == .verified)
        #expect(report.findings.map { $0.code } == ["layer-index-unchecked"])
    }
}
