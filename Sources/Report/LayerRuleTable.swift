// layerverify: the table of the rules for what is in a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The table of `docs/policy.md` with the rules for what is in a layer.
package enum LayerRuleTable {
    /// Rows by outcome, the worst first, and then in the order of the kinds.
    package static var markdown: String {
        var table = "| in the tar of a layer | outcome | finding | because |\n|---|---|---|---|\n"
        for severity in [LayerFault.Severity.refute, .undetermined, .warning, .note] {
            for kind in LayerFault.Kind.allCases where kind.severity == severity {
                let rule = kind.rule
                table += "| \(rule.fault) | \(word(severity)) | `\(rule.code.rawValue)` | \(rule.reason) |\n"
            }
        }
        return table
    }

    private static func word(_ severity: LayerFault.Severity) -> String {
        switch severity {
        case .refute: "refuted"
        case .undetermined: "undetermined"
        case .warning: "warning"
        case .note: "note"
        }
    }
}
