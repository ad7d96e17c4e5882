// layerverify: layers and archives made to exhaust their reader.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

@Suite struct BombTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    /// A layout whose layer is the output of a line of shell.
    private func layout(_ compression: String, _ line: String) throws {
        try workshop.run("sh", "-c", "{ \(line); } > \"$1\"", "sh", workshop.path("layer"))
        let blob = try workshop.put(
            Data(contentsOf: workshop.url("layer")), ImageFixture.tar + "+" + compression, in: "image")
        try workshop.layout("image", layers: [blob], diffIDs: [ImageFixture.digest(1)])
    }

    static let smallBombs = [
        ("gzip", "head -c 256M /dev/zero | gzip"),
        ("gzip", "head -c 1M /dev/zero | gzip > one; for i in $(seq 256); do cat one; done; rm one"),
        ("zstd", "head -c 256M /dev/zero | zstd -q"),
    ]
    static let largeBombs = [
        ("gzip", "head -c 10G /dev/zero | gzip"),
        ("gzip", "head -c 10M /dev/zero | gzip > one; for i in $(seq 1024); do cat one; done; rm one"),
        ("zstd", "head -c 10M /dev/zero | zstd -q > one; for i in $(seq 1024); do cat one; done; rm one"),
    ]

    @Test(.enabled(if: ProgramRun.areInstalled("gzip", "zstd"), "needs gzip and zstd"), arguments: smallBombs)
    func aLayerThatExpandsTooFarIsUndetermined(_ compression: String, _ line: String) throws {
        try layout(compression, "cd '\(workshop.folder.url.path)'; " + line)
        let run = try MeasuredRun.verify("--max-expansion-free", "64MiB", workshop.path("image"))
        #expect(run.status == 2, "\(run.run.transcript)")
        #expect(run.codes == ["expansion-limit"])
        run.expectPeak()
    }

    @Test(
        .enabled(if: SlowTests.areWanted && ProgramRun.areInstalled("gzip", "zstd"), "\(SlowTests.reason)"),
        arguments: largeBombs)
    func tenGibibytesOfZerosStopAtTheDefaultLimitAndDecodeWithoutOne(_ compression: String, _ line: String) throws {
        try layout(compression, "cd '\(workshop.folder.url.path)'; " + line)
        let limited = try MeasuredRun.verify(workshop.path("image"), seconds: 120)
        #expect(limited.status == 2)
        #expect(limited.codes == ["expansion-limit"])
        limited.expectPeak()
        let unlimited = try MeasuredRun.verify("--max-expansion", "unlimited", workshop.path("image"), seconds: 480)
        #expect(unlimited.status == 1)
        #expect(unlimited.codes == ["diffid-mismatch"])
        unlimited.expectPeak()
    }

    /// Spec: RFC 8878 §3.1.1.1.2: exponent 21 and mantissa 0 are a window of 2 GiB.
    @Test func aWindowOfTwoGibibytesIsUndetermined() throws {
        let frame = Data([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00])
        let blob = try workshop.put(frame, ImageFixture.tar + "+zstd", in: "image")
        try workshop.layout("image", layers: [blob], diffIDs: [ImageFixture.digest(1)])
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 2)
        #expect(run.codes == ["window-too-large"])
        run.expectPeak()
    }

    // Archives

    /// A header with these fields unchanged, and a correct checksum.
    static func header(_ name: [UInt8], size: [UInt8], type: Character = "0", link: String = "") -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: [UInt8], at offset: Int) { block.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        put(name, at: 0)
        put(Array("0000644\0".utf8), at: 100)
        put(size, at: 124)
        put(Array(String(type).utf8), at: 156)
        put(Array(link.utf8), at: 157)
        put(Array("ustar\u{0}00".utf8), at: 257)
        put(Array("        ".utf8), at: 148)
        let sum = block.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        put(Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8), at: 148)
        return block
    }

    static func octal(_ size: Int) -> [UInt8] {
        let digits = String(size, radix: 8)
        return Array((String(repeating: "0", count: 11 - digits.count) + digits).utf8) + [0]
    }

    private static func file(_ name: String, _ content: String, type: Character = "0") -> [UInt8] {
        let bytes = Array(content.utf8)
        return header(Array(name.utf8), size: octal(bytes.count), type: type) + bytes
            + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    static let manifest = file("manifest.json", #"[{"Config":"c.json","RepoTags":null,"Layers":["a"]}]"#)

    struct Archive: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) { (testDescription, self.bytes) = (name, bytes) }
    }

    private static let a = Array("a".utf8)

    static let archives = [
        Archive("size of -1", header(a, size: [UInt8](repeating: 0xff, count: 12))),
        Archive("size of 2^63", header(a, size: [0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7))),
        Archive("size of 2^95 - 1", header(a, size: [0x80] + [UInt8](repeating: 0xff, count: 11))),
        Archive("size of 2^63 - 1", header(a, size: [0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7))),
        Archive("size of no digits", header(a, size: Array("99999999999\0".utf8))),
        Archive("pax size that lies", file("x", "30 size=9223372036854775807\n\n", type: "x") + file("a", "1")),
        Archive("pax length that lies", file("x", "999 path=a\n", type: "x") + file("a", "1")),
        Archive("pax without an entry", file("x", "10 path=a\n", type: "x")),
        Archive("long name of a gibibyte", header(a, size: octal(1 << 30), type: "L")),
        Archive(
            "links in a loop",
            header(a, size: octal(0), type: "2", link: "b")
                + header(Array("b".utf8), size: octal(0), type: "1", link: "a")),
        Archive("link out", header(a, size: octal(0), type: "2", link: "../../etc/passwd")),
        Archive("name with ..", file("../a", "1")),
        Archive("name with an escape", file("a\u{1b}[31m\n", "1")),
        Archive("fifo", header(a, size: octal(0), type: "6")),
        Archive("device", header(a, size: octal(0), type: "3")),
        Archive("garbage", [UInt8](repeating: 0xa5, count: 2048)),
    ]

    @Test(arguments: archives)
    func aHostileArchiveIsNeverVerified(_ archive: Archive) throws {
        for content in [Self.manifest + archive.bytes, archive.bytes + Self.manifest] {
            try Data(content + [UInt8](repeating: 0, count: 1024)).write(to: workshop.url("image.tar"))
            let run = try MeasuredRun.verify(workshop.path("image.tar"), seconds: 20)
            #expect(run.status == 1 || run.status == 2, "\(run.run.transcript)")
            #expect(!run.codes.isEmpty)
            #expect(!run.run.text.contains("\u{1b}"))
            run.expectPeak()
        }
    }
}
