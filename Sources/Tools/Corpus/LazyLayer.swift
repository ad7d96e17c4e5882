// layerverify: layers with tables of contents for the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes layers that some runtimes read file by file: eStargz and zstd:chunked.
///
/// Sources: stargz-snapshotter docs/estargz.md; containers/storage pkg/chunked; vbatts/tar-split tar/storage.
struct LazyLayer {
    var files: [(path: String, node: Node)] = [
        ("etc", .folder), ("etc/name", .file(prose(seed: 2200, byteCount: 700))), ("etc/empty", .file([])),
        ("etc/link", .symbolicLink("name")), ("srv", .folder), ("srv/log", .file(prose(seed: 2201, byteCount: 9000))),
    ]
    /// Changes the entries of the table.
    var edit: ([JSON]) -> [JSON] = { $0 }
    /// Changes the lines of the tar-split data; nil leaves the data out.
    var editSplit: (([JSON]) -> [JSON])? = { $0 }
    /// Changes the tar-split data as stored, after its digest was computed.
    var damageSplit: ([UInt8]) -> [UInt8] = { $0 }
    var hasFooter = true
    /// Changes the annotations.
    var annotate: (JSON) -> JSON = { $0 }

    private static let chunkByteCount = 4096

    /// What is written: the layer, and the annotations of its descriptor.
    typealias Written = (layer: Layer, annotations: JSON)

    /// Parts of the tar, each compressed by itself, and the table.
    private struct Parts {
        var stored: [UInt8] = []
        var uncompressed: [UInt8] = []
        var table: [JSON] = []
        var split: [JSON] = []
        /// What is not compressed yet.
        var open: [UInt8] = []
        /// The same for the segments of the tar-split data.
        var segment: [UInt8] = []

        mutating func add(_ bytes: [UInt8]) {
            open += bytes
            uncompressed += bytes
        }

        mutating func close(_ compress: ([UInt8]) -> [UInt8]) {
            stored += compress(open)
            open = []
        }

        mutating func endSegment() {
            guard !segment.isEmpty else { return }
            split.append(["type": 2, "payload": .string(base64(segment)), "position": JSON(split.count)])
            segment = []
        }
    }

