// layerverify: reports for tools that collect results of static analysis.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// SARIF 2.1.0, within the limits of GitHub's code scanning.
///
/// Spec: OASIS SARIF 2.1.0 errata 01; GitHub documentation, "SARIF support for code scanning".
package struct SARIFFormat: VerdictFormat {
    package let name = "sarif"

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var sarif = SARIFReport(report, paths: style.paths)
        try sarif.write(to: sink)
    }
}

/// Untrusted text in a plain text message of SARIF.
enum SARIFText {
    /// The text with its hazardous characters written as `\uXXXX`, braces doubled, and nothing that reads as a link.
    ///
    /// Spec: SARIF 2.1.0 §3.11.5 (placeholders), §3.11.6 (embedded links: `[text](destination)`).
    static func escaping(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "{": result += "{{"
            case "}": result += "}}"
            case "(" where result.unicodeScalars.last == "]": result += " ("
            case _ where VisibleText.isHazardous(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same with an upper-case first letter, unless the first word is a name, such as that of a file.
    static func sentence(_ text: String) -> String {
        let escaped = escaping(text)
        guard let first = escaped.first, escaped.prefix(while: { $0 != " " }).allSatisfy({ $0.isLetter && $0.isASCII })
        else { return escaped }
        return first.uppercased() + escaped.dropFirst()
    }
}
