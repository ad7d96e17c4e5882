// layerverify: tests of finding images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSource
import LayerSystem
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct ImageFinderTests {
    private func find(_ folder: ImageFolder, at name: String = "") -> [ImageFinder.Found] {
        var finder = ImageFinder()
        finder.find(folder.path + name)
        return withExtendedLifetime(folder) { finder.found }
    }

    private func addLayout(_ name: String, to folder: ImageFolder) throws {
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: name + "/oci-layout")
        try folder.write(ImageFolder.index([]), to: name + "/index.json")
    }

    static let archive: [UInt8] = Array(
        [[UInt8].entry("manifest.json", "[]"), .end].joined())

    @Test func allImagesBelowAFolderAreFoundInTheOrderOfTheirNames() throws {
        let folder = try ImageFolder()
        for name in ["b", "a", "deep/er/still"] { try addLayout(name, to: folder) }
        try folder.write(Self.archive, to: "c.tar")
        try folder.write("no image", to: "readme")
        try folder.link("latest", to: "c.tar")
        let found = find(folder)
        let names = ["/a", "/b", "/c.tar", "/deep/er/still", ""]
        #expect(found.map { $0.record.path } == names.map { folder.path + $0 })
        #expect(found.map { $0.record.form } == [.ociLayout, .ociLayout, .dockerArchive, .ociLayout, .folder])
        #expect(found.map { $0.finding?.code } == [nil, nil, nil, nil, .filesIgnored])
        #expect(
            found.last?.finding?.message == "not looked into: 1 file that is not an image (1 other), 1 symbolic link")
    }

    @Test func namesThatAreNotUTF8AreSearched() throws {
        let folder = try ImageFolder()
        try addLayout("a", to: folder)
        // Foundation's paths are strings.
        let base = Array(folder.path.utf8CString.dropLast())
        let bytes = { (name: String, odd: [UInt8]) in
            base + "/\(name)".utf8CString.dropLast() + odd.map { CChar(bitPattern: $0) } + [0]
        }
        #expect(mkdir(bytes("", [0xff]), 0o755) == 0)
        #expect(rename(Array((folder.path + "/a").utf8CString), bytes("", [0xff, 0x2f, 0x61])) == 0)
        try folder.write(Self.archive, to: "c.tar")
        #expect(rename(Array((folder.path + "/c.tar").utf8CString), bytes("", [0x63, 0xe9])) == 0)
        let found = find(folder)
        #expect(found.map { $0.record.form } == [.dockerArchive, .ociLayout])
        #expect(found.allSatisfy { $0.finding == nil && $0.record.path.contains("\u{fffd}") })
    }

    @Test func aFileThatMayBeAnImageIsReported() throws {
        let folder = try ImageFolder()
        try addLayout("a", to: folder)
        let tar: [UInt8] = Array([[UInt8].entry("oci-layout", "{}"), .entry("x", "y"), .end].joined())
        try folder.write(Array(repeating: 0xff, count: 512) + tar[512...], to: "beheaded")
        try folder.write(
            Array([[UInt8].entry("blobs/sha256/x", "y"), [UInt8](repeating: 7, count: 512)].joined()), to: "broken")
        try folder.write("{}", to: "store/blobs/sha256/0")
        let found = find(folder).filter { $0.finding != nil }
        #expect(found.map { $0.record.path } == ["/beheaded", "/broken", "/store"].map { folder.path + $0 })
        #expect(found.allSatisfy { $0.finding?.code == .notAnImage })
    }

    @Test func imagesInTheFolderOfAnImageAreFound() throws {
        let folder = try ImageFolder()
        try addLayout("a", to: folder)
        try addLayout("a/b", to: folder)
        try addLayout("a/blobs/c", to: folder)
        try folder.write(Self.archive, to: "a/d.tar")
        try folder.write("no image", to: "a/README")
        try folder.link("a/link", to: "b")
        let found = find(folder)
        #expect(found.map { $0.record.path } == ["/a", "/a/b", "/a/d.tar"].map { folder.path + $0 })
        #expect(found.allSatisfy { $0.finding == nil })
    }

    @Test func possibleImagesInTheFolderOfAnImageAreReported() throws {
        let folder = try ImageFolder()
        let hex = String(repeating: "a1", count: 32)
        for name in ["a", "a/lost+found/#12", "a/\(hex)"] { try addLayout(name, to: folder) }
        try folder.write(Self.archive, to: "a/b.json")
        try folder.link("a/out", to: folder.path)
        try folder.link("a/within", to: "b.json")
        let found = find(folder)
        let names = ["/a", "/a/\(hex)", "/a/b.json", "/a/lost+found/#12", ""]
        #expect(found.map { $0.record.path } == names.map { folder.path + $0 })
        #expect(found.last?.finding?.message == "not looked into: 1 symbolic link")
    }

    @Test func possibleImagesInTheFolderOfAnExtractedArchiveAreReported() throws {
        let folder = try ImageFolder()
        let hex = String(repeating: "a1", count: 32)
        let other = String(repeating: "b2", count: 32)
        try folder.write(#"[{"Config":"c.json","Layers":["\#(hex)/layer.tar"]}]"#, to: "manifest.json")
        for name in ["c.json", hex + "/layer.tar", hex + "/json", other + "/layer.tar", other + "/evil.tar"] {
            try folder.write(Self.archive, to: name)
        }
        try addLayout(hex + "/hidden", to: folder)
        let names = ["", "/\(hex)/hidden", "/\(other)/evil.tar"]
        #expect(find(folder).map { $0.record.path } == names.map { folder.path + $0 })
    }

    @Test func fewOfManyImagesStayOpen() throws {
        let folder = try ImageFolder()
        for number in 0..<30 {
            try addLayout("\(number)", to: folder)
            try folder.write(Self.archive, to: "\(number).tar")
        }
        var finder = ImageFinder()
        finder.find(folder.path)
        #expect(finder.found.count == 60)
        #expect(try openFileCount(below: folder.path) < 30)
        let inventory = gather(finder)
        #expect(inventory.findings.filter { $0.finding.code == .nothingReferenced }.count == 30)
        #expect(inventory.findings.allSatisfy { $0.finding.outcome == .verified })
        withExtendedLifetime(folder) {}
    }

    /// The descriptors of this process that lead to something below a folder.
    private func openFileCount(below path: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            // Other tests close their descriptors at the same time.
            var target = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/" + name, &target, target.count)
            return count > 0
                && String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(path)
        }
    }

    @Test func anImageThatIsReplacedAfterTheSearchIsNotRead() throws {
        let folder = try ImageFolder()
        for number in 10..<30 { try addLayout("\(number)", to: folder) }
        var finder = ImageFinder()
        finder.find(folder.path)
        #expect(rename(folder.path + "/29", folder.path + "/old") == 0)
        try addLayout("29", to: folder)
        #expect(finder.found.last?.record.path == folder.path + "/29")
        #expect(finder.found.last?.tree == nil)
        withExtendedLifetime(folder) {}
    }

    @Test func theFilesOfAnExtractedArchiveAreNotImages() throws {
        let folder = try ImageFolder()
        let hex = String(repeating: "a1", count: 32)
        try folder.write(#"[{"Config":"c.json","Layers":["./one","layers/two"]}]"#, to: "manifest.json")
        for name in ["one", "layers/two", hex + "/layer.tar"] { try folder.write(Self.archive, to: name) }
        #expect(find(folder).map { $0.record.form } == [.dockerDirectory])
        try folder.write(Self.archive, to: "layers/three")
        #expect(find(folder).map { $0.record.path } == [folder.path, folder.path + "/layers/three"])
    }

    @Test func linkedFoldersAreNotFollowed() throws {
        let folder = try ImageFolder()
        let other = try ImageFolder()
        try addLayout("a", to: other)
        try folder.link("away", to: other.path)
        try folder.link("up", to: ".")
        let found = find(folder)
        #expect(found.map { $0.finding?.code } == [.notAnImage])
        // A given path may be a link.
        let linked = withExtendedLifetime(other) { find(folder, at: "/away/a") }
        #expect(linked.map { $0.record.form } == [.ociLayout])
    }

    @Test func foldersBeyondTheDepthAreReported() throws {
        let folder = try ImageFolder()
        try addLayout(Array(repeating: "d", count: 256).joined(separator: "/"), to: folder)
        #expect(find(folder).map { $0.record.form } == [.ociLayout])
        let deeper = try ImageFolder()
        try addLayout(Array(repeating: "d", count: 257).joined(separator: "/"), to: deeper)
        #expect(find(deeper).map { $0.finding?.code } == [.searchLimit])
    }

    @Test func imagesAndFilesInDeepFoldersAreFoundInOrder() throws {
        let folder = try ImageFolder()
        let deep = Array(repeating: "d", count: 60).joined(separator: "/")
        for name in ["a/x", "b", "c/y/z"] { try addLayout(deep + "/" + name, to: folder) }
        for name in ["a/w.tar", "a0.tar", "e.tar"] { try folder.write(Self.archive, to: deep + "/" + name) }
        let names = ["a/w.tar", "a/x", "a0.tar", "b", "c/y/z", "e.tar"]
        #expect(find(folder).map { $0.record.path } == names.map { folder.path + "/" + deep + "/" + $0 })
    }

    @Test(arguments: ["sha256", "sha384", "sha512"])
    func blobsWithoutDocumentsAreReported(_ algorithm: String) throws {
        let folder = try ImageFolder()
        try addLayout("a", to: folder)
        try folder.write("x", to: "left/blobs/\(algorithm)/0")
        #expect(find(folder).map { $0.finding?.code } == [nil, .notAnImage])
    }

    @Test func anEmptyFolderIsNotAnImage() throws {
        let found = find(try ImageFolder())
        #expect(found.map { $0.finding?.code } == [.notAnImage])
        #expect(found.map { $0.record.form } == [.unknown])
    }

    @Test func aPathThatDoesNotExistIsMissing() throws {
        #expect(find(try ImageFolder(), at: "/gone").map { $0.finding?.code } == [.pathMissing])
    }

    static let files: [(bytes: [UInt8], message: String)] = [
        ([], "empty"), (Array("text".utf8), "the file is text"), ([1, 2, 3, 0xff], "neither"),
        ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "gzip-compressed"),
        ([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0], "zstd-compressed"),
        (Array([[UInt8].entry("file", "text"), .end].joined()), "holds no image"),
    ]

    @Test(arguments: files.indices)
    func theKindOfAFileThatIsNotAnImageIsReported(_ place: Int) throws {
        let folder = try ImageFolder()
        try folder.write(Self.files[place].bytes, to: "file")
        let found = find(folder, at: "/file")
        #expect(found.map { $0.finding?.code } == [.notAnImage])
        #expect(found.first?.finding?.message.contains(Self.files[place].message) == true)
    }

    @Test func aCompressedArchiveGetsAHint() throws {
        let folder = try ImageFolder()
        try folder.write([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0], to: "i.tar.xz")
        let hint = find(folder, at: "/i.tar.xz").first?.finding?.hint
        #expect(hint?.contains("xz -dc \(folder.path)/i.tar.xz | layerverify -") == true, "\(hint ?? "")")
    }

    @Test func bothViewsInOneFolderAreOneForm() throws {
        let folder = try ImageFolder()
        try addLayout(".", to: folder)
        try folder.write("[]", to: "manifest.json")
        #expect(find(folder).map { $0.record.form } == [.dockerOCIDirectory])
    }

    @Test func rootsAreNumberedAcrossAllPaths() throws {
        let folder = try ImageFolder()
        try addLayout("a", to: folder)
        try folder.write(Self.archive, to: "b.tar")
        var finder = ImageFinder()
        finder.find(folder.path + "/b.tar")
        finder.find(folder.path + "/gone")
        finder.find(folder.path + "/a")
        let inventory = withExtendedLifetime(folder) { gather(finder) }
        #expect(inventory.roots.map { $0.form } == [.dockerArchive, .unknown, .ociLayout])
        #expect(inventory.findings.map { $0.finding.root } == [1, 2])
    }
}

