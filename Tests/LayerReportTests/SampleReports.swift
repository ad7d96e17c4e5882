// layerverify: sample reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// A report and its name.
struct SampleReport: Sendable, CustomStringConvertible {
    let description: String
    let report: Report

    static let all: [SampleReport] = [
        SampleReport(description: "verified", report: verified), SampleReport(description: "refuted", report: refuted),
        SampleReport(description: "undetermined", report: undetermined),
        SampleReport(description: "hostile", report: hostile), SampleReport(description: "empty", report: empty),
        SampleReport(description: "ignored", report: ignored),
    ]

    static func digest(_ digit: Character) -> ContentDigest {
        ContentDigest(.sha256, bytes: [UInt8](repeating: UInt8(digit.hexDigitValue ?? 0) * 17, count: 32))
    }

    static func layer(_ digit: Character, _ outcome: Outcome = .verified, findings: [Int] = []) -> LayerReport {
        let record = LayerRecord(
            blob: 0, digest: digest(digit), size: 3_573_000,
            mediaType: MediaType("application/vnd.oci.image.layer.v1.tar+gzip"), diffID: digest("f"),
            path: "blobs/sha256/" + digest(digit).encoded,
            createdBy: outcome == .verified ? nil : "RUN apt-get install -y curl")
        return LayerReport(
            record: record, outcome: outcome, compression: .gzip, size: 3_573_000,
            uncompressedSize: outcome == .verified ? 8_083_968 : nil, chainID: digest("c"), findings: findings)
    }

    static func image(
        _ reference: String?, _ platform: String, _ outcome: Outcome = .verified, kind: ImageKind = .image,
        layers: [LayerReport], findings: [Int] = []
    ) -> ImageReport {
        let record = ImageRecord(
            root: 0, kind: kind, references: reference.map { [$0] } ?? [], platform: Platform(parsing: platform),
            imageID: digest("1"), manifestDigest: digest("2"), layers: layers.map { $0.record },
            place: Place("index.json", "/manifests/0"))
        return ImageReport(record: record, outcome: outcome, layers: layers, findings: findings)
    }

    static func summary(_ change: (inout Summary) -> Void) -> Summary {
        var summary = Summary()
        summary.seconds = 0.43
        summary.compressedByteCount = 1_098_907_648
        summary.uncompressedByteCount = 2_798_907_648
        change(&summary)
        return summary
    }

    static let verified: Report = {
        var plain = layer("b")
        plain.compression = Compression.none
        plain.size = 1_024
        plain.uncompressedSize = 1_024
        plain.record.mediaType = MediaType("application/vnd.oci.image.layer.v1.tar")
        var inToto = layer("d")
        inToto.record.mediaType = MediaType("application/vnd.in-toto+json")
        let absent = ["linux/arm/v7", "linux/s390x"].map { (name: String) in
            Finding(.platformAbsent, "\(name) is listed but not here", at: Place("index.json"), expected: name)
        }
        return Report(
            outcome: .verified, roots: [RootRecord(path: "alpine/", form: .ociLayout)],
            images: [
                image("alpine:3.20", "linux/amd64", layers: [layer("a"), plain]),
                image(nil, "linux/arm64/v8", layers: (0..<11).map { _ in layer("a") }),
                image(nil, "unknown/unknown", kind: .attestation, layers: [inToto]),
                image("chart:1", "unknown/unknown", kind: .artifact, layers: [inToto]),
            ],
            findings: LazyList(absent),
            summary: summary {
                $0.imageCount = 4
                $0.verifiedImageCount = 4
                $0.layerCount = 3
                $0.blobCount = 10
                $0.claimCount = 61
                $0.noteCount = 2
                $0.absentPlatformCount = 2
            })
    }()

    static let refuted: Report = {
        let blobPath = "blobs/sha256/" + digest("a").encoded
        let findings = [
            Finding(
                .blobDigestMismatch, "sha256 differs: manifest claims aaaaaaaaaaaa, bytes give 999999999999",
                at: Place("blobs/sha256/22", "/layers/0"), digest: digest("a"), expected: digest("a").description,
                actual: digest("9").description),
            Finding(
                .diffIDMismatch, "diffID differs: config claims ffffffffffff, bytes give 888888888888",
                at: Place("blobs/sha256/11", "/rootfs/diff_ids/0"), digest: digest("a"),
                expected: digest("f").description, actual: digest("8").description,
                hint: "the diffID equals the digest of the compressed layer", follows: .blobDigestMismatch),
            Finding(
                .historyCountMismatch, "history has 3 layers, diff_ids has 2", at: Place("blobs/sha256/11", "/history")),
            Finding(.blobUnreferenced, "\(blobPath) is not referenced", at: Place(blobPath)),
            Finding(.layoutInvalid, "imageLayoutVersion is '2.0.0', not 1.x", at: Place("oci-layout")),
        ]
        return Report(
            outcome: .refuted, roots: [RootRecord(path: "dir/", form: .ociLayout)],
            images: [
                image(
                    "app:1", "linux/amd64", .refuted, layers: [layer("a", .refuted, findings: [0, 1]), layer("b")],
                    findings: [2]),
                image("app:2", "linux/amd64", .refuted, layers: [layer("a", .refuted, findings: [0, 1])]),
            ],
            findings: LazyList(findings),
            files: [
                FileReport(
                    path: blobPath, role: .layer, layer: 0, layerCount: 2, createdBy: "RUN apt-get install -y curl"),
                FileReport(
                    path: blobPath, role: .layer, layer: 0, layerCount: 2, createdBy: "RUN apt-get install -y curl"),
                FileReport(path: "blobs/sha256/11", role: .config), FileReport(path: blobPath, role: .blob),
                FileReport(path: "oci-layout", role: .document),
            ],
            summary: summary {
                $0.imageCount = 2
                $0.refutedImageCount = 2
                $0.layerCount = 2
                $0.blobCount = 6
                $0.claimCount = 20
                $0.errorCount = 3
                $0.warningCount = 1
                $0.noteCount = 1
                $0.unreferencedBlobCount = 1
            })
    }()

