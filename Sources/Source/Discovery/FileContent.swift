// layerverify: the kind of a file by its first bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The kind of a file that is neither an archive nor compressed, for the message about a path that is not an image.
struct FileContent: Equatable {
    /// The name of the kind with its article: `an HTML page`.
    let title: String
    /// A way to get the image; nil if there is none.
    let hint: String?

    /// - Parameter beginning: the first 64 KiB of the file, or the whole file if it is shorter.
    ///
    /// Returns: nil if the kind is unknown.
    init?(_ beginning: [UInt8]) {
        guard let content = Self.binary(beginning) ?? Self.text(beginning) else { return nil }
        self = content
    }

    private init(_ title: String, hint: String? = nil) {
        self.title = title
        self.hint = hint
    }

    /// Whether the first bytes are those of a binary format that may contain other files, and therefore tar headers.
    static func isBinaryFormat(_ beginning: [UInt8]) -> Bool { binary(beginning) != nil }

    // Binary formats

    private struct Magic {
        let offset: Int
        let bytes: [UInt8]
        let content: FileContent

        init(_ bytes: [UInt8], at offset: Int = 0, _ title: String, hint: String? = nil) {
            self.offset = offset
            self.bytes = bytes
            content = FileContent(title, hint: hint)
        }

        init(_ text: String, at offset: Int = 0, _ title: String, hint: String? = nil) {
            self.init(Array(text.utf8), at: offset, title, hint: hint)
        }
    }

    private static let unpacking = "unpack it; if an image is in it, give the path of that"
    private static let machine = "it holds a machine or a file system, not an image of layers"

