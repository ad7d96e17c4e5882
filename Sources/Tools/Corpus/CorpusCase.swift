// layerverify: one case of the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A finding that the verifier must report.
struct ExpectedFinding {
    var code: String
    var digest: String?
    var follows: String?
    /// What waives the finding: `option`, `file` or `baseline`.
    var ignored: String?
}

/// How the image of a case is stored.
enum Packing {
    case folder
    case archive(TarFormat)
    /// An archive whose bytes are then damaged.
    case damagedArchive(TarFormat, @Sendable ([UInt8]) -> [UInt8])
    /// Several images; the first component of each path is the name of the image.
    case folders

    var name: String {
        switch self {
        case .folder: "image"
        case .archive, .damagedArchive: "image.tar"
        case .folders: "images"
        }
    }
}

/// One case: an image and its expected findings.
struct CorpusCase {
    enum Verdict: Int {
        case verified = 0
        case refuted = 1
        case undetermined = 2
    }

    var name: String
    var about: String
    var verdict: Verdict
    var packing: Packing
    var image: ImageBuilder

    /// `good` or `bad`.
    var group: String { verdict == .verified ? "good" : "bad" }

    /// A case that verifies.
    static func good(
        _ name: String, _ about: String, in packing: Packing = .folder, _ build: (inout ImageBuilder) -> Void
    ) -> CorpusCase {
        make(name, about, .verified, packing, build)
    }

    /// A case that is refuted.
    static func bad(
        _ name: String, _ about: String, in packing: Packing = .folder, _ build: (inout ImageBuilder) -> Void
    ) -> CorpusCase {
        make(name, about, .refuted, packing, build)
    }

    /// A case that is undetermined: nothing is refuted, and something cannot be checked.
    static func undetermined(
        _ name: String, _ about: String, in packing: Packing = .folder, _ build: (inout ImageBuilder) -> Void
    ) -> CorpusCase {
        make(name, about, .undetermined, packing, build)
    }

    private static func make(
        _ name: String, _ about: String, _ verdict: Verdict, _ packing: Packing, _ build: (inout ImageBuilder) -> Void
    ) -> CorpusCase {
        var image = ImageBuilder()
        build(&image)
        return CorpusCase(name: name, about: about, verdict: verdict, packing: packing, image: image)
    }

    /// The content of `expect.json`.
    var expectation: JSON {
        var findings = image.expected
        findings.sort { ($0.code, $0.digest ?? "") < ($1.code, $1.digest ?? "") }
        var result: JSON = ["about": .string(about)]
        if !image.arguments.isEmpty { result = result.setting("arguments", JSON(image.arguments)) }
        return result.setting("status", JSON(verdict.rawValue)).setting(
            "findings",
            .array(
                findings.map { finding in
                    let plain: JSON = [
                        "code": .string(finding.code), "digest": finding.digest.map { .string($0) } ?? .null,
                    ]
                    let whole = finding.follows.map { plain.setting("follows", .string($0)) } ?? plain
                    return finding.ignored.map { whole.setting("ignored", .string($0)) } ?? whole
                }))
    }
}