    private func parts(_ compress: ([UInt8]) -> [UInt8], isZstd: Bool) -> Parts {
        var parts = Parts()
        for (path, node) in files {
            var writer = TarWriter()
            writer.add(path, node)
            let header = Array(writer.bytes.prefix(512))
            parts.add(header)
            parts.segment += header
            parts.endSegment()
            var line = Self.line(path, node)
            var content: [UInt8] = []
            if case .file(let bytes) = node { content = bytes }
            var chunks: [JSON] = []
            for start in stride(from: 0, to: content.count, by: Self.chunkByteCount) {
                parts.close(compress)
                let piece = Array(content[start..<min(start + Self.chunkByteCount, content.count)])
                var chunk: JSON = ["name": .string(path), "type": "chunk", "offset": JSON(parts.stored.count)]
                if start > 0 { chunk = chunk.setting("chunkOffset", JSON(start)) }
                chunks.append(
                    chunk.setting("chunkSize", JSON(piece.count)).setting("chunkDigest", .string(digestOf(piece))))
                parts.add(piece)
            }
            if let first = chunks.first {
                line = line.setting("offset", first["offset"]).setting("digest", .string(digestOf(content)))
                line = line.setting("chunkSize", first["chunkSize"]).setting("chunkDigest", first["chunkDigest"])
                if isZstd {
                    parts.close(compress)
                    line = line.setting("endOffset", JSON(parts.stored.count))
                }
            }
            parts.table += [line] + chunks.dropFirst()
            let file: JSON = ["type": 1, "name": .string(writerName(path, node))]
            let sized = content.isEmpty ? file : file.setting("size", JSON(content.count))
            let sum: JSON = content.isEmpty ? .null : .string(base64(Self.crc64(content)))
            parts.split.append(sized.setting("payload", sum).setting("position", JSON(parts.split.count)))
            let padding = [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
            parts.add(padding)
            parts.segment += padding
        }
        parts.table = edit(parts.table)
        return parts
    }

    private func writerName(_ path: String, _ node: Node) -> String {
        if case .folder = node { return path + "/" }
        return path
    }

    private static func line(_ path: String, _ node: Node) -> JSON {
        let line: JSON = ["name": .string(path), "modtime": "1970-01-01T00:00:00Z", "uid": 0, "gid": 0]
        switch node {
        case .file(let bytes):
            return line.setting("type", "reg").setting("size", JSON(bytes.count)).setting("mode", JSON(0o644))
        case .symbolicLink(let target):
            return line.setting("type", "symlink").setting("linkName", .string(target)).setting("mode", JSON(0o644))
        default: return line.setting("name", .string(path + "/")).setting("type", "dir").setting("mode", JSON(0o755))
        }
    }

    /// A layer in eStargz.
    func estargz() -> Written {
        var parts = parts({ Gzip.member($0) }, isZstd: false)
        parts.close { Gzip.member($0) }
        let offset = parts.stored.count
        let table = (["version": 1, "entries": .array(parts.table)] as JSON).bytes
        parts.add(TarWriter.archive([("stargz.index.json", .file(table))]))
        parts.close { Gzip.member($0) }
        if hasFooter {
            let digits = String(offset, radix: 16)
            let text = String(repeating: "0", count: 16 - digits.count) + digits + "STARGZ"
            // An empty stored block, as stargz-snapshotter writes it: the footer has 51 bytes.
            parts.stored += Gzip.header([.extra([0x53, 0x47, 22, 0] + Array(text.utf8))]) + [1, 0, 0, 0xff, 0xff]
            parts.stored += Gzip.trailer([])
        }
        let annotations: JSON = ["containerd.io/snapshot/stargz/toc.digest": .string(digestOf(table))]
        return (.gzip(parts.uncompressed, as: parts.stored), annotate(annotations))
    }

    /// A layer in zstd:chunked.
    func zstdChunked() -> Written {
        var parts = parts({ Zstd.frame($0) }, isZstd: true)
        parts.add(TarWriter.endOfArchive)
        parts.segment += TarWriter.endOfArchive
        parts.close { Zstd.frame($0) }
        parts.endSegment()
        var document: JSON = ["version": 1, "entries": .array(parts.table)]
        var splitData: [UInt8] = []
        if let editSplit {
            splitData = Zstd.frame(editSplit(parts.split).flatMap { $0.bytes + [0x0a] })
            document = document.setting("tarSplitDigest", .string(digestOf(splitData)))
            splitData = damageSplit(splitData)
        }
        let table = document.bytes
        let compressed = Zstd.frame(table)
        let tableOffset = parts.stored.count + 8
        parts.stored += Zstd.skippable(compressed)
        let splitOffset = parts.stored.count + 8
        if editSplit != nil { parts.stored += Zstd.skippable(splitData) }
        if hasFooter {
            let numbers = [tableOffset, compressed.count, table.count, 1, splitOffset, splitData.count, 0]
            let footer = numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
            parts.stored += Zstd.skippable(footer + Array("GNUlInUx".utf8))
        }
        let prefix = "io.github.containers.zstd-chunked."
        let annotations: JSON = .object([
            (prefix + "manifest-checksum", .string(digestOf(compressed))),
            (prefix + "manifest-position", .string("\(tableOffset):\(compressed.count):\(table.count):1")),
            (prefix + "tarsplit-position", .string("\(splitOffset):\(splitData.count):0")),
        ])
        return (.zstd(parts.uncompressed, as: parts.stored), annotate(annotations))
    }

    /// CRC-64 of ISO 3309, the high byte first.
    private static func crc64(_ bytes: [UInt8]) -> [UInt8] {
        var state = UInt64.max
        for byte in bytes {
            state ^= UInt64(byte)
            for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 1 ? 0xd800_0000_0000_0000 : 0) }
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: ~state >> (56 - 8 * $0)) }
    }
}

extension ImageBuilder {
    /// Adds an image with one layer, whose descriptor has these annotations.
    mutating func lazyImage(_ written: LazyLayer.Written) {
        let annotate: (JSON) -> JSON = { manifest in
            guard case .array(let layers) = manifest["layers"], let layer = layers.first,
                case .object(let members) = written.annotations, !members.isEmpty
            else { return manifest }
            return manifest.setting("layers", [layer.setting("annotations", written.annotations)])
        }
        singleImage([written.layer], manifest: annotate)
    }
}
