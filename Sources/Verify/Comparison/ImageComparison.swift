// layerverify: the result of comparing two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// In what two images differ.
///
/// ```swift
/// let comparison = try await Verifier().compare("build-1/", "build-2/", ignoring: [.compression])
/// print(comparison.statement)
/// for layer in comparison.layers where !layer.isSame {
///     for file in layer.files { print(file.path, file.aspects) }
/// }
/// ```
public struct ImageComparison: Sendable {
    package let report: ComparisonReport
    /// Whether something differs.
    public let outcome: Outcome
    /// The outcome in one sentence, such as `different: the same files, but other times of 14 entries in 2 layers`. It may contain names
    /// from the images, escaped for a terminal.
    public let statement: String
    /// What typically makes builds differ in this way, and what helps; often empty.
    public let advice: [String]
    /// The layers of both images, base first.
    public let layers: [Layer]
    /// The members in which the configs differ. `rootfs.diff_ids` is left out: see ``layers``.
    public let configMembers: [Member]
    /// The members in which the manifests differ. Digests and sizes are left out.
    public let manifestMembers: [Member]
    /// The reasons for which an image is damaged, or could not be compared. They are untrusted text and not escaped.
    public let troubles: [String]
    /// Whether the fast path and the reference path disagree on a blob.
    public let hasInternalError: Bool

    package init(_ report: ComparisonReport) {
        self.report = report
        outcome = Outcome(report.outcome)
        let words = ComparisonStatement(report)
        statement = words.text
        advice = words.advice
        layers = report.layers.map { Layer(layer: $0, isSame: report.isSame($0)) }
        configMembers = report.config.members.map { Member($0) }
        manifestMembers = report.manifest.members.map { Member($0) }
        troubles =
            report.first.troubles.map { "\(report.first.path): \($0)" }
            + report.second.troubles.map { "\(report.second.path): \($0)" }
            + [report.config.fault, report.manifest.fault].compactMap { $0 }
        hasInternalError = report.hasInternalError
    }

    /// Whether two images are the same.
    public enum Outcome: Hashable, Sendable {
        /// Nothing differs but what is ignored. Both images are undamaged, as far as they were read.
        case same
        /// Something differs, and both images are undamaged.
        case different
        /// An image is damaged, could not be read, or is not exactly one image. What is known of differences is in the comparison.
        case undetermined

        init(_ outcome: ComparisonReport.Outcome) {
            self =
                switch outcome {
                case .same: .same
                case .different: .different
                case .trouble: .undetermined
                }
        }
    }

    /// How far images are read.
    public enum Depth: Hashable, Sendable {
        /// Manifests and configs only. Layers are compared by the digests that these claim.
        case documents
        /// Everything.
        case layers
    }

    /// A member of a document that differs.
    public struct Member: Hashable, Sendable {
        /// The place of the member, a JSON pointer. It is untrusted text and not escaped.
        public let pointer: String
        /// The values as JSON text, shortened if they are long; nil if a document lacks the member.
        public let first: String?
        /// The value in the second image.
        public let second: String?

        init(_ member: MemberDifference) {
            pointer = member.pointer
            first = member.first
            second = member.second
        }
    }

    /// A format of ``write(as:style:to:)``.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// Text for people.
        case text
        /// JSON for programs; see `docs/diff.md`.
        case json
    }

    /// Writes the comparison piece by piece.
    ///
    /// - Parameters:
    ///   - format: The format.
    ///   - style: The layout of text. With ``Verification/Style/Verbosity-swift.enum/quiet`` only troubles are written, with
    ///     ``Verification/Style/Verbosity-swift.enum/verbose`` every entry that differs.
    ///   - sink: Receives the pieces, in order.
    /// - Throws: Errors of `sink`, immediately.
    public func write<Failure: Error>(
        as format: Format, style: Verification.Style = Verification.Style(), to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        switch format {
        case .text:
            var text = TextComparison(report, in: style.reportStyle)
            try text.write(to: sink)
        case .json: try JSONComparison(report).write(to: sink)
        }
    }
}
