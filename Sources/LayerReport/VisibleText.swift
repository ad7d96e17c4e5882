// layerverify: untrusted text for a terminal.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Makes text that comes from an image fit to be shown.
package enum VisibleText {
    /// The text with everything escaped that a terminal would obey or hide.
    ///
    /// A name in an image may hold terminal escape sequences, line breaks that forge lines of the report, or controls
    /// that turn the direction of writing. All of them, and the backslash, become `\n`, `\\` or `\u{202e}`.
    package static func escaping(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\\" || isHazardous($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isHazardous(scalar): result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// True of characters that are not shown as themselves: controls, direction and format controls, separators of
    /// lines, and code points that stand for nothing.
    static func isHazardous(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7f { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
