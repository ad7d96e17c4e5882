// layerverify: layers with tables of contents, for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerSystem
import SystemPackage

@testable import LayerContents

/// An entry of a tar.
struct FixtureEntry {
    var name: String
    var type: Character = "0"
    var content: [UInt8] = []
    var mode = 0o644
    var linkName = ""
    var seconds = 1_700_000_000
    var device = (0, 0)
    /// Extended attributes.
    var attributes: [(String, [UInt8])] = []

    var header: [UInt8] {
        var result: [UInt8] = []
        if !attributes.isEmpty {
            var records: [UInt8] = []
            for (name, value) in attributes {
                let rest = Array(" SCHILY.xattr.\(name)=".utf8) + value + [0x0a]
                var count = rest.count + 1
                while String(count).utf8.count + rest.count != count { count += 1 }
                records += Array(String(count).utf8) + rest
            }
            result += Self.block("PaxHeaders/x", "x", records.count, 0o644, "", 0, (0, 0)) + Self.padded(records)
        }
        return result + Self.block(name, type, content.count, mode, linkName, seconds, device)
    }

    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    private static func block(
        _ name: String, _ type: Character, _ size: Int, _ mode: Int, _ linkName: String, _ seconds: Int,
        _ device: (Int, Int)
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func put(_ number: Int, at offset: Int, _ width: Int) {
            let digits = String(number, radix: 8)
            put(String(repeating: "0", count: width - 1 - digits.count) + digits, at: offset)
        }
        put(name, at: 0)
        put(mode, at: 100, 8)
        put(7, at: 108, 8)
        put(8, at: 116, 8)
        put(size, at: 124, 12)
        put(seconds, at: 136, 12)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(linkName, at: 157)
        put("ustar\u{0}00", at: 257)
        put(device.0, at: 329, 8)
        put(device.1, at: 337, 8)
        put(block.reduce(0) { $0 + Int($1) }, at: 148, 7)
        return block
    }
}

/// An entry of a table of contents: the members of a JSON object, with their values as written.
typealias FixtureLine = [String: String]

/// A layer with a table of contents.
struct TOCFixture {
    var entries: [FixtureEntry] = Self.files
    var chunkByteCount = 4
    /// The tar ends before the table of contents, which no reader of tars sees then.
    var endsBeforeTOC = false
    /// Changes what the table of contents says.
    var edit: (inout [FixtureLine]) -> Void = { _ in }
    /// Changes the whole document.
    var editDocument: (String) -> String = { $0 }
    /// Added to the offset that the footer or the annotation gives.
    var offsetError = 0

    static let files: [FixtureEntry] = [
        FixtureEntry(name: "./", type: "5", mode: 0o755), FixtureEntry(name: "etc/", type: "5", mode: 0o755),
        FixtureEntry(name: "etc/name", content: Array("hello, world".utf8)),
        FixtureEntry(name: "etc/small", content: Array("abc".utf8), attributes: [("user.a", [0, 1, 0xff])]),
        FixtureEntry(name: "etc/empty"), FixtureEntry(name: "etc/link", type: "2", mode: 0o777, linkName: "../x"),
        FixtureEntry(name: "etc/hard", type: "1", linkName: "etc/name"),
        FixtureEntry(name: "null", type: "3", mode: 0o666, device: (1, 3)), FixtureEntry(name: "pipe", type: "6"),
        FixtureEntry(name: "etc/.wh.old"),
    ]

    /// A layer, and what its annotations say.
    typealias Layer = (bytes: [UInt8], claim: TOCClaim)

    // eStargz

