// layerverify: the values of the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerVerify
import Testing

@Suite struct PublicValuesTests {
    @Test(arguments: ["", "linux", "linux/", "a/b/c/d"])
    func aMalformedPlatformIsRefused(_ platform: String) {
        let error = #expect(throws: VerifyError.self) { try Verifier(VerifyOptions(platform: platform)) }
        #expect(error?.code == .invalidPlatform)
    }

    @Test(arguments: ["", "sha256", "sha256:", "sha256:abc", "blake3:" + String(repeating: "a", count: 64), "app:1"])
    func aMalformedExpectedDigestIsRefused(_ digest: String) {
        let error = #expect(throws: VerifyError.self) { try Verifier(VerifyOptions(expectedDigests: [digest])) }
        #expect(error?.code == .invalidDigest)
    }

    @Test func invalidNumbersAreRefused() {
        #expect(throws: VerifyError.self) { try Verifier(VerifyOptions(jobs: 0)) }
        #expect(throws: VerifyError.self) { try Verifier(VerifyOptions(maximumExpansionRatio: 0)) }
        #expect(throws: VerifyError.self) { try Verifier(VerifyOptions(maximumWindowByteCount: 0)) }
    }

    @Test func theDefaultLimitIsTheStandardOne() {
        #expect(VerifyOptions().expansionLimit == .standard)
        #expect(VerifyOptions(maximumExpansionRatio: nil).expansionLimit == .unlimited)
    }

    @Test func aPathThatDoesNotExistIsUndetermined() throws {
        let report = try Verifier().verify(["/no/such/path"])
        #expect(report.outcome == .undetermined)
        #expect(report.findings.map { $0.code } == ["path-missing"])
        #expect(report.findings.first?.root == "/no/such/path")
    }

    @Test func theAsyncOverloadGivesTheSame() async throws {
        let report = await (try Verifier()).verify(["/no/such/path"])
        #expect(report.findings.map { $0.code } == ["path-missing"])
    }

    @Test func aCancellationIsNeverCleared() {
        let cancellation = Cancellation()
        #expect(!cancellation.isCancelled)
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
    }

    @Test func viewsHaveTheContentOfTheReport() {
        let finding = Finding(
            .blobMissing, "gone", at: Place("index.json", "/manifests/0"), expected: "a", follows: .indexInvalid)
        let layer = LayerReport(
            record: LayerRecord(blob: nil, size: 7, path: "l"), outcome: .refuted, findings: [0, 99])
        let image = ImageReport(
            record: ImageRecord(root: 0, kind: .image, references: ["a:1"], place: Place("index.json")),
            outcome: .refuted, layers: [layer], findings: [])
        var summary = Summary()
        summary.errorCount = 1
        let report = VerifyReport(
            Report(
                outcome: .refuted, roots: [RootRecord(path: "d", form: .ociLayout)], images: [image],
                findings: [finding], summary: summary), kind: .verdicts)
        #expect(report.outcome == .refuted)
        #expect(report.images.first?.form == "oci-layout")
        #expect(report.images.first?.layers.first?.size == 7)
        #expect(report.images.first?.layers.first?.findings.map { $0.follows } == ["index-invalid"])
        #expect(report.summary.errorCount == 1)
        #expect(report.json().contains("\"pointer\": \"/manifests/0\""))
        #expect(report.text().contains("error[blob-missing] gone"))
    }

    @Test func formatsAreFoundByName() {
        #expect(OutputFormat("json") == .json)
        #expect(OutputFormat("yaml") == nil)
        #expect(OutputFormat.all.first == .text)
    }
}
