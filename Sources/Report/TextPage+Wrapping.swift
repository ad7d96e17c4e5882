// layerverify: wrapping text to the width of the terminal.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension TextPage {
    /// Text that is never broken, and its width.
    struct Piece {
        let text: String
        /// In columns, without escape sequences.
        let width: Int
        /// The spaces before the piece, unless it begins a line.
        var gap = 1

        init(_ text: String, width: Int? = nil, gap: Int = 1) {
            self.text = text
            self.width = width ?? text.count
            self.gap = gap
        }
    }

    /// If fewer columns than this are left after a lead, continuation lines begin further left.
    private static let minimumRoom = 24

    /// Writes pieces after `lead`, wrapped at the style's width. Continuation lines begin at the column of the first
    /// piece. If the lead leaves too little room, or a piece is too long, they begin at `hanging`, or as far left as
    /// the piece needs.
    ///
    /// - Parameter leadWidth: the columns of `lead`, without escape sequences.
    mutating func fill(lead: String, leadWidth: Int, hanging: Int, _ pieces: [Piece]) {
        guard let width = style.width, Self.width(of: pieces) + leadWidth > width else {
            return line(lead + Self.joined(pieces))
        }
        let longest = pieces.reduce(0) { max($0, $1.width) }
        // If one piece needs it, all continuation lines begin further left, so that they are aligned.
        let isRoomy = width - leadWidth >= Self.minimumRoom && (leadWidth + longest <= width || longest > width)
        let indent = isRoomy ? leadWidth : max(0, min(hanging, leadWidth, width - min(longest, width)))
        var current = lead
        var column = leadWidth
        var isFresh = true
        for piece in pieces {
            let gap = isFresh ? 0 : piece.gap
            // A piece that does not fit on a line of its own either does not get one, unless that line begins further
            // left.
            let ownIndent = indent + piece.width <= width ? indent : max(0, min(hanging, width - piece.width))
            if column + gap + piece.width > width, !isFresh || ownIndent < column {
                line(Self.trimmed(current))
                current = String(repeating: " ", count: ownIndent) + piece.text
                column = ownIndent + piece.width
            } else {
                current += String(repeating: " ", count: gap) + piece.text
                column += gap + piece.width
            }
            isFresh = false
        }
        line(Self.trimmed(current))
    }

    /// Writes a paragraph after `lead`. Words longer than a line, such as digests, are never broken.
    mutating func paragraph(lead: String, leadWidth: Int, hanging: Int, _ words: String) {
        fill(lead: lead, leadWidth: leadWidth, hanging: hanging, Self.words(words))
    }

    /// One piece for each word.
    static func words(_ text: String) -> [Piece] {
        text.split(separator: " ", omittingEmptySubsequences: false).map { Piece(String($0)) }
    }

    /// Words in one colour: one piece, or one for each word if the line is too short for all of them.
    func painted(_ text: String, _ ink: Ink) -> [Piece] {
        guard let width = style.width, text.count > width else { return [Piece(paint(text, ink), width: text.count)] }
        return Self.words(text).map { Piece(paint($0.text, ink), width: $0.width) }
    }

    /// A path or a place in a document: one piece if it fits into a line, otherwise broken after slashes, before `#`
    /// and at spaces.
    func path(_ path: String) -> [Piece] {
        guard let width = style.width, path.count > width else { return [Piece(path)] }
        var pieces: [Piece] = []
        var part = ""
        var gap = 0
        func endPart(nextGap: Int) {
            pieces.append(Piece(part, gap: gap))
            part = ""
            gap = nextGap
        }
        for character in path {
            if character == " " {
                endPart(nextGap: 1)
                continue
            }
            if character == "#", !part.isEmpty { endPart(nextGap: 0) }
            part.append(character)
            if character == "/", part != "#/" { endPart(nextGap: 0) }
        }
        if !part.isEmpty { endPart(nextGap: 0) }
        return pieces
    }

    private static func width(of pieces: [Piece]) -> Int {
        pieces.reduce(-(pieces.first?.gap ?? 0)) { $0 + $1.gap + $1.width }
    }

    private static func joined(_ pieces: [Piece]) -> String {
        var text = ""
        for (index, piece) in pieces.enumerated() {
            if index > 0 { text += String(repeating: " ", count: piece.gap) }
            text += piece.text
        }
        return text
    }

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