    func estargz() -> Layer {
        var stored: [UInt8] = []
        var open: [UInt8] = []
        var lines: [FixtureLine] = []
        for entry in entries {
            open += entry.header
            var line = Self.line(entry)
            var pieces: [FixtureLine] = []
            for start in stride(from: 0, to: entry.content.count, by: chunkByteCount) {
                stored += Self.member(open)
                let piece = Array(entry.content[start..<min(start + chunkByteCount, entry.content.count)])
                let isLast = start + piece.count == entry.content.count
                var chunk: FixtureLine = ["name": entry.name.quoted, "type": "chunk".quoted]
                chunk["offset"] = "\(stored.count)"
                chunk["chunkOffset"] = "\(start)"
                chunk["chunkSize"] = isLast ? nil : "\(piece.count)"
                chunk["chunkDigest"] = Self.digest(piece)
                pieces.append(chunk)
                open = piece
            }
            if let first = pieces.first { line.merge(first) { own, _ in own } }
            lines += [line] + pieces.dropFirst()
            open += FixtureEntry.padded(entry.content).dropFirst(entry.content.count)
        }
        if endsBeforeTOC { open += [UInt8](repeating: 0, count: 1024) }
        stored += Self.member(open)
        edit(&lines)
        let document = Array(editDocument(Self.document(lines)).utf8)
        let offset = stored.count
        let entry = FixtureEntry(name: "stargz.index.json", content: document, mode: 0, seconds: 0)
        stored += Self.member(entry.header + FixtureEntry.padded(document) + [UInt8](repeating: 0, count: 1024))
        stored += Self.footer(offset + offsetError)
        var claim = TOCClaim()
        claim.documentDigest = Self.digestText(document)
        return (stored, claim)
    }

    static func footer(_ offset: Int) -> [UInt8] {
        let digits = String(offset, radix: 16)
        let text = String(repeating: "0", count: 16 - digits.count) + digits + "STARGZ"
        return [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, 0x53, 0x47, 22, 0] + Array(text.utf8)
            + [1, 0, 0, 0xff, 0xff] + [UInt8](repeating: 0, count: 8)
    }

