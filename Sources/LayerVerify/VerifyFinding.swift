// layerverify: findings as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// One thing that is wrong, could not be checked, or is worth knowing.
public struct VerifyFinding: Hashable, Sendable {
    /// How much a finding matters.
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        /// A claim is refuted or could not be checked.
        case error
        /// Nothing claimed is false, but somebody will stumble over it.
        case warning
        /// Worth knowing, no more.
        case note
    }

    private let finding: Finding
    /// The file to look at, to fetch again or to replace; nil of a finding about a whole image store.
    public let file: VerifiedFile?
    /// The path of the image store concerned, as it was given.
    public let root: String?

    init(at index: Int, of report: Report) {
        let finding = report.findings[index]
        self.finding = finding
        file = report.files[index].map { VerifiedFile($0, at: index, of: report) }
        root = report.roots.indices.contains(finding.root) ? report.roots[finding.root].path : nil
    }

    static func findings(at indexes: [Int], of report: Report) -> [VerifyFinding] {
        indexes.filter { report.findings.indices.contains($0) }.map {
            VerifyFinding(at: $0, of: report)
        }
    }

    /// The stable name of the kind of finding; `docs/findings.md` lists them all.
    public var code: String { finding.code.rawValue }
    /// How much it matters.
    public var severity: Severity {
        switch finding.severity {
        case .error: .error
        case .warning: .warning
        case .note: .note
        }
    }
    /// What it makes of its image.
    public var outcome: VerifyOutcome { VerifyOutcome(finding.outcome) }
    /// One line for people. It may hold names from the image as they are: escape them before showing them.
    public var message: String { finding.message }
    /// The digest that names the blob concerned, as claimed.
    public var digest: String? { finding.digest?.description }
    /// The document that makes the claim, or the blob itself, as a path below `root`.
    public var path: String { finding.place.path }
    /// The place in that document. Spec: RFC 6901.
    public var pointer: String { finding.place.pointer }
    /// What was claimed.
    public var expected: String? { finding.expected }
    /// What was found.
    public var actual: String? { finding.actual }
    /// What probably happened, where a known mistake fits.
    public var hint: String? { finding.hint }
    /// The code of the finding on the same blob that this one follows from.
    public var follows: String? { finding.follows?.rawValue }
}
