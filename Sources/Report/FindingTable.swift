// layerverify: the table of findings for the docs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Generates `docs/findings.md` from the source.
package enum FindingTable {
    /// The page in Markdown.
    package static var markdown: String {
        var page = """
            # Findings

            Every finding has one of these codes; a code is never renamed and never changes its meaning.
            `error` findings decide the outcome: one that refutes makes the exit status 1, else one that leaves
            something undetermined makes it 2. Warnings and notes do not, unless `--strict` makes warnings refute.

            The pages behind the codes say how a finding comes about and what to do, as `layerverify explain CODE` does.


            """
        page += table(of: FindingCode.allCases) { "[`\($0)`](findings/\($0).md)" }
        return page
    }

    /// A table of some codes in Markdown; `cell` makes the first cell of a row from a code.
    package static func table(of codes: [FindingCode], _ cell: (String) -> String = { "`\($0)`" }) -> String {
        var table = "| code | severity | outcome | meaning |\n|---|---|---|---|\n"
        for code in codes {
            let meaning = code.meaning
            let outcome = meaning.severity == .error ? meaning.outcome.rawValue : "–"
            table += "| \(cell(code.rawValue)) | \(meaning.severity.rawValue) | \(outcome) | \(meaning.summary) |\n"
        }
        return table
    }
}
