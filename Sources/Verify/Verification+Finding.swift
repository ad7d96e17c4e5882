// layerverify: findings as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// A fault, a claim that could not be checked, or a note.
    ///
    /// Its texts may contain names from the image, unescaped: escape them before display.
    public struct Finding: Hashable, Sendable {
        /// The severity of a finding.
        public enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
            /// A claim is refuted or could not be checked.
            case error
            /// No claim is false, but tools may fail or disagree.
            case warning
            /// Additional information.
            case note
        }

        private let finding: LayerModel.Finding
        /// The file to examine or to replace; nil if the finding is about a whole image store.
        public let file: File?
        /// The path of the image store, as it was given or found; nil if the finding is about the run.
        public let root: String?

        init(at index: Int, of report: Report) {
            let finding = report.findings[index]
            self.finding = finding
            file = report.files[index].map { File($0, at: index, of: report) }
            root = report.roots.indices.contains(finding.root) ? report.roots[finding.root].path : nil
        }

        /// The kind of finding.
        public var code: Code { Code(finding.code) }
        /// The severity.
        public var severity: Severity {
            switch finding.severity {
            case .error: .error
            case .warning: .warning
            case .note: .note
            }
        }
        /// The outcome that the finding gives its image.
        public var outcome: Outcome { Outcome(finding.outcome) }
        /// A message of one line.
        public var message: String { finding.message }
        /// The claimed digest of the blob.
        public var digest: BlobDigest? { finding.digest.map { BlobDigest($0) } }
        /// The document that makes the claim, or the blob itself, as a path below ``root``.
        public var path: String { finding.place.path }
        /// The place of the claim in that document, as a JSON pointer. Spec: RFC 6901.
        public var pointer: String { finding.place.pointer }
        /// The claimed value.
        public var expected: String? { finding.expected }
        /// The value found.
        public var actual: String? { finding.actual }
        /// The probable cause, if a known mistake fits.
        public var hint: String? { finding.hint }
        /// The code of the finding on the same blob that this one follows from.
        public var follows: Code? { finding.follows.map { Code($0) } }
        /// Why the finding does not count; nil if it counts. A finding that does not count keeps its severity, and its outcome
        /// is verified.
        public var waiver: Waiver? { finding.waiver.map { Waiver($0) } }
    }
}
