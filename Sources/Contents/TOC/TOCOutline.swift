// layerverify: cutting a table of contents into its entries.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Where an element of an array is in a document.
struct TOCElement {
    var start: UInt32
    var end: UInt32

    func bytes(of document: [UInt8]) -> [UInt8] { Array(document[Int(start)..<Int(end)]) }
}

/// Separates the elements of the arrays that are members of a JSON object from the rest.
///
/// It looks only at brackets, commas and strings. The rest, with empty arrays, and each element are then parsed strictly; a
/// document in which brackets or strings are not balanced fails there.
struct TOCOutline {
    private let bytes: [UInt8]
    private var offset = 0
    /// The document with the arrays empty.
    private(set) var frame: [UInt8] = []
    private(set) var elements: [TOCElement] = []
    /// The elements of each array, in the order of the document.
    private(set) var arrays: [Range<Int>] = []

    /// An entry has at least a name and a type.
    private static let leastByteCount = 16
    private static let maximumFrameByteCount = 64 << 10

    /// Shape: less than 4 GiB.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Throws: `.tooLarge` for a document with more elements than entries can have; `.malformed` if an array does not end.
    mutating func read() throws(TOCDocumentFault) {
        var depth = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "[") && depth == 1 {
                try readArray()
                continue
            }
            let start = offset
            switch byte {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                offset += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                offset += 1
            default: offset += 1
            }
            frame.append(contentsOf: bytes[start..<offset])
            guard frame.count <= Self.maximumFrameByteCount else { throw .tooLarge }
        }
    }

    private mutating func readArray() throws(TOCDocumentFault) {
        let first = elements.count
        offset += 1
        skipBlanks()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") {
            offset += 1
        } else {
            var hasMore = true
            while hasMore { hasMore = try readElement() }
        }
        arrays.append(first..<elements.count)
        frame.append(contentsOf: "[]".utf8)
    }

    /// Reads an element and the comma or the bracket after it. Returns: whether it was a comma.
    private mutating func readElement() throws(TOCDocumentFault) -> Bool {
        skipBlanks()
        let start = offset
        var depth = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                skipString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 0, UInt8(ascii: "]") where depth == 0:
                guard elements.count < bytes.count / Self.leastByteCount + 16 else { throw .tooLarge }
                elements.append(TOCElement(start: UInt32(start), end: UInt32(offset)))
                defer { offset += 1 }
                return bytes[offset] == UInt8(ascii: ",")
            case UInt8(ascii: "]"): depth -= 1
            default: break
            }
            offset += 1
        }
        throw .malformed("a list does not end")
    }

    private mutating func skipBlanks() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0a, 0x0d: offset += 1
            default: return
            }
        }
    }

    private mutating func skipString() {
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        offset = min(offset + 1, bytes.count)
    }
}
