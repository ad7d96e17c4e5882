// layerverify: untrusted text for a terminal.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Escapes text from an image for display.
package enum VisibleText {
    /// The text with every character escaped that a terminal would interpret or hide.
    ///
    /// A name in an image may contain terminal escape sequences, line breaks that forge lines of the report, or
    /// characters that change the direction of writing. All of them, and the backslash, become `\n`, `\\` or
    /// `\u{202e}`.
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

    /// True for characters that are not displayed as themselves: controls, direction and format controls, line
    /// separators, and unassigned code points.
    static func isHazardous(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7f { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
