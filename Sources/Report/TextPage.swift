// layerverify: buffered lines of text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Lines that are not yet passed to the sink.
struct TextPage {
    /// The colours of words on a terminal.
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

    /// The name of a field, padded to a width in columns.
    func label(_ name: String, width: Int) -> String {
        paint(name, .faint) + String(repeating: " ", count: max(0, width - name.count))
    }

    /// The mark of an outcome: ✓, ? or ✗.
    func mark(_ outcome: Outcome) -> String { mark(VerdictSign(outcome)) }

    func mark(_ sign: VerdictSign) -> String {
        switch sign {
        case .verified: paint("✓", .green)
        case .ignored: paint("~", .yellow)
        case .undetermined: paint("?", .yellow)
        case .refuted: paint("✗", .red)
        }
    }

    /// Passes the buffer to `sink`, once it is long enough.
    mutating func pass<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        // 16 KiB: few enough calls. Not measured, since a report is small compared to its image.
        guard text.utf8.count >= 16 << 10 else { return }
        try flush(to: sink)
    }

    /// Passes the rest of the buffer to `sink`.
    mutating func flush<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        guard !text.isEmpty else { return }
        try sink(text)
        text.removeAll(keepingCapacity: true)
    }
}

extension String {
    /// The text padded on the left to a width in characters.
    func padded(left width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

    /// The text padded on the right to a width in characters.
    func padded(right width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension ContentDigest {
    /// The first twelve digits, as other tools print them; with the algorithm only if it is not sha256.
    var short: String {
        let digits = String(encoded.prefix(12))
        return algorithm == .sha256 ? digits : algorithmName + ":" + digits
    }
}
