// layerverify: the table of findings for the docs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Generates `docs/findings.md` from the source.
package enum FindingTable {
    /// The page in Markdown.
    package static var markdown: String {
        var page = """
            # Findings

            Every finding has one of these codes; a code is never renamed and never changes its meaning.
            `error` findings decide the outcome: one that refutes makes the exit status 1, else one that leaves
            something undetermined makes it 2. Warnings and notes do not, unless `--strict` makes warnings refute.

            | code | severity | outcome | meaning |
            |---|---|---|---|

            """
        for code in FindingCode.allCases {
            let meaning = code.meaning
            let outcome = meaning.severity == .error ? meaning.outcome.rawValue : "–"
            page += "| `\(code.rawValue)` | \(meaning.severity.rawValue) | \(outcome) | \(meaning.summary) |\n"
        }
        return page
    }
}
