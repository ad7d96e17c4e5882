// layerverify: tests of archives that readers read differently.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSource
import Tar
import Testing

@Suite struct TarDoubtTests {
    /// Archives by their content. scripts/tar-differential found that GNU tar, bsdtar, Python or Go differ on them, or
    /// agree.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let archive: [UInt8]

        init(_ name: String, _ parts: [UInt8]...) {
            testDescription = name
            archive = Array(parts.joined()) + .end
        }
    }

    private static func codes(_ archive: [UInt8]) -> Set<FindingCode> {
        Set(TarTree(read(archive), root: 0).findings.map(\.code))
    }

    /// A header with other bytes in a field.
    private static func header(
        _ name: String = "f", type: Character = "0", size: Int = 0, link: String = "", with fields: (Int, [UInt8])...
    ) -> [UInt8] {
        var header = [UInt8].header(name, type: type, size: size, link: link)
        for (offset, bytes) in fields { header.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        return header.withChecksum()
    }

    private static let gnu = Array("ustar  \0".utf8)
    private static let v7 = [UInt8].zeros(8)

    static let ambiguous: [Case] = [
        Case("Solaris' extended header", .pax("path=a", type: "X"), .entry("b")),
        Case("a file of type 7", .entry("a", type: "7")),
        Case("a pax path without value", .pax("path="), .entry("a")),
        Case("a pax link without value", .pax("linkpath="), .entry("a", type: "2", link: "b")),
        Case("star's size", .pax("SCHILY.realsize=1"), .entry("a", "xy")),
        Case("Solaris' holes", .pax("SUN.holesdata= 0 1"), .entry("a", "xy")),
        Case("a global path", .pax("path=a", type: "g"), .entry("b")),
        Case("a global comment at the end", .entry("a"), .pax("comment=b", type: "g")),
        Case("a global size", .pax("size=0", type: "g"), .entry("b")),
        Case("a global sparse name", .pax("GNU.sparse.name=a", type: "g"), .entry("b")),
        Case("two blanks before a pax key", .entry("x", "11  path=a\n", type: "x"), .entry("b")),
        Case("a tab before a pax key", .entry("x", "11 \tpath=a\n", type: "x"), .entry("b")),
        Case("an owner that is not a number", .pax("uid=me"), .entry("a")),
        Case("a time that is not a number", .pax("mtime=now"), .entry("a")),
        Case("a time without value", .pax("mtime="), .entry("a")),
        Case("an owner's name with a NUL", .entry("x", "11 uname=\0\n", type: "x"), .entry("a")),
        Case("another set of characters", .pax("hdrcharset=ISO-8859-1"), .entry("a")),
        Case("a global set of characters", .pax("hdrcharset=ISO-8859-1", type: "g"), .entry("a")),
        Case("an empty long name", .entry("L", "\0", type: "L"), .entry("a")),
        Case("an empty long link", .entry("K", type: "K"), .entry("a", type: "2", link: "b")),
        Case("'..' in a name", .entry("a/../b")),
        Case("'..' in a hard link", .entry("a"), .entry("b", type: "1", link: "x/../a")),
        Case("a hard link to an absolute name", .entry("a"), .entry("b", type: "1", link: "/a")),
        Case("a drive", .entry("c:a")), Case("a drive behind a slash", .entry("/C:a")),
        Case("a backslash", .entry("\\a")), Case("Windows' prefix", .entry("//?/a")),
        Case("a file with a slash", .entry("a/")), Case("a pax path with a slash", .pax("path=a/"), .entry("a")),
        Case("an old folder by its long name alone", .entry("L", "a/", type: "L"), .entry("a", type: "\0")),
        Case("an old folder by its header's name alone", .pax("path=a"), .entry("a/", type: "\0")),
        Case("a file without name", .entry("")), Case("a file that is the top", .entry("./")),
        Case("an old folder with a size", .entry("a/", "x", type: "\0")),
        Case("a hard link with a slash", .entry("a"), .entry("b", type: "1", link: "a/")),
        Case("a symbolic link with a size", header("a", type: "2", size: 512, link: "b"), .zeros(512)),
        Case("a folder with a size", header("a", type: "5", size: 512), .zeros(512)),
        Case("a fifo with a size by pax", .pax("size=512"), .entry("a", type: "6"), .zeros(512)),
        Case("a hard link with a size", .entry("a"), header("b", type: "1", size: 512, link: "a")),
        Case(
            "a hard link with a size behind a pax header", .pax("comment=c"), .entry("a"),
            header("b", type: "1", size: 512, link: "a", with: (257, gnu))),
        Case("a prefix without magic", header(with: (257, v7), (345, Array("p".utf8)))),
        Case("a prefix in GNU's header", header(with: (257, gnu), (345, Array("p".utf8)))),
        Case("a prefix in another version", header(with: (257, Array("ustar\0  ".utf8)), (345, Array("p".utf8)))),
        Case(
            "a prefix over star's times",
            header(with: (345, [UInt8](repeating: 0x70, count: 155)), (476, .zeros(24)), (508, Array("tar\0".utf8)))),
        Case("a map of a sparse file", header(with: (257, gnu), (386, Array("00000000001".utf8)))),
        Case("a mode that is not a number", header(with: (100, Array("mode".utf8)))),
        Case("an owner with text behind a NUL", header(with: (108, Array("1\0x".utf8)))),
        Case("a time that is not octal", header(with: (136, Array("8".utf8)))),
        Case("a device that is not a number", header(with: (329, Array("x".utf8)))),
        Case("a link, then a file", .entry("a"), .entry("b", type: "2", link: "a"), .entry("b", "x")),
        Case("a hard link, then a file", .entry("a"), .entry("b", type: "1", link: "a"), .entry("b", "x")),
        Case("a file, then a folder", .entry("a"), .entry("a/", type: "5")),
        Case("gzip's magic", header(with: (0, [0x1f, 0x8b, 8]))), Case("bzip2's magic", .entry("BZh")),
    ]

    @Test(arguments: ambiguous) func entriesThatReadersReadDifferentlyAreAmbiguous(_ archive: Case) {
        #expect(Self.codes(archive.archive) == [.archiveEntryAmbiguous])
    }

    static let unsupported: [Case] = [
        Case("GNU's sparse file", .entry("a", type: "S")),
        Case("a folder of an incremental archive", .entry("a", type: "D")),
        Case("the name of a volume", .entry("a", type: "V")), Case("a file that goes on", .entry("a", type: "M")),
        Case("a sparse file by pax", .pax("GNU.sparse.major=1|GNU.sparse.minor=0|GNU.sparse.name=a"), .entry("b")),
        Case("a sparse name alone", .pax("GNU.sparse.name=a"), .entry("b")),
        Case("a key of POSIX' that is not known", .pax("name=a"), .entry("b")),
        Case("a volume by pax", .pax("GNU.volume.filename=a", type: "g"), .entry("b")),
    ]

    @Test(arguments: unsupported) func unsupportedEntriesAreUndetermined(_ archive: Case) {
        #expect(Self.codes(archive.archive) == [.archiveEntryUnsupported])
    }

    static let alike: [Case] = [
        Case(
            "harmless pax records",
            .pax(
                "comment=|mtime=-1.5|atime=1|ctime=1700000000.123456789|uid=4294967296|gid=0|uname=a|gname=|charset=x"
                    + "|SCHILY.xattr.user.x=y|SCHILY.acl.access=z|LIBARCHIVE.creationtime=1|RHT.security.selinux=u|VENDOR.key=v"
                    + "|hdrcharset=ISO-IR 10646 2000 UTF-8"), .entry("a")),
        Case("the name of a link for a file", .pax("linkpath=b"), .entry("a", link: "c")),
        Case("a global comment", .pax("comment=abc", type: "g"), .entry("a")),
        Case("a pax path twice", .pax("path=a|path=b"), .entry("c")),
        Case("an old folder", .entry("a/", type: "\0"), .entry("a/b", "x")),
        Case("an old folder with a long name", .entry("L", "a/\0", type: "L"), .entry("a/", type: "\0")),
        Case("the top", .entry("./", type: "5"), .entry("./a")),
        Case("a hard link", .entry("a"), .entry("b", type: "1", link: "./a")),
        Case(
            "a hard link with a size, as old archives have it", .entry("a"),
            header("b", type: "1", size: 512, link: "a", with: (257, v7))),
        Case("a symbolic link upwards", .entry("a/b", type: "2", link: "../../c")),
        Case("names with colons", .entry("sha256:a"), .entry("a/c:b")),
        Case("a backslash within", .entry("a\\b")), Case("dots", .entry("..a/...")),
        Case(
            "negative and large numbers",
            header(with: (108, [0x80] + .zeros(6) + [1]), (136, [UInt8](repeating: 0xff, count: 12)))),
        Case("an owner with a digit behind a NUL", header(with: (108, [0] + Array("1".utf8)))),
        Case("blank numbers", header(with: (108, Array("       \0".utf8)), (329, .zeros(8)))),
        Case("star's prefix", header(with: (345, Array("p".utf8)), (508, Array("tar\0".utf8)))),
        Case(
            "GNU's times, and a long name", .entry("L", "a\0", type: "L"),
            header(with: (257, gnu), (345, Array("00000000001".utf8)))),
        Case("a file twice", .entry("a", "x"), .entry("a", "x")),
        Case("a folder twice", .entry("a/", type: "5"), .entry("a/", type: "5")),
    ]

    @Test(arguments: alike) func entriesThatAllReadersReadAlikeAreNotInDoubt(_ archive: Case) {
        #expect(Self.codes(archive.archive).isEmpty)
    }

    @Test func eachTypeThatIsNotKnownToAllIsInDoubt() {
        for flag in UInt8.min...UInt8.max {
            var header = [UInt8].header("a", link: "b")
            header[156] = flag
            let codes = Self.codes([UInt8].entry("b") + header.withChecksum() + .end)
            switch Character(Unicode.Scalar(flag)) {
            case "\0", "0", "1", "2", "3", "4", "5", "6": #expect(codes.isEmpty)
            case "D", "M", "S", "V": #expect(codes == [.archiveEntryUnsupported])
            case "K", "L": #expect(codes == [.archiveCorrupt, .archiveEntryAmbiguous])
            case "x": #expect(codes == [.archiveCorrupt])
            default: #expect(codes == [.archiveEntryAmbiguous], "type \(flag)")
            }
        }
    }

    @Test func doubtsAreFewEvenIfManyEntriesHaveThem() {
        var archive: [UInt8] = []
        for flag in UInt8.min...UInt8.max {
            archive += .pax("other\(flag)=x") + Self.header("n\(flag)", with: (156, [flag]))
        }
        #expect(TarTree(read(archive, .end), root: 0).findings.count < 50)
    }
}
