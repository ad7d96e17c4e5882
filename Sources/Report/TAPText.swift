// layerverify: untrusted text in TAP.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Escapes text for the Test Anything Protocol.
enum TAPText {
    /// The description of a test.
    ///
    /// A number sign begins a directive, and `# SKIP` or `# TODO` would make a failed test pass. Version 14 escapes it with
    /// a backslash, which readers of version 13 do not know; it is therefore written as `\u{23}`, as control characters
    /// are. Version 14 reads two backslashes as one.
    static func description(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.escaping(text).unicodeScalars {
            switch scalar {
            case "#": result += "\\\\u{23}"
            case "\\": result += "\\\\"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A scalar of YAML in single quotes. `VisibleText` leaves no character that YAML forbids, and no line break.
    ///
    /// Spec: YAML 1.2.2 §7.3.2 Single-Quoted Style.
    static func quoted(_ text: String) -> String {
        "'" + VisibleText.escaping(text).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            + "'"
    }
}