@Suite struct TarTreeTests {
    private let tree = TarTree(
        read(
            .entry("./a/file", "one"), .entry("link", type: "2", link: "a/file"),
            .entry("out", type: "2", link: "../x"),
            .entry("loop", type: "2", link: "loop"), .entry("pipe", type: "6"), .entry("b/", type: "5"),
            .entry("a/file", "second"), .entry("../climbs", "x"), .entry("a/deep/er", "x"), .end), root: 3)

    @Test func theLastEntryOfANameCountsAndTheOthersAreKnown() throws {
        guard case .at(.range(3, _, 6), let others, _) = tree.locate("a/file") else {
            Issue.record("\(tree.locate("a/file"))")
            return
        }
        #expect(others.count == 1)
    }

    @Test func linksAreFollowedWithinTheArchive() {
        #expect(tree.locate("link") == tree.locate("a/file"))
        #expect(tree.locate("out") == .nowhere(.outsideImage))
        #expect(tree.locate("loop") == .nowhere(.notRegularFile(.symbolicLink)))
        #expect(tree.locate("pipe") == .nowhere(.notRegularFile(.fifo)))
        #expect(tree.locate("gone") == .nowhere(.missing))
    }

    @Test func kindsAreThoseOfTheEntries() {
        #expect(tree.kind(of: "a/file") == .found(.regular))
        #expect(tree.kind(of: "a") == .found(.directory), "no entry of its own")
        #expect(tree.kind(of: "a/deep") == .found(.directory))
        #expect(tree.kind(of: "b") == .found(.directory))
        #expect(tree.kind(of: "out") == .found(.symbolicLink))
        #expect(tree.kind(of: "gone") == .absent)
    }

