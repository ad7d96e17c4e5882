// layerverify: hand-made tar streams for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar

/// Collects what a reader finds.
final class TarStreamLog: TarStreamVisitor {
    private(set) var members: [TarMember] = []
    /// The content of the entries in order; nil while it is not complete.
    private(set) var contents: [[UInt8]?] = []
    private var content: [UInt8] = []
    private let wants: (TarMember) -> Bool

    init(wants: @escaping (TarMember) -> Bool = { _ in true }) { self.wants = wants }

    func visit(_ member: TarMember) -> Bool {
        members.append(member)
        contents.append(nil)
        content = []
        return wants(member)
    }

    func content(_ bytes: RawSpan) { bytes.withUnsafeBytes { content.append(contentsOf: $0) } }

    func contentEnded() { contents[contents.count - 1] = content }
}

/// What was read of a stream.
struct StreamResult {
    var log: TarStreamLog
    var ending: TarStreamEnding
    var oddities: TarOddities

    var members: [TarMember] { log.members }
    var names: [String] { members.map { String(decoding: $0.name, as: UTF8.self) } }
    var contents: [String?] { log.contents.map { $0.map { String(decoding: $0, as: UTF8.self) } } }
    /// The fault that ended the stream; nil if there is none.
    var fault: TarStreamFault? { if case .invalid(_, let fault, _) = ending { fault } else { nil } }
}

/// Reads a stream in pieces of one size.
func read(
    _ stream: [UInt8], pieceByteCount: Int = .max, wants: @escaping (TarMember) -> Bool = { _ in true }
) -> StreamResult {
    var reader = TarStreamReader()
    let log = TarStreamLog(wants: wants)
    var rest = stream[...]
    while !rest.isEmpty {
        reader.take(Array(rest.prefix(pieceByteCount)).span.bytes, log)
        rest = rest.dropFirst(pieceByteCount)
    }
    let ending = reader.finish()
    return StreamResult(log: log, ending: ending, oddities: reader.endingOddities)
}

/// A header block to be filled; its checksum is computed last.
struct Header {
    var bytes = [UInt8](repeating: 0, count: 512)
    var isSigned = false

    init(_ name: String, type: Character = "0", size: Int = 0, magic: String = "ustar\u{0}00") {
        put(name, at: 0)
        put("0000644\0", at: 100)
        put("0001750\0", at: 108)
        put("0001751\0", at: 116)
        putOctal(size, at: 124, digitCount: 11)
        putOctal(1_700_000_000, at: 136, digitCount: 11)
        bytes[156] = type.asciiValue ?? 0
        put(magic, at: 257)
    }

    func with(_ change: (inout Header) -> Void) -> Header {
        var header = self
        change(&header)
        return header
    }

    mutating func put(_ text: String, at offset: Int) { put(Array(text.utf8), at: offset) }

    mutating func put(_ text: [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<offset + text.count, with: text)
    }

    mutating func putOctal(_ number: Int, at offset: Int, digitCount: Int) {
        let digits = String(number, radix: 8)
        put(String(repeating: "0", count: digitCount - digits.utf8.count) + digits, at: offset)
    }

    /// The block with its checksum.
    var block: [UInt8] {
        var header = self
        header.put("        ", at: 148)
        let sum = header.bytes.reduce(0) { $0 + (isSigned ? Int(Int8(bitPattern: $1)) : Int($1)) }
        header.putOctal(sum, at: 148, digitCount: 6)
        header.put("\0 ", at: 154)
        return header.bytes
    }
}

extension [UInt8] {
    static let end = zeros(1024)

    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    var padded: [UInt8] { self + .zeros((512 - count % 512) % 512) }

    /// An entry with its content.
    static func entry(_ name: String, _ content: String = "", type: Character = "0") -> [UInt8] {
        entry(Header(name, type: type, size: content.utf8.count), content)
    }

    static func entry(_ header: Header, _ content: String = "") -> [UInt8] {
        header.block + Array(content.utf8).padded
    }

    /// A pax header with these records.
    static func pax(_ records: (String, String)..., type: Character = "x") -> [UInt8] {
        paxData(records.map { record($0.0, $0.1) }.joined(), type: type)
    }

    static func paxData(_ data: String, type: Character = "x") -> [UInt8] { entry("pax", data, type: type) }

    static func record(_ key: String, _ value: String) -> String {
        // The length includes its own digits.
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while length != rest.utf8.count + String(length).utf8.count { length += 1 }
        return "\(length)\(rest)"
    }
}
