// layerverify: archives that tar readers disagree on.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

private let index = "index.json"
/// Another index, which some readers see instead of the image's own.
private let other = Node.file(Array(#"{"schemaVersion":2,"manifests":[]}"#.utf8))

extension ImageBuilder {
    /// Adds an image layout with one layer.
    fileprivate mutating func layoutWithLayer(_ seed: Int) { layout([image([Layer.gzip(seed)])]) }

    fileprivate static func layout(_ seed: Int) -> ImageBuilder {
        var image = ImageBuilder()
        image.layoutWithLayer(seed)
        return image
    }

    /// Adds an extended header and the entry that it applies to.
    fileprivate mutating func append(header type: Character, _ data: [UInt8], _ name: String, _ node: Node = other) {
        append("PaxHeaders/entry", .special(type.asciiValue ?? 0, data))
        append(name, node)
    }
}

/// A layout in an archive that is refuted because tar readers disagree on it.
private func disputed(
    _ name: String, _ about: String, seed: Int, in packing: Packing = .archive(.ustar),
    _ change: (inout ImageBuilder) -> Void = { _ in }
) -> CorpusCase {
    .bad("archive-" + name, about, in: packing) { image in
        image.layoutWithLayer(seed)
        change(&image)
        image.expect("archive-entry-ambiguous")
    }
}

/// Writes fields into the header of the entry with this name, and updates its checksum.
func patched(_ name: String, _ format: TarFormat = .ustar, with fields: [(Int, [UInt8])]) -> Packing {
    .damagedArchive(format) { bytes in
        var result = bytes
        let wanted = Array(name.utf8) + [0]
        guard let start = stride(from: 0, to: bytes.count, by: 512).first(where: { bytes[$0...].starts(with: wanted) })
        else { preconditionFailure("no entry \(name)") }
        for (offset, value) in fields {
            result.replaceSubrange(start + offset..<start + offset + value.count, with: value)
        }
        result.replaceSubrange(start + 148..<start + 156, with: [UInt8](repeating: 0x20, count: 8))
        let digits = String(result[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
        let sum = Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0]
        result.replaceSubrange(start + 148..<start + 155, with: sum)
        return result
    }
}

let readerCases: [CorpusCase] = [
    disputed("solaris-header", "Solaris' extended header calls the last entry `index.json`: Go ignores it.", seed: 970)
    {
        $0.append(header: "X", TarWriter.paxRecord("path", index), "zz")
    },
    disputed("type-unknown", "An entry of type Z, which is not a file to Go.", seed: 971) {
        $0.append("notes", .special(UInt8(ascii: "Z"), Array("{}".utf8)))
    },
    disputed("type-contiguous", "A file of type 7, which docker load and containerd ignore.", seed: 972) {
        $0.append("notes", .special(UInt8(ascii: "7"), Array("text".utf8)))
    },
    disputed("pax-blank", "A pax record with two blanks before `path`: GNU tar obeys it.", seed: 973) {
        $0.append(header: "x", Array("20  path=index.json\n".utf8), "zz")
    },
    disputed("pax-empty-path", "A pax record with an empty path: Go uses the header's name, GNU tar none.", seed: 974) {
        let bytes = $0.bytes(at: index)
        $0.remove(index)
        $0.append(header: "x", TarWriter.paxRecord("path", ""), index, .file(bytes))
    },
    disputed("pax-global-path", "A global pax header that names entries: Go and bsdtar ignore it.", seed: 976) {
        $0.append("PaxHeaders/all", .special(UInt8(ascii: "g"), TarWriter.paxRecord("path", index)))
        $0.append("notes", other)
    },
    disputed("pax-real-size", "A pax record of star's that changes a size only for bsdtar.", seed: 977) {
        let bytes = $0.bytes(at: index)
        $0.remove(index)
        $0.append(header: "x", TarWriter.paxRecord("SCHILY.realsize", "5"), index, .file(bytes))
    },
    disputed("name-empty", "An empty long name: Go uses the header's name.", seed: 978) {
        $0.append(header: "L", [0], "notes")
    },
    disputed("name-drive", "A name with a drive: bsdtar removes `c:`.", seed: 979) {
        $0.append("c:" + index, other)
    },
    disputed("name-backslash", "A name that begins with a backslash: bsdtar removes it.", seed: 980) {
        $0.append("\\" + index, other)
    },
    disputed("name-dots", "A name with `..` in it: GNU tar removes the part before it, bsdtar refuses it.", seed: 981) {
        $0.append("blobs/../notes", other)
    },
    disputed("name-slash", "A file with a slash after its name: a folder to GNU tar and bsdtar.", seed: 982) {
        $0.append("notes/", other)
    },
    disputed("link-then-file", "A file with the name of a link to `index.json`: Python writes through it.", seed: 983) {
        $0.append("alias", .symbolicLink(index))
        $0.append("alias", other)
    },
    disputed(
        "link-with-size", "A link with a size: Python and Go read no content after it.", seed: 984,
        in: patched("alias", with: [(124, Array("00000001000".utf8))])
    ) {
        $0.append("alias", .symbolicLink(index))
        $0.append("notes", other)
    },
    .bad(
        "archive-size-behind-nul", "A size after a NUL: 0 to bsdtar and Python.",
        in: patched("notes", with: [(124, [0] + Array("0000000012".utf8))])
    ) {
        $0.layoutWithLayer(985)
        $0.append("notes", .file(Array("0123456789".utf8)))
        $0.expect("archive-corrupt")
    },
    disputed(
        "mode-not-a-number", "A mode that is not a number: Go refuses the archive, Python ends it there.", seed: 986,
        in: patched("notes", with: [(100, Array("mode".utf8))])
    ) { $0.append("notes", other) },
    disputed(
        "prefix-of-gnu", "A prefix in a header of GNU's: part of the name to Python.", seed: 987,
        in: patched("notes", .gnu, with: [(345, Array("folder".utf8))])
    ) { $0.append("notes", other) },
    disputed(
        "map-of-gnu", "The map of a sparse file in a header of GNU's whose type is a file: bsdtar reads it.", seed: 988,
        in: patched("notes", .gnu, with: [(386, Array("00000000005".utf8)), (398, Array("00000000003".utf8))])
    ) { $0.append("notes", other) },
    .bad(
        "archive-begins-compressed", "The first name is bzip2's magic: docker load decompresses it.",
        in: .archive(.ustar)
    ) {
        $0.put("BZh91AY&SY", "text")
        $0.layoutWithLayer(989)
        $0.expect("archive-entry-ambiguous")
    },
    .undetermined(
        "folder-with-disputed-archive", "An archive that is an image to readers that obey Solaris' headers.",
        in: .folders
    ) {
        $0.include(ImageBuilder.layout(993), below: "one")
        var hidden = TarWriter(.ustar)
        for (path, node) in ImageBuilder.layout(994).entries {
            hidden.add("PaxHeaders/entry", .special(UInt8(ascii: "X"), TarWriter.paxRecord("path", path)))
            hidden.add("entry", node)
        }
        $0.put("two/hidden.tar", hidden.bytes + TarWriter.endOfArchive)
        $0.expect("not-an-image")
    },
    .undetermined("archive-volume", "GNU tar's name of a volume, which is a file to Python.", in: .archive(.gnu)) {
        $0.append("label", .special(UInt8(ascii: "V"), []))
        $0.layoutWithLayer(990)
        $0.expect("archive-entry-unsupported")
    },
    .undetermined("archive-pax-sparse", "A file that the image does not need is sparse.", in: .archive(.ustar)) {
        $0.layoutWithLayer(991)
        let records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "notes")]
        $0.append(header: "x", records.flatMap { TarWriter.paxRecord($0.0, $0.1) }, "GNUSparse.0/notes")
        $0.expect("archive-entry-unsupported")
    },
    .good("archive-pax-records", "Pax records that change neither names nor content.", in: .archive(.ustar)) {
        $0.append("PaxHeaders/all", .special(UInt8(ascii: "g"), TarWriter.paxRecord("comment", "text")))
        $0.layoutWithLayer(992)
        let records = [
            ("mtime", "1700000000.25"), ("atime", "-1"), ("uid", "3000000000"), ("uname", "somebody"), ("comment", ""),
            ("hdrcharset", "BINARY"), ("SCHILY.xattr.user.x", "y"), ("LIBARCHIVE.creationtime", "1"),
            ("VENDOR.key", "value"),
        ]
        $0.append(header: "x", records.flatMap { TarWriter.paxRecord($0.0, $0.1) }, "notes")
    },
]
