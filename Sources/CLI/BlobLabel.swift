// layerverify: short names of blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerVerify

/// Short names of blobs, for the progress display.
package enum BlobLabel {
    /// A digest this long is recognised as one: the digits of a sha256.
    private static let digestCharacterCount = 64
    /// The digits of a digest that are shown, as in reports.
    private static let shownDigitCount = 12

    /// The path of a blob as one word of at most `width` columns, escaped for a terminal: the first digits of the digest that
    /// names it, and what follows that name (`6c3c624b58db`, `6c3c624b58db/layer.tar`), or the end of another path.
    package static func shortened(_ path: String, to width: Int) -> String {
        var parts = path.split(separator: "/").map { String($0) }
        if let place = parts.lastIndex(where: { isDigest($0) }) {
            let suffix = parts[place].drop { $0 != "." }
            parts[place] = String(parts[place].prefix(shownDigitCount) + suffix)
            parts.removeFirst(place)
        }
        let text = TerminalText.escaped(parts.joined(separator: "/"))
        guard self.width(of: text) > width else { return text }
        var end = Substring(text)
        while self.width(of: end) > width - 1, !end.isEmpty { end.removeFirst() }
        return "…" + end
    }

    /// The columns that a text needs at most: characters outside ASCII may need two.
    package static func width(of text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.isASCII || $1 == "…" ? 1 : 2) }
    }

    /// Whether a name is that of a digest, with or without a suffix such as `.tar`.
    private static func isDigest(_ name: String) -> Bool {
        let digits = name.prefix { $0 != "." }
        return digits.utf8.count >= digestCharacterCount && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