    static let undetermined: Report = {
        let findings = [
            Finding(
                .blobUnreadable, "input/output error at byte 1048576", at: Place("blobs/sha256/aa"), digest: digest("a")
            ),
            Finding(.pathMissing, "no such file or directory", at: Place(""), root: 1),
        ]
        return Report(
            outcome: .undetermined,
            roots: [RootRecord(path: "a.tar", form: .dockerArchive), RootRecord(path: "nosuch", form: .unknown)],
            images: [image("a:1", "linux/amd64", .undetermined, layers: [layer("a", .undetermined, findings: [0])])],
            findings: LazyList(findings),
            files: [FileReport(path: "layer.tar", offsetBytes: 1536, role: .layer, layer: 0, layerCount: 1), nil],
            summary: summary {
                $0.imageCount = 1
                $0.undeterminedImageCount = 1
                $0.layerCount = 1
                $0.blobCount = 3
                $0.claimCount = 7
                $0.errorCount = 2
                for name in ["README", "no\u{1b}te"] { $0.ignored.add("dir/" + name) }
            })
    }()

    /// Names that contain line breaks, escape sequences, and characters that JSON must escape.
    static let hostile: Report = {
        var hostile = image("a\u{1b}[2J\n✓ verified\u{202e}\"\\\u{9b}31m\u{e0041}", "linux/amd64", layers: [layer("a")])
        hostile.record.platform = Platform(os: "li\u{7}nux", architecture: "am\u{200b}d64")
        let finding = Finding(
            .mediaTypeInvalid, "media type '\u{1b}]0;x\u{7}' is malformed", at: Place("in\ndex.json", "/\u{2028}"),
            expected: "\r", actual: "\t\u{0}", hint: "\u{feff}")
        return Report(
            outcome: .refuted, roots: [RootRecord(path: "di\u{1b}r\n", form: .ociLayout)], images: [hostile],
            findings: [finding],
            summary: summary {
                $0.imageCount = 1
                $0.errorCount = 1
            })
    }()

    /// Findings that do not count, next to one that does.
    static let ignored: Report = {
        let blobPath = "blobs/sha256/" + digest("a").encoded
        let findings = [
            Finding(
                .blobDigestMismatch, "layer 1 is damaged: its sha256 does not match",
                at: Place("blobs/sha256/22", "/layers/0/digest"), digest: digest("a"),
                expected: digest("a").description, actual: digest("9").description, hint: "copy the image again"
            ).waived(by: Waiver(source: .file, reason: "old\u{1b}[31m store; ticket #7", until: "2026-12-31")),
            Finding(
                .streamCorrupt, "the gzip stream is damaged before byte 7187",
                at: Place("blobs/sha256/22", "/layers/0"),
                digest: digest("a"), actual: "7187", follows: .blobDigestMismatch
            ).waived(by: Waiver(source: .baseline)),
            Finding(
                .historyCountMismatch, "history has 3 layers, diff_ids has 2", at: Place("blobs/sha256/11", "/history")
            ).waived(by: Waiver(source: .option)),
            Finding(
                .ignoreRuleExpired, "ignore.txt:3: the rule 'view-empty' expired on 2025-12-31", at: Place(""), root: 1,
                hint: "renew the rule, or remove it and fix the image"),
        ]
        return Report(
            outcome: .verified, roots: [RootRecord(path: "dir/", form: .ociLayout)],
            images: [
                image("app:1", "linux/amd64", layers: [layer("a", findings: [0, 1]), layer("b")], findings: [2])
            ],
            findings: LazyList(findings),
            files: [
                FileReport(path: blobPath, role: .layer, layer: 0, layerCount: 2),
                FileReport(path: blobPath, role: .layer, layer: 0, layerCount: 2),
                FileReport(path: "blobs/sha256/11", role: .config), nil,
            ],
            summary: summary {
                $0.imageCount = 1
                $0.verifiedImageCount = 1
                $0.layerCount = 2
                $0.blobCount = 5
                $0.claimCount = 12
                $0.warningCount = 1
                $0.waived.file = 1
                $0.waived.baseline = 1
                $0.waived.option = 1
            })
    }()

    static let empty = Report(outcome: .verified, roots: [], images: [], findings: [], summary: Summary())
}
