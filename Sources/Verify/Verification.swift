// layerverify: the result of a run as the library gives it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// The result of verifying or inspecting images, in the order of the images.
///
/// It is a snapshot: it reads no files, and never changes. Images and findings are kept packed and made on access, so keep an
/// element of ``images`` that is used several times. To compare or to store results, use ``json()``, whose schema is stable.
public struct Verification: Sendable {
    /// The kind of a report.
    package enum Kind: Hashable, Sendable {
        case verdicts
        case claims
    }

    package let report: Report
    package let kind: Kind
    /// Whether the fast path and the reference path disagree on a blob. Please report it: it is a bug of this library.
    public let hasInternalError: Bool
    /// Whether the run is undetermined because no image was found, or because something that its options ask for could not be
    /// done, such as a path that does not exist or a name that matches nothing.
    public let isRequestUnmet: Bool

    package init(_ report: Report, kind: Kind) {
        self.report = report
        self.kind = kind
        // Both look at every finding; a property must not.
        hasInternalError = report.hasInternalError
        isRequestUnmet = report.isRequestUnmet
    }

    /// The outcome of the run: refuted if an image is refuted, otherwise undetermined if one is undetermined, otherwise
    /// verified.
    ///
    /// The outcome of an inspection covers the documents only, since layers were not read.
    public var outcome: Outcome { Outcome(report.outcome) }

    /// All manifests that were found.
    ///
    /// - Complexity: O(1). See ``Images`` for the elements.
    public var images: Images { Images(report: report) }

    /// All faults, claims that could not be checked, and notes.
    ///
    /// - Complexity: O(1). See ``Findings`` for the elements.
    public var findings: Findings { Findings(report: report, places: nil) }

    /// The numbers of the run.
    public var summary: Summary { Summary(report.summary) }

    /// Writes the report piece by piece. The report of an inspection is written as text unless `format` is one of
    /// ``Format/general``.
    ///
    /// - Parameters:
    ///   - format: The format.
    ///   - style: The layout of text, and the folders that some formats relate paths to.
    ///   - sink: Receives the pieces, in order.
    /// - Throws: Errors of `sink`, immediately.
    public func write<Failure: Swift.Error>(
        as format: Format, style: Style = Style(), to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        switch kind {
        case .verdicts: try format.verdictRenderer.write(report, in: style.reportStyle, to: sink)
        case .claims: try format.renderer.writeTree(report, in: style.reportStyle, to: sink)
        }
    }

    /// Makes the JSON report. Its schema is a contract: `docs/schema`, and `docs/json.md`.
    ///
    /// - Returns: The bytes of the report, UTF-8, with a newline at the end.
    /// - Complexity: O(*n*) in the size of the report, which is in memory at once; ``write(as:style:to:)`` writes it in pieces.
    public func json() -> [UInt8] {
        var bytes: [UInt8] = []
        write(as: .json) { piece in bytes.append(contentsOf: piece.utf8) }
        return bytes
    }

    /// Makes the text report, without colours.
    ///
    /// - Returns: The report, with a newline at the end of each line.
    /// - Complexity: O(*n*) in the size of the report.
    public func text() -> String {
        var result = ""
        write(as: .text) { piece in result += piece }
        return result
    }
}
