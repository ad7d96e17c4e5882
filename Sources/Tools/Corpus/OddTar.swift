// layerverify: odd and damaged tar archives for the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes the tar of a layer header by header, with whatever a case needs.
///
/// Spec: POSIX pax §ustar Interchange Format; the offsets below are those of its header.
struct OddTar {
    private(set) var bytes: [UInt8] = []

    /// The fields of a header; `raw` are bytes at offsets, written last.
    struct Fields {
        var mode = 0o644
        var owner = 0
        var link: [UInt8] = []
        /// The size in the header; nil for that of the content.
        var size: Int?
        var device: (major: Int, minor: Int)?
        var magic = "ustar\u{0}00"
        var raw: [(offset: Int, bytes: [UInt8])] = []
        /// Whether the checksum is wrong.
        var hasWrongChecksum = false
        /// Whether the content is filled up to whole blocks.
        var isPadded = true

        static var unpadded: Fields {
            var fields = Fields()
            fields.isPadded = false
            return fields
        }
    }

    /// Adds an entry.
    mutating func add(
        _ name: [UInt8], _ type: Character = "0", _ content: [UInt8] = [], _ fields: Fields = Fields()
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
        }
        put(name.prefix(100), at: 0)
        put(Self.octal(fields.mode, digits: 7), at: 100)
        put(Self.octal(fields.owner, digits: 7), at: 108)
        put(Self.octal(fields.owner, digits: 7), at: 116)
        put(Self.octal(fields.size ?? content.count, digits: 11), at: 124)
        put(Self.octal(1_700_000_000, digits: 11), at: 136)
        put(String(type).utf8, at: 156)
        put(fields.link.prefix(100), at: 157)
        put(fields.magic.utf8, at: 257)
        if let device = fields.device {
            put(Self.octal(device.major, digits: 7), at: 329)
            put(Self.octal(device.minor, digits: 7), at: 337)
        }
        for field in fields.raw { put(field.bytes, at: field.offset) }
        put([UInt8](repeating: 0x20, count: 8), at: 148)
        let sum = header.reduce(0) { $0 + Int($1) } + (fields.hasWrongChecksum ? 1 : 0)
        put(Self.octal(sum, digits: 6) + [0], at: 148)
        bytes += header + content
        if fields.isPadded { pad() }
    }

    mutating func add(
        _ name: String, _ type: Character = "0", _ content: String = "", _ change: (inout Fields) -> Void = { _ in }
    ) {
        var fields = Fields()
        change(&fields)
        add(Array(name.utf8), type, Array(content.utf8), fields)
    }

    mutating func folder(_ name: String, mode: Int = 0o755) { add(name + "/", "5") { $0.mode = mode } }

    mutating func link(_ name: String, to target: String) { add(name, "2") { $0.link = Array(target.utf8) } }

    mutating func hardLink(_ name: String, to target: String) { add(name, "1") { $0.link = Array(target.utf8) } }

    /// Adds a pax header for the next entry; type `g` for one that is global.
    mutating func pax(_ records: [(key: String, value: String)], type: Character = "x", name: String = "PaxHeaders/0") {
        add(Array(name.utf8), type, records.flatMap { TarWriter.paxRecord($0.key, $0.value) })
    }

    /// Adds bytes as they are.
    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func pad() { bytes += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512) }

    mutating func end() { bytes += TarWriter.endOfArchive }

    mutating func cut(to byteCount: Int) { bytes = Array(bytes.prefix(byteCount)) }

    /// A number in octal digits, filled with zeros.
    static func octal(_ value: Int, digits: Int) -> [UInt8] {
        let text = String(value, radix: 8)
        return Array((String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text).utf8)
    }

    /// A number in base-256, as GNU tar writes what does not fit.
    static func base256(_ value: Int, byteCount: Int) -> [UInt8] {
        let rest = (1..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * min(byteCount - 1 - $0, 7))) }
        return [value < 0 ? 0xff : 0x80] + rest
    }

    /// The layer below the odd one: files, folders with modes of their own, and symbolic links.
    static var base: [UInt8] {
        var tar = OddTar()
        tar.folder("bin")
        tar.add("bin/sh", "0", "#!") { $0.mode = 0o755 }
        tar.folder("data")
        tar.add("data/keep", "0", "keep")
        tar.folder("etc")
        tar.add("etc/conf", "0", "conf")
        tar.folder("priv", mode: 0o700)
        tar.add("priv/key", "0", "key")
        tar.folder("usr")
        tar.folder("usr/lib")
        tar.add("usr/lib/x", "0", "x")
        tar.link("lib", to: "usr/lib")
        tar.link("dangle", to: "nowhere")
        tar.link("loopa", to: "loopb")
        tar.link("loopb", to: "loopa")
        tar.end()
        return tar.bytes
    }
}

extension CorpusCase {
    /// A case whose upper layer is an odd tar, gzip-compressed, on top of an ordinary one; every digest holds.
    static func layer(
        _ name: String, _ about: String, findings: [String], _ verdict: Verdict, _ tar: [UInt8]
    ) -> CorpusCase {
        let odd = Layer.gzip(tar, as: Gzip.member(tar))
        let build: (inout ImageBuilder) -> Void = { image in
            image.singleImage([.gzip(OddTar.base, as: Gzip.member(OddTar.base)), odd])
            for finding in findings { image.expect(finding, odd.digest) }
        }
        return verdict == .verified ? .good(name, about, build) : .bad(name, about, build)
    }

    /// A layer that refutes its image.
    static func badLayer(
        _ name: String, _ about: String, _ finding: String, and more: [String] = [], _ write: (inout OddTar) -> Void
    ) -> CorpusCase {
        var tar = OddTar()
        write(&tar)
        return layer(name, about, findings: [finding] + more, .refuted, tar.bytes)
    }

    /// A layer with a warning or a note; nil for neither.
    static func oddLayer(
        _ name: String, _ about: String, _ finding: String?, _ write: (inout OddTar) -> Void
    ) -> CorpusCase {
        var tar = OddTar()
        write(&tar)
        return layer(name, about, findings: finding.map { [$0] } ?? [], .verified, tar.bytes)
    }
}