    /// Source: file(1)'s magic, and the specifications of the formats.
    private static let magics: [Magic] = [
        Magic([0x7f, 0x45, 0x4c, 0x46], "an ELF program or library"),
        Magic([0x50, 0x4b, 3, 4], "a zip archive", hint: unpacking),
        Magic([0x50, 0x4b, 5, 6], "an empty zip archive"),
        Magic([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", hint: unpacking),
        Magic("Rar!", "a rar archive", hint: unpacking),
        Magic("LZIP", "lzip-compressed", hint: "decompress it first"),
        Magic([0x1f, 0x9d], "compressed by compress(1)", hint: "decompress it first"),
        Magic([0x02, 0x21, 0x4c, 0x18], "lz4-compressed in the legacy format", hint: "decompress it first"),
        Magic("070701", "a cpio archive"), Magic("070702", "a cpio archive"), Magic("070707", "a cpio archive"),
        Magic("!<arch>\n", "an ar archive, such as a Debian package or a library"),
        Magic([0xed, 0xab, 0xee, 0xdb], "an RPM package"),
        Magic(
            "SIF_MAGIC", at: 32, "a SIF image of Singularity or Apptainer",
            hint: "it is not in a form that is read here"),
        Magic("hsqs", "a squashfs file system", hint: machine),
        Magic([0xe2, 0xe1, 0xf5, 0xe0], at: 1024, "an EROFS file system", hint: machine),
        Magic([0x53, 0xef], at: 1080, "an ext2, ext3 or ext4 file system", hint: machine),
        Magic("XFSB", "an XFS file system", hint: machine),
        Magic("CD001", at: 32769, "an ISO 9660 image", hint: machine),
        Magic([0x51, 0x46, 0x49, 0xfb], "a qcow2 disk image", hint: machine),
        Magic("KDMV", "a VMDK disk image", hint: machine), Magic("vhdxfile", "a VHDX disk image", hint: machine),
        Magic("conectix", "a VHD disk image", hint: machine),
        Magic("%PDF-", "a PDF document"), Magic([0x89, 0x50, 0x4e, 0x47], "a PNG picture"),
        Magic([0xff, 0xd8, 0xff], "a JPEG picture"), Magic("SQLite format 3", "an SQLite database"),
        Magic([0, 0x61, 0x73, 0x6d], "a WebAssembly module"),
        Magic([0xcf, 0xfa, 0xed, 0xfe], "a macOS program"),
    ]

    private static func binary(_ bytes: [UInt8]) -> FileContent? {
        if let magic = magics.first(where: { bytes.count > $0.offset && bytes[$0.offset...].starts(with: $0.bytes) }) {
            return magic.content
        }
        // A boot sector begins with a jump instruction, or with the code at the beginning of every MBR.
        guard bytes.count > 512, bytes[510] == 0x55, bytes[511] == 0xaa, [0xeb, 0xe9, 0xfa, 0x33].contains(bytes[0])
        else { return nil }
        return FileContent("a disk image", hint: machine)
    }

    // Text

    private static let redirected =
        "PowerShell's > changes the bytes and cannot be undone: write the archive with docker save -o FILE IMAGE"
    private static let download = "download it again, and check the URL and the HTTP status"

    private static func text(_ bytes: [UInt8]) -> FileContent? {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            return FileContent("UTF-16 text", hint: redirected)
        }
        let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
        let beginning = String(decoding: bytes.dropFirst(hasMark ? 3 : 0).prefix(4096), as: UTF8.self)
        if let known = knownText(beginning) { return known }
        guard !hasMark else { return FileContent("UTF-8 text with a byte order mark", hint: redirected) }
        guard !bytes.isEmpty else { return nil }
        if bytes.allSatisfy({ $0 == 0 }) {
            return FileContent("nothing but zeros as far as it was read", hint: "download or copy it again")
        }
        // The last character may be incomplete.
        let isText =
            !bytes.contains(0)
            && String(validating: bytes.prefix(4096).dropLast(bytes.count > 4096 ? 3 : 0), as: UTF8.self) != nil
        return isText ? FileContent("text") : nil
    }

    private static func knownText(_ text: String) -> FileContent? {
        if text.hasPrefix("version https://git-lfs.github.com/spec/") {
            return FileContent("a Git LFS pointer", hint: "git lfs pull fetches the file")
        }
        if text.hasPrefix("/annex/objects/") {
            return FileContent("a git-annex pointer", hint: "git annex get fetches the file")
        }
        if text.hasPrefix("#!") { return FileContent("a script") }
        if text.hasPrefix("-----BEGIN ") { return FileContent("a PEM file: a key, a certificate or a signature") }
        let rest = text.drop { $0.isWhitespace }
        if rest.hasPrefix("{") || rest.hasPrefix("[") { return json(rest) }
        guard rest.hasPrefix("<") else { return nil }
        if ["<!doctype html", "<html", "<head"].contains(where: { rest.prefix(1024).lowercased().contains($0) }) {
            return FileContent("an HTML page", hint: download)
        }
        return rest.hasPrefix("<?xml") || rest.contains("<Error>")
            ? FileContent("an XML document", hint: rest.contains("<Error>") ? download : nil) : nil
    }

    private static let part = "give the folder or the archive that it is a part of"

    /// The kind of a JSON document by the names of members near its beginning; nil for text that is not JSON.
    private static func json(_ text: Substring) -> FileContent? {
        func names(_ members: String...) -> Bool { members.allSatisfy { text.contains("\"\($0)\"") } }
        guard text.dropFirst().first(where: { !$0.isWhitespace }).map({ "\"{[]}-0123456789tfn".contains($0) }) == true
        else { return nil }
        if names("errors", "code") { return FileContent("an error message of a registry, as JSON", hint: download) }
        if names("imageLayoutVersion") { return FileContent("the oci-layout of an image layout", hint: part) }
        if names("manifests", "digest") { return FileContent("an image index, as JSON", hint: part) }
        if names("layers", "config", "digest") { return FileContent("an image manifest, as JSON", hint: part) }
        if names("rootfs", "diff_ids") { return FileContent("an image config, as JSON", hint: part) }
        if names("Config", "Layers") { return FileContent("docker save's manifest.json", hint: part) }
        return FileContent("a JSON document")
    }
}
