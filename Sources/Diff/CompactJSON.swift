// layerverify: JSON values as compact text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import StrictJSON

/// Writes values of a document without white space, so that equal values give equal texts.
///
/// Members keep their order: Go keeps that of a struct, and sorts those of a map.
enum CompactJSON {
    /// The bytes of a text that is shown.
    static let shownByteCount = 4096

    /// The depth of nesting that is written.
    private static let maximumDepth = 256

    /// The text of a value, for people; `…` stands for what is left out of a long or deeply nested one.
    static func text(of value: JSONValue) -> String {
        var writer = Writer(limit: shownByteCount)
        writer.write(value, depth: 0)
        guard writer.text.utf8.count > shownByteCount else { return writer.text }
        return String(decoding: Array(writer.text.utf8.prefix(shownByteCount)), as: UTF8.self) + "…"
    }

    /// The whole text of a value; nil if it is nested too deeply.
    static func wholeText(of value: JSONValue) -> String? {
        var writer = Writer(limit: .max)
        writer.write(value, depth: 0)
        return writer.isTooDeep ? nil : writer.text
    }

    private struct Writer {
        let limit: Int
        var text = ""
        var isTooDeep = false

        mutating func write(_ value: JSONValue, depth: Int) {
            guard text.utf8.count <= limit else { return }
            guard depth < maximumDepth else {
                isTooDeep = true
                text += "…"
                return
            }
            if let object = value.object {
                text += "{"
                for (number, member) in object.enumerated() {
                    text += (number == 0 ? "" : ",") + quoted(member.key) + ":"
                    write(member.value, depth: depth + 1)
                }
                text += "}"
            } else if let array = value.array {
                text += "["
                for (number, element) in array.enumerated() {
                    if number > 0 { text += "," }
                    write(element, depth: depth + 1)
                }
                text += "]"
            } else {
                text += value.string.map(quoted) ?? value.scalarText
            }
        }
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
