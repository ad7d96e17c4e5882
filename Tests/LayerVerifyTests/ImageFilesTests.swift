// layerverify: tests of the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import TestSupport
import Testing

@Suite struct ImageFilesTests {
    private static let base = SampleTar.bytes {
        $0.addDirectory("etc", mode: 0o750, owner: 7)
        $0.add("etc/conf", "one", mode: 0o4755, time: 0)
        $0.add("etc/gone", "two")
        $0.add("link", type: "2", link: "etc/conf")
        $0.add("null", type: "3", device: (1, 3))
        $0.add([0x66, 0xff, 0x0a, 0x20, 0x23])
    }
    private static let top = SampleTar.bytes {
        $0.add("etc/.wh.gone")
        $0.add("new", "three", owner: 1000, group: 100)
        $0.add("same", type: "1", link: "new")
        $0.add("made/in")
    }

    private func image() throws -> SmallImage {
        try SmallImage([Self.base, Self.top], history: #"[{"created_by":"FROM \u001bx"},{"created_by":"RUN y"}]"#)
    }

    private func files(
        _ image: SmallImage, _ options: Verifier.Options = Verifier.Options(), digestsFiles: Bool = false
    ) throws -> ImageFiles {
        let verifier = try Verifier(options)
        return withExtendedLifetime(image) {
            verifier.readFilesBlocking(in: .path(image.path), digestsFiles: digestsFiles)
        }
    }

    private func text(
        _ files: ImageFiles, _ path: String = "/",
        _ options: ImageFiles.ListOptions = ImageFiles.ListOptions(isRecursive: true),
        as format: ImageFiles.Format = .text, style: ImageFiles.Style = ImageFiles.Style()
    ) throws -> String {
        var bytes: [UInt8] = []
        try files.write(path, options, as: format, style: style) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    // Formats

    @Test func textHasALineForEachFile() throws {
        let expected = """
            drwxr-x---  7:7                -  2023-11-14 22:13:20  1  etc/
            -rwsr-xr-x  0:0                3  1970-01-01 00:00:00  1  etc/conf
            -rw-r--r--  0:0                0  2023-11-14 22:13:20  1  f\\xff\\n #
            lrwxrwxrwx  0:0                -  2023-11-14 22:13:20  1  link -> etc/conf
            drwxr-xr-x  0:0                -  -                    2  made/
            -rw-r--r--  0:0                0  2023-11-14 22:13:20  2  made/in
            -rw-r--r--  1000:100           5  2023-11-14 22:13:20  2  new
            crw-r--r--  0:0              1,3  2023-11-14 22:13:20  1  null
            hrw-r--r--  1000:100           5  2023-11-14 22:13:20  2  same link to new

            """
        #expect(try text(try files(try image())) == expected)
    }

    @Test func hiddenFilesAndMarksAreListed() throws {
        let options = ImageFiles.ListOptions(includesHidden: true)
        let expected = """
            -rwsr-xr-x  0:0                3  1970-01-01 00:00:00  1  etc/conf
            w---------  -                  -  -                    2  etc/gone
            -rw-r--r--  0:0                3  2023-11-14 22:13:20  1  etc/gone  (hidden by layer 2)

            """
        #expect(try text(try files(try image()), "/etc", options) == expected)
    }

    @Test func aLayerIsShownWithItsMarks() throws {
        let options = ImageFiles.ListOptions(isRecursive: true, layer: 1)
        let lines = try text(try files(try image()), "/", options, style: ImageFiles.Style(hasOnlyPaths: true))
        #expect(lines == "etc/\netc/gone\nmade/\nmade/in\nnew\nsame\n")
    }

    @Test func longTextDescribesTheLayers() throws {
        let style = ImageFiles.Style(isLong: true)
        let lines = try text(try files(try image()), "new", style: style).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("# layer 1  sha256:") && lines[0].hasSuffix("  FROM \\u{1b}x"))
        let digest = lines[1].dropFirst("# layer 2  sha256:".count).prefix(12)
        #expect(lines[2] == "-rw-r--r--  1000:100           5  2023-11-14 22:13:20  2  \(digest)  new")
    }

    @Test func namesAreNotEscapedBeforeNUL() throws {
        var bytes: [UInt8] = []
        try files(try image()).write(as: .text, style: ImageFiles.Style(hasOnlyPaths: true, endsInNUL: true)) {
            bytes += $0
        }
        #expect(bytes.split(separator: 0).contains([0x66, 0xff, 0x0a, 0x20, 0x23]))
    }

    @Test func mtreeHasADirectoryForEachLevel() throws {
        let options = ImageFiles.ListOptions(isRecursive: true, includesHidden: true, includesDirectory: true)
        let digest = "8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f"
        let expected = """
            #mtree
            . type=dir mode=0755 uid=0 gid=0
            etc type=dir mode=0750 uid=7 gid=7 time=1700000000.000000000
            conf type=file mode=04755 uid=0 gid=0 size=3 time=0.000000000 sha256digest=7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
            ..
            f\\377\\012\\040\\043 type=file mode=0644 uid=0 gid=0 size=0 time=1700000000.000000000 sha256digest=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            link type=link mode=0777 uid=0 gid=0 time=1700000000.000000000 link=etc/conf
            made type=dir mode=0755 uid=0 gid=0
            in type=file mode=0644 uid=0 gid=0 size=0 time=1700000000.000000000 sha256digest=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            ..
            new type=file mode=0644 uid=1000 gid=100 size=5 time=1700000000.000000000 sha256digest=\(digest)
            null type=char mode=0644 uid=0 gid=0 time=1700000000.000000000 device=native,1,3
            same type=file mode=0644 uid=1000 gid=100 size=5 time=1700000000.000000000 sha256digest=\(digest)

            """
        #expect(try text(try files(try image(), digestsFiles: true), "/", options, as: .mtree) == expected)
    }

    /// The directories above are named, so that the specification fits the whole root file system.
    @Test func mtreeOfAPathBeginsAtTheRoot() throws {
        let lines = try text(try files(try image()), "/made", as: .mtree).split(separator: "\n")
        #expect(lines.map { $0.split(separator: " ")[0] } == ["#mtree", ".", "made", "in", ".."])
    }

    @Test func jsonCanBeParsed() throws {
        let files = try files(try image(), digestsFiles: true)
        let json = try text(files, "/", ImageFiles.ListOptions(isRecursive: true, includesHidden: true), as: .json)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let image = try #require(document["image"] as? [String: Any])
        #expect(image["outcome"] as? String == "verified")
        let layers = try #require(document["layers"] as? [[String: Any]])
        #expect(layers.map { $0["createdBy"] as? String } == ["FROM \u{1b}x", "RUN y"])
        let list = try #require(document["files"] as? [[String: Any]])
        #expect(list.count == 11)
        let conf = try #require(list.first { $0["path"] as? String == "etc/conf" })
        #expect(conf["type"] as? String == "file" && conf["mode"] as? String == "4755" && conf["size"] as? Int == 3)
        #expect(conf["mtime"] as? String == "1970-01-01T00:00:00Z" && conf["layer"] as? Int == 1)
        #expect(conf["headerOffset"] as? Int == 512)
        let gone = list.filter { $0["path"] as? String == "etc/gone" }
        #expect(gone.map { $0["type"] as? String } == ["whiteout", "file"])
        #expect(gone[1]["hiddenBy"] as? Int == 2)
        let odd = try #require(list.first { $0["pathBytes"] != nil })
        #expect(odd["pathBytes"] as? String == "66ff0a2023")
        #expect(list.first { $0["path"] as? String == "made" }?["mtime"] is NSNull)
    }

    @Test func eachFormatHasFractionsAttributesAndLinks() throws {
        let layer = SampleTar.bytes {
            $0.add("PaxHeaders/f", type: "x", "22 mtime=1700000000.5\n22 SCHILY.xattr.a=bcd\n")
            $0.add("f", "one")
            $0.add("g", type: "1", link: "f")
            $0.add("PaxHeaders/h", type: "x", "12 mtime=-5\n")
            $0.add("h")
            $0.add("null", type: "3", device: (1, 3))
        }
        let files = try files(try SmallImage([layer]))
        let lines = try text(files).split(separator: "\n")
        #expect(lines[0].hasPrefix("-rw-r--r--+ 0:0"))
        #expect(lines[1].hasPrefix("hrw-r--r--+ 0:0") && lines[1].hasSuffix("g link to f"))
        let mtree = try text(files, as: .mtree)
        #expect(mtree.contains("\nf type=file mode=0644 uid=0 gid=0 size=3 time=1700000000.500000000\n"))
        // Runtimes set times before 1970 to 0.
        #expect(mtree.contains("\nh type=file mode=0644 uid=0 gid=0 size=0 time=0.000000000\n"))
        let json = try text(files, as: .json)
        let list =
            try #require(
                try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])["files"] as? [[String: Any]]
        let members = try #require(list)
        #expect(members.map { $0["mtime"] as? String ?? "" }[0] == "2023-11-14T22:13:20.500000000Z")
        #expect(members.map { $0["hasXattrs"] as? Bool } == [true, true, nil, nil])
        #expect(members.map { $0["hardLink"] as? String } == [nil, "f", nil, nil])
        #expect(members.map { $0["device"] as? [Int] } == [nil, nil, nil, [1, 3]])
    }

    // Faults

    @Test func aPathThatDoesNotExistIsAnError() throws {
        let files = try files(try image())
        for path in ["/etc/gone", "nothing", "link/x", "/../made/in/"] {
            #expect(throws: Verifier.Error.self) { _ = try text(files, path) }
        }
        #expect(try text(files, "/link").hasPrefix("lrwxrwxrwx"))
        #expect(throws: Verifier.Error.self) {
            _ = try text(files, "/", ImageFiles.ListOptions(layer: 2))
        }
    }

    @Test func oneOfSeveralImagesIsNotChosen() throws {
        let first = try image()
        let second = try SmallImage([Self.base], in: first)
        let files = try files(second)
        #expect(files.image == nil && files.hasSeveralImages && files.layerCount == 0)
        #expect(files.outcome == .undetermined)
        #expect(throws: Verifier.Error.self) { try files.list { _ in } }
        let digest = try #require(files.verification.images.first?.manifestDigest)
        let chosen = try self.files(
            second, Verifier.Options(references: [try ImageReference(digest.description)]))
        #expect(chosen.image?.layers.count == 2 && chosen.outcome == .verified)
    }

    /// Two names of one manifest are one image.
    @Test func equalImagesAreOne() throws {
        let first = try image()
        let files = try files(try SmallImage([Self.base, Self.top], in: first))
        #expect(files.image != nil)
    }

    @Test func filesOfADamagedImageAreListedIfTheyAreKnown() throws {
        let image = try image()
        var changed = Self.base
        changed[512 + 512] = UInt8(ascii: "O")
        try image.write(changed, to: image.layerPaths[0])
        let files = try files(image)
        #expect(files.outcome == .refuted)
        #expect(try text(files, "/new").contains("new"))
    }

    /// Without one layer, files that it hides would be listed.
    @Test func withoutALayerNothingIsListed() throws {
        let image = try image()
        try image.remove(image.layerPaths[1])
        let files = try files(image)
        #expect(files.outcome == .refuted)
        #expect(throws: Verifier.Error.self) { _ = try text(files) }
        #expect(try text(files, "/", ImageFiles.ListOptions(layer: 0)).contains("etc/"))
        #expect(files.problems == ["layer 2 was not read to its end, so its files are not known"])
    }

    @Test func aLayerOtherThanATarRefutes() throws {
        let files = try files(try SmallImage([Self.base, Array("{\"not\":\"a tar\"}".utf8)]))
        #expect(files.outcome == .refuted)
        #expect(files.problems.count == 1)
    }

    // Content

    private func content(_ files: ImageFiles, _ path: String, layer: Int? = nil) throws -> String {
        var bytes: [UInt8] = []
        try files.readContent(of: path, layer: layer) {
            bytes += $0.withUnsafeBytes { Array($0) }
            return true
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func contentIsThatOfTheFile() throws {
        let image = try image()
        let files = try files(image)
        #expect(try content(files, "/etc/conf") == "one")
        #expect(try content(files, "link") == "one")
        #expect(try content(files, "same") == "three")
        #expect(try content(files, "made/in") == "")
        #expect(try content(files, "etc/gone", layer: 0) == "two")
        for path in ["etc", "null", "etc/gone", "nothing"] {
            #expect(throws: Verifier.Error.self, "\(path)") { _ = try content(files, path) }
        }
        withExtendedLifetime(image) {}
    }

    @Test func aLayerThatChangedIsNotRead() throws {
        let image = try image()
        let files = try files(image)
        try image.write(Self.base, to: image.layerPaths[0])
        #expect(throws: Verifier.Error.self) { _ = try content(files, "/etc/conf") }
        #expect(try content(files, "new") == "three")
        withExtendedLifetime(image) {}
    }
}
