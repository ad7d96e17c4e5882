// layerverify: the grammar of JSON.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads one document onto a tape. Nesting uses entries of `open`, not the call stack.
struct JSONParser {
    let bytes: [UInt8]
    let keys: KeyComparison
    private(set) var nodes: [JSONNode] = []
    /// The places of the objects and arrays not yet closed.
    private(set) var open: [Int] = []
    private var offset = 0

    init(bytes: [UInt8], keys: KeyComparison) {
        self.bytes = bytes
        self.keys = keys
    }

    mutating func parse() throws(JSONFault) {
        guard !bytes.starts(with: [0xef, 0xbb, 0xbf]) else { throw fault("byte order mark", at: 0) }
        // Every node but the first follows one of these bytes. One reservation of that many nodes uses memory only as
        // it is written, while growing the array would hold the tape twice.
        nodes.reserveCapacity(Self.boundOfNodes(bytes))

        var wantsValue = true
        repeat {
            wantsValue = wantsValue ? try beginValue() : try continueContainer()
        } while wantsValue || !open.isEmpty
        skipWhiteSpace()
        guard offset == bytes.count else { throw fault("bytes after the end of the document", at: offset) }
    }

    /// An upper bound of the number of nodes of a document.
    static func boundOfNodes(_ bytes: [UInt8]) -> Int {
        var bound = 1
        for byte in bytes where byte == 0x2c || byte == 0x3a || byte == 0x5b || byte == 0x7b { bound += 1 }
        return bound
    }

