// layerverify: generated pages and escaped text for the command line.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerReport

/// Generated text, and text that is escaped for display, for the command line and the docs.
package enum ReferenceDocs {
    /// The content of `docs/findings.md`.
    package static var findings: String { FindingTable.markdown }

    /// The table of rules for layers in `docs/policy.md`.
    package static var layerRules: String { LayerRuleTable.markdown }

    /// The codes of findings, in the order of the docs.
    package static var findingCodes: [String] { FindingCode.allCases.map { $0.rawValue } }

    /// A code as people write it, such as `error[Blob-Missing]`, in the form that codes have. The result need not be a code.
    package static func normalizedCode(_ word: String) -> String { FindingCode.normalized(word) }

    /// A sentence about a word that is no code: which codes may be meant.
    package static func suggestion(forCode word: String) -> String { FindingCode.suggestion(for: word) }

    /// The word that is probably meant by `typed`; nil if none is similar enough.
    package static func nearest(to typed: String, among words: [String]) -> String? {
        EditDistance.nearest(to: typed, among: words)
    }

    /// The content of `docs/findings/CODE.md`; nil for another word than a code.
    package static func findingPage(_ code: String) -> String? {
        FindingCode(rawValue: code).map { FindingExplanations.page(of: $0) }
    }

    /// The formats of `layerverify explain`.
    package enum ExplanationFormat: String, Sendable, CaseIterable {
        case text
        case json
        case markdown
    }

    /// The explanations of codes; other words than codes are left out.
    package static func explanation(
        of codes: [String], as format: ExplanationFormat, style: Verification.Style
    ) -> String {
        let codes = codes.compactMap { FindingCode(rawValue: $0) }
        return switch format {
        case .text: FindingExplanations.text(of: codes, in: style.reportStyle)
        case .json: FindingExplanations.json(of: codes)
        case .markdown: FindingExplanations.markdown(of: codes)
        }
    }

    /// One line for each code; in JSON everything.
    package static func findingList(
        of codes: [String], as format: ExplanationFormat, style: Verification.Style
    ) -> String {
        let codes = codes.compactMap { FindingCode(rawValue: $0) }
        return switch format {
        case .text: FindingExplanations.list(of: codes, in: style.reportStyle)
        case .json: FindingExplanations.json(of: codes)
        case .markdown: FindingTable.table(of: codes)
        }
    }

    /// The text as one word for a POSIX shell, quoted if necessary.
    package static func shellWord(_ text: String) -> String { ShellWord.quoting(text) }
}
