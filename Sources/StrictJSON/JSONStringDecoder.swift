// layerverify: text from JSON documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Text from a document.
enum JSONStringDecoder {
    /// The decoded text of a string.
    static func decoded(_ node: JSONNode, in bytes: [UInt8]) -> String {
        let content = bytes[(Int(node.start) + 1)..<(Int(node.link) - 1)]
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        var scalars = JSONScalars(node, in: bytes)
        while let scalar = scalars.next() { text.append(scalar) }
        return String(text)
    }

    /// The bytes as written in the document, for a message: at most 80 characters, the last of them `…` if cut.
    static func clipped(_ bytes: [UInt8], from start: Int, to end: Int) -> String {
        // A character here is a scalar, of four bytes at most. A scalar that is cut here is dropped below.
        let text = String(decoding: bytes[start..<min(end, start + 4 * 81)], as: UTF8.self).unicodeScalars
        guard text.count > 80 else { return String(text) }
        return String(text.prefix(79)) + "…"
    }
}
