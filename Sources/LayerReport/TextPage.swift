// layerverify: lines of text on their way out.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Lines that were written and are not yet handed out.
struct TextPage {
    /// What a word looks like on a terminal with colours.
    enum Ink: String {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case boldRed = "1;31"
        case boldGreen = "1;32"
        case boldYellow = "1;33"
    }

    let style: ReportStyle
    private var text = ""

    init(style: ReportStyle) { self.style = style }

    mutating func line(_ line: String = "") {
        text += line
        text += "\n"
    }

    func paint(_ text: String, _ ink: Ink) -> String {
        switch style.colour {
        case .on: "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m"
        case .off: text
        }
    }

    /// The name of a field and spaces up to a width in columns.
    func label(_ name: String, width: Int) -> String {
        paint(name, .faint) + String(repeating: " ", count: max(0, width - name.count))
    }

    /// ✓, ? or ✗.
    func mark(_ outcome: Outcome) -> String {
        switch outcome {
        case .verified: paint("✓", .green)
        case .undetermined: paint("?", .yellow)
        case .refuted: paint("✗", .red)
        }
    }

    /// Hands out what there is, once it is worth a call.
    mutating func pass<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        // 16 KiB: enough that a call costs nothing beside it; not measured, since a report is small beside its image.
        guard text.utf8.count >= 16 << 10 else { return }
        try flush(to: sink)
    }

    /// Hands out everything.
    mutating func flush<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard !text.isEmpty else { return }
        try sink(text)
        text.removeAll(keepingCapacity: true)
    }
}

extension String {
    /// The text with spaces before it, up to a width in characters.
    func padded(left width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

    /// The text with spaces after it, up to a width in characters.
    func padded(right width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension ContentDigest {
    /// Twelve digits, as people know them from other tools; the algorithm only if it is not sha256.
    var short: String {
        let digits = String(encoded.prefix(12))
        return algorithm == .sha256 ? digits : algorithmName + ":" + digits
    }
}
