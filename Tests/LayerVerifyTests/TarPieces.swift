// layerverify: damages tar archives entry by entry.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The entries of a tar archive, to change one of them and write the archive again.
///
/// It reads the formats in the corpus: ustar, GNU's long names, pax records of paths, base-256 sizes.
struct TarPieces {
    struct Entry {
        var name: String
        /// False for links, folders, and entries that only describe the next one.
        var isFile: Bool
        /// The headers before the data; the last 512 bytes are the header of the entry itself.
        var header: Data
        var data: Data
    }

    private(set) var entries: [Entry] = []
    private var rest: Data

    init(_ archive: Data) {
        var offset = 0
        var longName: String?
        while offset + 512 <= archive.count, archive[offset] != 0 {
            let header = archive[offset..<offset + 512]
            let byteCount = Self.number(header.dropFirst(124).prefix(12))
            let data = archive.dropFirst(offset + 512).prefix(byteCount)
            let type = header[header.startIndex + 156]
            var entry = Entry(
                name: longName ?? Self.name(header), isFile: type == UInt8(ascii: "0"), header: Data(header),
                data: Data(data))
            switch type {
            case UInt8(ascii: "L"):
                longName = Self.text(data)
                entry.isFile = false
            case UInt8(ascii: "x"):
                let records = String(decoding: data, as: UTF8.self).split(separator: "\n")
                for record in records {
                    if let key = record.firstRange(of: " path=") { longName = String(record[key.upperBound...]) }
                }
            case UInt8(ascii: "g"):
                break
            default:
                longName = nil
            }
            entries.append(entry)
            offset += 512 + (byteCount + 511) / 512 * 512
        }
        rest = archive.dropFirst(offset)
    }

    /// The archive with the data of one entry replaced; its header has the new size.
    func replacing(_ place: Int, with data: Data) -> Data {
        var result = Data()
        for (index, entry) in entries.enumerated() {
            let content = index == place ? data : entry.data
            result += content.count == entry.data.count ? entry.header : Self.resized(entry.header, content.count)
            result += content
            result += Data(count: (512 - content.count % 512) % 512)
        }
        return result + rest
    }

    /// The offset of the data of an entry.
    func offset(of place: Int) -> Int {
        entries[..<place].reduce(512) { $0 + 512 + ($1.data.count + 511) / 512 * 512 }
    }

    private static func resized(_ header: Data, _ byteCount: Int) -> Data {
        var bytes = [UInt8](header)
        bytes.replaceSubrange(124..<136, with: Array(octal(byteCount, digits: 11).utf8) + [0])
        bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = bytes.reduce(0) { $0 + Int($1) }
        bytes.replaceSubrange(148..<155, with: Array(octal(sum, digits: 6).utf8) + [0])
        return Data(bytes)
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func number(_ field: Data) -> Int {
        if field.first == 0x80 { return field.suffix(8).reduce(0) { $0 << 8 | Int($1) } }
        return Int(text(field).trimmingCharacters(in: .whitespaces), radix: 8) ?? 0
    }

    private static func name(_ header: Data) -> String {
        let prefix = text(header.dropFirst(345).prefix(155))
        return (prefix.isEmpty ? "" : prefix + "/") + text(header.prefix(100))
    }

    private static func text(_ field: Data) -> String { String(decoding: field.prefix { $0 != 0 }, as: UTF8.self) }
}