    /// A gzip member with stored blocks.
    static func member(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
        for start in stride(from: 0, through: bytes.count, by: 65_535) {
            let part = bytes[start..<min(start + 65_535, bytes.count)]
            result.append(start + part.count == bytes.count ? 1 : 0)
            result += number(part.count, 2) + number(~part.count & 0xffff, 2) + part
        }
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
        }
        return result + number(Int(~crc), 4) + number(bytes.count, 4)
    }

    // zstd:chunked

    func zstdChunked() -> Layer {
        var stored: [UInt8] = []
        var open: [UInt8] = []
        var lines: [FixtureLine] = []
        for entry in entries {
            open += entry.header
            var line = Self.line(entry)
            var pieces: [FixtureLine] = []
            for start in stride(from: 0, to: entry.content.count, by: chunkByteCount) {
                stored += Self.frame(open)
                let piece = Array(entry.content[start..<min(start + chunkByteCount, entry.content.count)])
                let chunk: FixtureLine = [
                    "name": entry.name.quoted, "type": "chunk".quoted, "offset": "\(stored.count)",
                    "chunkOffset": "\(start)", "chunkSize": "\(piece.count)", "chunkDigest": Self.digest(piece),
                    "chunkType": (piece.allSatisfy { $0 == 0 } ? "zeros" : "").quoted,
                ]
                pieces.append(chunk)
                open = piece
            }
            if !pieces.isEmpty {
                stored += Self.frame(open)
                open = []
                line["endOffset"] = "\(stored.count)"
                line["offset"] = pieces[0]["offset"]
                if pieces.count > 1 { line.merge(pieces[0]) { own, _ in own } }
            }
            lines += [line] + pieces.dropFirst()
            open += FixtureEntry.padded(entry.content).dropFirst(entry.content.count)
        }
        stored += Self.frame(open + [UInt8](repeating: 0, count: 1024))
        edit(&lines)
        return Self.appendTOC(to: stored, Array(editDocument(Self.document(lines)).utf8), offsetError)
    }

    private static func appendTOC(to layer: [UInt8], _ document: [UInt8], _ offsetError: Int) -> Layer {
        let compressed = frame(document)
        let offset = layer.count + 8
        var stored = layer + skippable(compressed)
        let footer = [offset, compressed.count, document.count, 1, 0, 0, 0].flatMap { number($0, 8) }
        stored += skippable(footer + Array("GNUlInUx".utf8))
        var claim = TOCClaim()
        claim.compressedDigest = digestText(compressed)
        claim.position = "\(offset + offsetError):\(compressed.count):\(document.count):1"
        return (stored, claim)
    }

    static func skippable(_ bytes: [UInt8]) -> [UInt8] { [0x50, 0x2a, 0x4d, 0x18] + number(bytes.count, 4) + bytes }

    /// A zstd frame with raw blocks.
    static func frame(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0] + number(bytes.count, 4)
        for start in stride(from: 0, through: bytes.count, by: 100_000) {
            let part = bytes[start..<min(start + 100_000, bytes.count)]
            result += number(part.count << 3 | (start + part.count == bytes.count ? 1 : 0), 3) + part
        }
        return result
    }

    // Both

    static func line(_ entry: FixtureEntry) -> FixtureLine {
        let types: [Character: String] = [
            "0": "reg", "1": "hardlink", "2": "symlink", "3": "char", "4": "block", "5": "dir", "6": "fifo",
        ]
        var line: FixtureLine = [
            "name": entry.name.quoted, "type": types[entry.type, default: "?"].quoted, "mode": "\(entry.mode)",
            "uid": "7",
            "gid": "8", "modtime": "2023-11-14T22:13:20Z".quoted,
        ]
        if !entry.content.isEmpty {
            line["size"] = "\(entry.content.count)"
            line["digest"] = digest(entry.content)
        }
        if !entry.linkName.isEmpty { line["linkName"] = entry.linkName.quoted }
        if entry.type == "3" { line.merge(["devMajor": "\(entry.device.0)", "devMinor": "\(entry.device.1)"]) { $1 } }
        if !entry.attributes.isEmpty { line["xattrs"] = #"{"user.a":"AAH/"}"# }
        return line
    }

    static func document(_ lines: [FixtureLine]) -> String {
        let entries = lines.map { line in
            "{" + line.sorted { $0.key < $1.key }.map { "\($0.key.quoted): \($0.value)" }.joined(separator: ",\n ")
                + "}"
        }
        return "{\n\t\"version\": 1,\n\t\"entries\": [" + entries.joined(separator: ",\n\t") + "\n\t]\n}"
    }

    static func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func digest(_ bytes: [UInt8]) -> String { digestText(bytes).quoted }

    static func digestText(_ bytes: [UInt8]) -> String { ContentDigest.reference(of: bytes, .sha256).description }
}

extension String {
    /// As a JSON string, for texts without quotes.
    var quoted: String { "\"\(self)\"" }
}

extension LayerTOC {
    /// The faults of a layer in memory.
    static func faults(of layer: TOCFixture.Layer, _ compression: Compression? = nil) throws -> [TOCFault] {
        let detected = Compression.detect(prefix: layer.bytes)
        let toc = LayerTOC(layer.claim, in: MemoryReader(layer.bytes), compression ?? detected)
        return try toc.faults()?.faults ?? []
    }
}

extension LayerTOC {
    /// Whether a layer in memory ends with a footer.
    static func hasFooter(_ layer: TOCFixture.Layer) throws -> Bool {
        try LayerTOC(layer.claim, in: MemoryReader(layer.bytes), Compression.detect(prefix: layer.bytes)).hasFooter()
    }
}

/// A layer in memory.
final class MemoryReader: BlobReader {
    private let bytes: [UInt8]
    let identity = FileIdentity(device: 0, inode: 0, byteCount: 0, modificationNanoseconds: 0, changeNanoseconds: 0)

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var byteCount: UInt64 { UInt64(bytes.count) }

    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        let part = bytes.dropFirst(Int(offsetBytes)).prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }
}