    /// Reads a scalar, or the beginning of a container.
    ///
    /// Returns: true if a value must follow, as in a container that was just opened.
    private mutating func beginValue() throws(JSONFault) -> Bool {
        skipWhiteSpace()
        switch peek {
        case UInt8(ascii: "{"):
            try openContainer()
            guard peek != UInt8(ascii: "}") else { return try close() }
            try readKey()
            return true
        case UInt8(ascii: "["):
            try openContainer()
            guard peek != UInt8(ascii: "]") else { return try close() }
            return true
        case UInt8(ascii: "\""):
            try readString()
        case UInt8(ascii: "t"):
            try readLiteral("true")
        case UInt8(ascii: "f"):
            try readLiteral("false")
        case UInt8(ascii: "n"):
            try readLiteral("null")
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte):
            try readNumber()
        default:
            throw unexpected("a value")
        }
        return false
    }

    /// Reads what may follow a value in a container.
    private mutating func continueContainer() throws(JSONFault) -> Bool {
        guard let container = open.last else { return false }
        let isObject = bytes[Int(nodes[container].start)] == UInt8(ascii: "{")
        skipWhiteSpace()
        switch peek {
        case UInt8(ascii: ","):
            offset += 1
            if isObject {
                skipWhiteSpace()
                try readKey()
            }
            return true
        case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
            return try close()
        default:
            throw unexpected(isObject ? "a comma or a closing brace" : "a comma or a closing bracket")
        }
    }

    private mutating func openContainer() throws(JSONFault) {
        guard open.count < JSONDocument.maximumDepth else {
            throw JSONFault(.tooDeep, "nested deeper than \(JSONDocument.maximumDepth)", at: offset, in: bytes)
        }
        open.append(nodes.count)
        nodes.append(JSONNode(start: UInt32(offset), link: 0))
        offset += 1
        skipWhiteSpace()
    }

    private mutating func close() throws(JSONFault) -> Bool {
        offset += 1
        guard let container = open.last else { return false }
        nodes[container].link = UInt32(nodes.count)
        if bytes[Int(nodes[container].start)] == UInt8(ascii: "{") { try checkKeys(of: container) }
        open.removeLast()
        return false
    }

    private mutating func readKey() throws(JSONFault) {
        guard peek == UInt8(ascii: "\"") else { throw unexpected("a member's name") }
        try readString()
        skipWhiteSpace()
        guard peek == UInt8(ascii: ":") else { throw unexpected("a colon") }
        offset += 1
    }

    private mutating func readLiteral(_ literal: StaticString) throws(JSONFault) {
        let start = offset
        let text = literal.description.utf8
        guard bytes[start...].starts(with: text) else { throw unexpected("a value") }
        offset += text.count
        nodes.append(JSONNode(start: UInt32(start), link: UInt32(offset)))
    }

    /// Spec: RFC 8259 §6.
    private mutating func readNumber() throws(JSONFault) {
        let start = offset
        if peek == UInt8(ascii: "-") { offset += 1 }
        if peek == UInt8(ascii: "0") {
            offset += 1
            if let peek, isDigit(peek) { throw fault("leading zero", at: start) }
        } else {
            try readDigits()
        }
        if peek == UInt8(ascii: ".") {
            offset += 1
            try readDigits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            offset += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
            try readDigits()
        }
        nodes.append(JSONNode(start: UInt32(start), link: UInt32(offset)))
    }

    private mutating func readDigits() throws(JSONFault) {
        guard let first = peek, isDigit(first) else { throw unexpected("a digit") }
        while let digit = peek, isDigit(digit) { offset += 1 }
    }

    /// Spec: RFC 8259 §7; RFC 3629 §4 for what well-formed UTF-8 is.
    private mutating func readString() throws(JSONFault) {
        let start = offset
        offset += 1
        while true {
            guard let byte = peek else { throw fault("the document ends within a string", at: bytes.count) }
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                nodes.append(JSONNode(start: UInt32(start), link: UInt32(offset)))
                return
            case UInt8(ascii: "\\"):
                try readEscape()
            case 0..<0x20:
                throw fault("control character in a string", at: offset)
            case 0x20..<0x80:
                offset += 1
            default:
                try readMultibyteScalar(byte)
            }
        }
    }

    private mutating func readMultibyteScalar(_ first: UInt8) throws(JSONFault) {
        // The second byte's range excludes overlong forms, surrogates and values above U+10FFFF.
        let second: ClosedRange<UInt8>
        let byteCount: Int
        switch first {
        case 0xc2...0xdf: (second, byteCount) = (0x80...0xbf, 2)
        case 0xe0: (second, byteCount) = (0xa0...0xbf, 3)
        case 0xed: (second, byteCount) = (0x80...0x9f, 3)
        case 0xe1...0xef: (second, byteCount) = (0x80...0xbf, 3)
        case 0xf0: (second, byteCount) = (0x90...0xbf, 4)
        case 0xf1...0xf3: (second, byteCount) = (0x80...0xbf, 4)
        case 0xf4: (second, byteCount) = (0x80...0x8f, 4)
        default: throw fault("invalid UTF-8", at: offset)
        }
        guard offset + byteCount <= bytes.count, second.contains(bytes[offset + 1]),
            bytes[(offset + 2)..<(offset + byteCount)].allSatisfy({ $0 & 0xc0 == 0x80 })
        else { throw fault("invalid UTF-8", at: offset) }
        offset += byteCount
    }

    private mutating func readEscape() throws(JSONFault) {
        let start = offset
        offset += 1
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        case UInt8(ascii: "u"):
            let unit = try readCodeUnit(escapeAt: start)
            guard unit & 0xf800 == 0xd800 else { return }
            guard unit < 0xdc00, bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
                throw fault("lone surrogate", at: start)
            }
            offset += 1
            guard try readCodeUnit(escapeAt: start) & 0xfc00 == 0xdc00 else { throw fault("lone surrogate", at: start) }
        default:
            throw fault("unknown escape", at: start)
        }
    }

    /// Reads `u` and four hexadecimal digits.
    private mutating func readCodeUnit(escapeAt start: Int) throws(JSONFault) -> UInt32 {
        guard let unit = JSONScalars.codeUnit(bytes, at: offset + 1) else { throw fault("unknown escape", at: start) }
        offset += 5
        return unit
    }

    private mutating func skipWhiteSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private func unexpected(_ wanted: String) -> JSONFault {
        guard let peek else { return fault("the document ends, expected \(wanted)", at: bytes.count) }
        let shown = (0x21..<0x7f).contains(peek) ? "'\(Character(UnicodeScalar(peek)))'" : "byte \(peek)"
        return fault("expected \(wanted), found \(shown)", at: offset)
    }

    private func fault(_ message: String, at offset: Int) -> JSONFault {
        JSONFault(.invalid, message, at: offset, in: bytes)
    }
}
