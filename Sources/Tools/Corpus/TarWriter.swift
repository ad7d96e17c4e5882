// layerverify: ordinary and unusual tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The kind and content of an entry.
enum Node {
    case file([UInt8])
    case symbolicLink(String)
    /// Only in archives.
    case hardLink(String)
    /// Only in archives, because git cannot store an empty folder.
    case folder
    /// Only in archives: an entry of another type, with data (`S` is GNU's sparse file).
    case special(UInt8, [UInt8])
}

/// How an archive writes values that do not fit into a ustar header.
enum TarFormat {
    case ustar
    /// GNU `L` entries for long names.
    case gnu
    /// pax `x` entries for names.
    case pax
    /// pax records even for short names, after a global header.
    case paxAlways
    /// GNU, with every size in base-256.
    case gnuBase256
}

/// Writes a tar archive without times and owners, with the same bytes on every run.
struct TarWriter {
    private(set) var bytes: [UInt8] = []
    let format: TarFormat

    init(_ format: TarFormat = .ustar) {
        self.format = format
        if format == .paxAlways {
            let record = Self.paxRecord("comment", "made for the corpus")
            add(header: "pax_global_header", type: "g", byteCount: record.count)
            add(padded: record)
        }
    }

    /// All entries, and the end-of-archive marker.
    static func archive(_ entries: [(path: String, node: Node)], _ format: TarFormat = .ustar) -> [UInt8] {
        var writer = TarWriter(format)
        for entry in entries { writer.add(entry.path, entry.node) }
        return writer.bytes + endOfArchive
    }

    static let endOfArchive = [UInt8](repeating: 0, count: 1024)

    mutating func add(_ path: String, _ node: Node) {
        var name = path
        var prefix = ""
        switch format {
        case .ustar:
            if path.utf8.count > 100 { (prefix, name) = Self.split(path) }
        case .gnu, .gnuBase256:
            if path.utf8.count > 100 {
                let long = Array(path.utf8) + [0]
                add(header: "././@LongLink", type: "L", byteCount: long.count)
                add(padded: long)
                name = String(path.prefix(100))
            }
        case .pax, .paxAlways:
            if path.utf8.count > 100 || format == .paxAlways {
                let record = Self.paxRecord("path", path)
                add(header: "PaxHeaders/entry", type: "x", byteCount: record.count)
                add(padded: record)
                name = format == .paxAlways ? "see-the-pax-header" : String(path.prefix(100))
            }
        }
        switch node {
        case .file(let data):
            add(header: name, prefix: prefix, type: "0", byteCount: data.count)
            add(padded: data)
        case .symbolicLink(let target):
            add(header: name, prefix: prefix, type: "2", link: target, byteCount: 0)
        case .hardLink(let target):
            add(header: name, prefix: prefix, type: "1", link: target, byteCount: 0)
        case .folder:
            add(header: name.hasSuffix("/") ? name : name + "/", prefix: prefix, type: "5", byteCount: 0)
        case .special(let type, let data):
            add(header: name, prefix: prefix, type: Character(Unicode.Scalar(type)), byteCount: data.count)
            add(padded: data)
        }
    }

    private mutating func add(
        header name: String, prefix: String = "", type: Character, link: String = "", byteCount: Int
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        put(String(name.prefix(100)), at: 0)
        put(type == "5" ? "0000755" : "0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        if format == .gnuBase256 {
            for index in 0..<8 { header[135 - index] = UInt8(truncatingIfNeeded: byteCount >> (8 * index)) }
            header[124] = 0x80
        } else {
            put(Self.octal(byteCount, digits: 11), at: 124)
        }
        put("00000000000", at: 136)
        put(String(type), at: 156)
        put(link, at: 157)
        switch format {
        case .gnu, .gnuBase256: put("ustar  ", at: 257)
        case .ustar, .pax, .paxAlways:
            put("ustar", at: 257)
            put("00", at: 263)
            put(prefix, at: 345)
        }
        for index in 148..<156 { header[index] = 0x20 }
        let sum = header.reduce(0) { $0 + Int($1) }
        put(Self.octal(sum, digits: 6), at: 148)
        header[154] = 0
        bytes += header
    }

    private mutating func add(padded data: [UInt8]) {
        bytes += data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
    }

    /// `length key=value\n`, where the length counts itself. Spec: POSIX pax §Extended Header.
    static func paxRecord(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var count = rest.utf8.count
        while String(count).utf8.count + rest.utf8.count != count { count = String(count).utf8.count + rest.utf8.count }
        return Array((String(count) + rest).utf8)
    }

    private static func split(_ path: String) -> (prefix: String, name: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for cut in 1..<parts.count {
            let prefix = parts[..<cut].joined(separator: "/")
            let name = parts[cut...].joined(separator: "/")
            if prefix.utf8.count <= 155, name.utf8.count <= 100 { return (prefix, name) }
        }
        preconditionFailure("\(path) does not fit a ustar header")
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