    @Test func aFolderIsListedByName() throws {
        let listed = try #require(entries(of: "a"))
        #expect(listed.map { $0.name } == ["deep", "file"])
        #expect(listed.map { $0.kind } == [.directory, .regular])
        #expect(entries(of: "b")?.isEmpty == true)
        #expect(entries(of: "gone") == nil)
        #expect(entries(of: "a/file") == nil)
    }

    /// Nil if the folder certainly does not exist.
    private func entries(of folder: String) -> [DirectoryEntry]? {
        switch tree.list(folder) {
        case .found(let entries): return entries.map { DirectoryEntry(name: $0.name, kind: $0.kind) }
        case .absent: return nil
        case .unreadable(let ending):
            Issue.record("\(ending)")
            return nil
        }
    }

    @Test func anEntryOutsideOfTheArchiveIsAFinding() {
        #expect(tree.findings.map { $0.code } == [.archiveEntryAmbiguous])
        #expect(tree.findings.first?.message.contains("'../climbs'") == true)
    }

    @Test func theEndOfTheArchiveIsAFinding() {
        #expect(TarTree(read(.entry("a", "text"), .end), root: 0).findings.isEmpty)
        let cut = TarTree(read(.entry("a", "text", claimedSize: 9999)), root: 0)
        #expect(cut.findings.map { $0.code } == [.archiveTruncated])
        let corrupt = TarTree(read(.entry("a", "text"), [UInt8](repeating: 7, count: 512)), root: 0)
        #expect(corrupt.findings.map { $0.code } == [.archiveCorrupt])
    }
}
