// layerverify: the values of a JSON document in one spelling.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes the values of a document without white space, with each string in ASCII and each number as the document has it.
/// Tests/DecoderOracles/json writes what Go reads in the same form.
struct JSONRendering {
    private(set) var text: [UInt8] = []
    private(set) var valueCount = 0

    private enum Level {
        case array(JSONArray.Iterator)
        case object(JSONObject.Iterator)
    }

    /// `inspect` is called with each value. Nesting uses entries of an array, not the call stack.
    init(_ root: JSONValue, inspect: (JSONValue) -> Void = { _ in }) {
        var levels: [Level] = []
        begin(root, &levels, inspect)
        while let level = levels.popLast() {
            switch level {
            case .array(var elements):
                guard let element = elements.next() else {
                    text.append(UInt8(ascii: "]"))
                    continue
                }
                separate()
                levels.append(.array(elements))
                begin(element, &levels, inspect)
            case .object(var members):
                guard let member = members.next() else {
                    text.append(UInt8(ascii: "}"))
                    continue
                }
                separate()
                write(member.key)
                text.append(UInt8(ascii: ":"))
                levels.append(.object(members))
                begin(member.value, &levels, inspect)
            }
        }
    }

    private mutating func begin(_ value: JSONValue, _ levels: inout [Level], _ inspect: (JSONValue) -> Void) {
        inspect(value)
        valueCount += 1
        if let array = value.array {
            text.append(UInt8(ascii: "["))
            levels.append(.array(array.makeIterator()))
        } else if let object = value.object {
            text.append(UInt8(ascii: "{"))
            levels.append(.object(object.makeIterator()))
        } else if let string = value.string {
            write(string)
        } else {
            let node = value.document.nodes[value.index]
            text += value.document.bytes[Int(node.start)..<Int(node.link)]
        }
    }

    private mutating func separate() {
        if text.last != UInt8(ascii: "["), text.last != UInt8(ascii: "{") { text.append(UInt8(ascii: ",")) }
    }

    private mutating func write(_ string: String) {
        text.append(UInt8(ascii: "\""))
        for unit in string.utf16 {
            if (0x20..<0x7f).contains(unit), unit != 0x22, unit != 0x5c {
                text.append(UInt8(unit))
            } else {
                let digits = String(unit, radix: 16)
                text += "\\u".utf8
                text += String(repeating: "0", count: 4 - digits.count).utf8
                text += digits.utf8
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
