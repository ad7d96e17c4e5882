// layerverify: the values of the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerVerify
import Testing

@Suite struct PublicValuesTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)

    @Test(arguments: ["", "linux", "linux/", "a/b/c/d"])
    func aMalformedPlatformIsRefused(_ platform: String) {
        let error = #expect(throws: Verifier.Error.self) { try ImagePlatform(platform) }
        #expect(error?.code == .invalidPlatform)
    }

    @Test(arguments: ["", "sha256", "sha256:", "sha256:abc", "app:1"])
    func aMalformedDigestIsRefused(_ digest: String) {
        // app:1 is a digest by the grammar.
        let error = #expect(throws: Verifier.Error.self) {
            try Verifier(Verifier.Options(expectedDigests: [try BlobDigest(digest)]))
        }
        #expect(error?.code == .invalidDigest)
    }

    @Test func aDigestThatCannotBeComputedIsNotExpected() throws {
        let digest = try BlobDigest("blake3:" + String(repeating: "a", count: 64))
        #expect(digest.algorithm.rawValue == "blake3")
        let error = #expect(throws: Verifier.Error.self) {
            try Verifier(Verifier.Options(expectedDigests: [digest]))
        }
        #expect(error?.code == .invalidDigest)
    }

    @Test func anEmptyReferenceIsRefused() {
        let error = #expect(throws: Verifier.Error.self) { try ImageReference("") }
        #expect(error?.code == .invalidReference)
    }

    @Test func invalidNumbersAreRefused() {
        for options in [
            Verifier.Options(jobs: 0), Verifier.Options(maximumExpansionRatio: 0),
            Verifier.Options(maximumExpansionRatio: -1), Verifier.Options(expansionFreeByteCount: -1),
            Verifier.Options(maximumWindowByteCount: 0), Verifier.Options(maximumWindowByteCount: -1),
            Verifier.Options(maximumBytesPerSecond: 0), Verifier.Options(maximumBytesPerSecond: -1),
            Verifier.Options(maximumFileCount: 0),
        ] {
            #expect(throws: Verifier.Error.self) { try Verifier(options) }
        }
    }

    @Test func theDefaultLimitIsTheStandardOne() {
        #expect(Verifier.Options().expansionLimit == .standard)
        #expect(Verifier.Options(maximumExpansionRatio: nil).expansionLimit == .unlimited)
    }

    @Test func valuesAreCodedAsTheirTexts() throws {
        func code<Value: Codable & Equatable>(_ value: Value, as text: String) throws {
            let data = try JSONEncoder().encode([value])
            #expect(String(decoding: data, as: UTF8.self).replacing("\\/", with: "/") == "[\"\(text)\"]")
            #expect(try JSONDecoder().decode([Value].self, from: data) == [value])
        }
        try code(try BlobDigest(Self.digest), as: Self.digest)
        try code(try ImagePlatform("linux/arm/v7"), as: "linux/arm/v7")
        try code(try ImageReference("app:1"), as: "app:1")
        try code(BlobDigest.Algorithm.sha512, as: "sha512")
        try code(Verification.Finding.Code.blobMissing, as: "blob-missing")
        try code(Verification.Finding.Severity.warning, as: "warning")
        try code(Verification.Outcome.undetermined, as: "undetermined")
        try code(Verification.Image.Form.ociLayout, as: "oci-layout")
        try code(Verification.Image.Kind.attestation, as: "attestation")
        try code(Verification.Layer.Compression.zstd, as: "zstd")
        try code(Verification.Layer.MediaType(rawValue: "a/b"), as: "a/b")
        try code(Verification.File.Kind.manifest, as: "manifest")
        try code(Verification.Waiver.Source.baseline, as: "baseline")
        try code(Verifier.SymbolicLinkPolicy.inside, as: "inside")
        try code(Verifier.ContentsCheck.structure, as: "structure")
    }

    @Test func malformedTextsAreNotDecoded() {
        let text = Data(#"["linux"]"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ImagePlatform].self, from: text) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([BlobDigest].self, from: text) }
        let empty = Data(#"[""]"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ImageReference].self, from: empty) }
    }

    /// A code without a constant could not be named by a user of the library.
    @Test func eachCodeHasAConstantWithItsMeaning() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Verify")
        let file = sources.appending(path: "Verification+FindingCode.swift").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(Verification.Finding.Code.allCases.map { $0.rawValue } == FindingCode.allCases.map { $0.rawValue })
        for code in FindingCode.allCases {
            let parts = text.components(separatedBy: "    public static let \(code) = Self(FindingCode.\(code))\n")
            try #require(parts.count == 2, "\(code)")
            let comment = parts[0].split(separator: "\n").reversed().prefix { $0.hasPrefix("    /// ") }.reversed()
            let sentence = comment.map { $0.dropFirst("    /// ".count) }.joined(separator: " ")
            // Comments have fewer words than pages: see scripts/words-check.
            let summary = code.meaning.summary.replacing("goes on after", with: "continues after").replacing(
                "wants", with: "requires")
            #expect(sentence == summary, "the comment of \(code)")
        }
    }

    @Test func aPathThatDoesNotExistIsUndetermined() throws {
        let report = try Verifier().verify(["/no/such/path"])
        #expect(report.outcome == .undetermined)
        #expect(report.findings.map { $0.code } == [.pathMissing])
        #expect(report.findings.first?.root == "/no/such/path")
        #expect(report.isRequestUnmet)
    }

    @Test func aCancellationIsNeverCleared() {
        let cancellation = Verifier.Cancellation()
        #expect(!cancellation.isCancelled)
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
    }

    private static func report(path: String = "d") -> Verification {
        let finding = Finding(
            .blobMissing, "gone", at: Place("index.json", "/manifests/0"), expected: "a", follows: .indexInvalid)
        let other = Finding(.viewEmpty, "empty", at: Place("index.json"))
        let layer = LayerReport(
            record: LayerRecord(blob: nil, size: 7, path: "l"), outcome: .refuted, compression: .gzip, findings: [1])
        let huge = LayerReport(record: LayerRecord(blob: nil, size: .max, path: "m"), outcome: .verified)
        let image = ImageReport(
            record: ImageRecord(root: 0, kind: .image, references: ["a:1"], place: Place("index.json")),
            outcome: .refuted, layers: [layer, huge], findings: [0])
        var summary = Summary()
        summary.errorCount = 1
        return Verification(
            Report(
                outcome: .refuted, roots: [RootRecord(path: path, form: .ociLayout)], images: [image],
                findings: [other, finding], summary: summary), kind: .verdicts)
    }

    @Test func viewsHaveTheContentOfTheReport() throws {
        let report = Self.report()
        #expect(report.outcome == .refuted)
        #expect(report.images.count == 1)
        let image = try #require(report.images.first)
        #expect(image.form == .ociLayout)
        #expect(image.kind == .image)
        #expect(image.findings.map { $0.code } == [.viewEmpty])
        #expect(image.layers.map { $0.size } == [7, .max], "a claim that no file can have is clamped")
        #expect(image.layers[0].compression == .gzip)
        #expect(image.layers[0].findings.map { $0.follows } == [.indexInvalid])
        #expect(image.layers[1].findings.isEmpty)
        #expect(report.findings.map { $0.code } == [.viewEmpty, .blobMissing])
        #expect(report.summary.errorCount == 1)
        #expect(!report.hasInternalError && !report.isRequestUnmet)
        #expect(String(decoding: report.json(), as: UTF8.self).contains("\"pointer\": \"/manifests/0\""))
        #expect(report.text().contains("error[blob-missing] gone"))
    }

    @Test func imagesOfTwoReportsAreComparedByContent() throws {
        let (one, same, other) = (Self.report(), Self.report(), Self.report(path: "e"))
        #expect(one.images.first == same.images.first)
        #expect(Set(one.images).union(same.images).count == 1)
        #expect(one.images.first != other.images.first)
        #expect(Set(one.images[0].layers).count == 2)
        #expect(one.images[0].layers[0] == other.images[0].layers[0] || one.findings[1] != other.findings[1])
    }

    @Test func formatsAreFoundByName() {
        #expect(Verification.Format("json") == .json)
        #expect(Verification.Format("yaml") == nil)
        #expect(Verification.Format.all.first == .text)
    }
}
