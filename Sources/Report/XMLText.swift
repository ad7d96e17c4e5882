// layerverify: untrusted text in XML.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Escapes text for XML.
enum XMLText {
    /// The text for content or for an attribute in double quotes, with `VisibleText`'s escapes for control characters,
    /// format characters and line breaks.
    ///
    /// XML 1.0 has no way to write most control characters. `VisibleText` leaves no character that XML forbids: the
    /// noncharacters U+FFFE and U+FFFF are unassigned.
    ///
    /// Spec: XML 1.0 (Fifth Edition) §2.2 Characters, §2.4 Character Data and Markup.
    static func escaping(_ text: String) -> String { escapingMarkup(VisibleText.escaping(text)) }

    /// The same for text without such characters.
    static func escapingMarkup(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
