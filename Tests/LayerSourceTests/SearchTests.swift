// layerverify: tests of the limits of a search, and of ignored files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSource
import LayerSystem
import Synchronization
import Testing

@Suite struct SearchLimitTests {
    let folder: ImageFolder

    init() throws { folder = try ImageFolder() }

    private func addLayout(_ name: String) throws {
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: name + "/oci-layout")
        try folder.write(ImageFolder.index([]), to: name + "/index.json")
    }

    private func search(
        _ names: [String] = [""], _ limits: SearchLimits = SearchLimits(), _ watch: WalkWatch = WalkWatch()
    )
        -> ImageFinder
    {
        var finder = ImageFinder(watch: watch, limits: limits)
        for name in names { finder.find(folder.path + name) }
        return finder
    }

    @Test func filesBeyondTheLimitAreReported() throws {
        try addLayout("a")
        for number in 10..<30 { try folder.write("x", to: "b/\(number)") }
        try addLayout("c")
        let found = search([""], SearchLimits(maximumFileCount: 10)).found.filter { $0.record.form != .folder }
        #expect(found.map { $0.record.path } == ["/a", "/b"].map { folder.path + $0 })
        #expect(found.last?.finding?.code == .searchLimit)
        #expect(found.last?.finding?.expected == "10")
        #expect(
            search([""], SearchLimits(maximumFileCount: 100)).found.map { $0.finding?.code } == [
                nil, nil, .filesIgnored,
            ])
    }

    @Test func theLimitAppliesToEachPath() throws {
        for name in ["a", "b"] {
            try addLayout(name + "/image")
            for number in 0..<6 { try folder.write("x", to: "\(name)/\(number)") }
        }
        let limits = SearchLimits(maximumFileCount: 10)
        #expect(search(["/a", "/b"], limits).found.allSatisfy { $0.finding?.code != .searchLimit })
        #expect(search([""], limits).found.contains { $0.finding?.code == .searchLimit })
    }

    @Test func everyIgnoredFileIsNamed() throws {
        try addLayout("app")
        for name in ["README", "app/notes", "sub/x.gz"] { try folder.write("x", to: name) }
        try folder.link("latest", to: "app")
        let ignored = search().ignored
        #expect(ignored.count == 4)
        #expect(ignored.paths == ["/README", "/app/notes", "/latest", "/sub/x.gz"].map { folder.path + $0 })
    }

    @Test func theNamesOfIgnoredFilesAreBounded() {
        var ignored = IgnoredFiles()
        for number in 0..<(IgnoredFiles.maximumPathCount + 5) { ignored.add("\(number)") }
        #expect(ignored.count == IgnoredFiles.maximumPathCount + 5)
        #expect(ignored.paths.count == IgnoredFiles.maximumPathCount)
        #expect(ignored.restCount == 5)
        var long = IgnoredFiles()
        for _ in 0..<200 { long.add(String(repeating: "x", count: 4_000)) }
        #expect(long.paths.joined().utf8.count <= IgnoredFiles.maximumByteCount)
        #expect(long.count == 200)
    }

    @Test func progressCountsFilesAndImages() throws {
        try addLayout("a")
        try folder.write("x", to: "b")
        let seen = Mutex<[[Int]]>([])
        _ = search(
            [""], SearchLimits(),
            WalkWatch(noteSearch: { files, images in seen.withLock { $0.append([files, images]) } }))
        // Three names: the layout's folder, its two documents, and the file.
        #expect(seen.withLock { $0 }.last == [4, 1])
    }

    @Test func theImagesOfAnInterruptedSearchAreRead() throws {
        try addLayout("a")
        for number in 0..<200 { try folder.write("x", to: "b/\(number)") }
        try addLayout("c")
        let asked = Atomic(0)
        // Cancelled after the first image was found.
        let watch = WalkWatch(isCancelled: { asked.wrappingAdd(1, ordering: .relaxed).newValue > 5 })
        let finder = search([""], SearchLimits(), watch)
        // The last entry has the number of ignored files.
        #expect(finder.found.map { $0.record.form } == [.ociLayout, .unknown, .folder])
        #expect(finder.found.map { $0.finding?.code } == [nil, .interrupted, .filesIgnored])
        #expect(!watch.isOver, "the documents of the image may still be read")
    }
}

@Suite struct OtherFilesTests {
    let folder: ImageFolder

    init() throws { folder = try ImageFolder() }

    private func codes() -> [FindingCode?] {
        var finder = ImageFinder()
        finder.find(folder.path)
        return withExtendedLifetime(folder) { finder.found.map { $0.finding?.code } }
    }

    /// Files of other programs with the names of an image's documents. Next to an image they are ignored.
    static let others: [(name: String, text: String)] = [
        ("manifest.json", #"["a.js", "b.css"]"#), ("manifest.json", ""), ("manifest.json", "\u{feff}{\"name\": \"x\"}"),
        ("manifest.json", "// a comment\n{\"manifest_version\": 3}"), ("manifest.json", "7"),
        ("manifest.json", #"{"domain": "x", "version": "1"}"#), ("manifest.json", #"[{"op": "add", "path": "/a"}]"#),
        ("index.json", #"{"schemaVersion": 1, "apps": []}"#), ("index.json", #"{"format": "index:1.0", "index": {}}"#),
        ("repositories", #"{"url": "https://example.com"}"#), ("repositories", "deb http://example.com stable main"),
        ("oci-layout", "#compdef oci-layout"), (".imgpkg/images.yml", "kind: ImagesLock\n"),
        (".imgpkg/manifest.json", #"[{"Image": {"Refs": ["a"]}}]"#), ("package.json", #"{"name": "x"}"#),
    ]

    @Test(arguments: others.indices) func aFileWithTheNameOfADocumentIsNotAnImage(_ place: Int) throws {
        try folder.write(ImageFinderTests.archive, to: "good.tar")
        try folder.write(Self.others[place].text, to: "other/" + Self.others[place].name)
        #expect(codes() == [nil, .filesIgnored])
    }

    /// Folders that share some names with other stores.
    static let folders = [
        ["manifest.json", "version"], ["image/a", "containers/b", "volumes/c"], ["blobs/x", "repositories/y"],
        ["train-images/a", "train-layers/b"], ["index.json", "blobs/a.bin"],
    ]

    @Test(arguments: folders) func aFolderWithSomeNamesOfAStoreIsNotAStore(_ names: [String]) throws {
        try folder.write(ImageFinderTests.archive, to: "good.tar")
        for name in names { try folder.write(#"{"schemaVersion": 1}"#, to: "other/" + name) }
        #expect(codes() == [nil, .filesIgnored])
    }

    @Test func aDamagedListNextToLayersIsAnImage() throws {
        let hex = String(repeating: "a1", count: 32)
        try folder.write("", to: "manifest.json")
        try folder.write("x", to: hex + "/layer.tar")
        #expect(codes() == [nil])
        let archive = [[UInt8].entry("manifest.json", "]"), .entry(hex + ".json", "{}"), .end]
        let other = try ImageFolder()
        try other.write(Array(archive.joined()), to: "image.tar")
        var finder = ImageFinder()
        finder.find(other.path + "/image.tar")
        #expect(withExtendedLifetime(other) { finder.found.map { $0.record.form } } == [.dockerArchive])
    }

    @Test(arguments: [
        "a.tar.xz", "a.txz", "a.tar.bz2", "a.tbz2", "a.tar.lz4", "a.tgz", "a.tar.gz", "a.tar.zst", "a.tzst", "a.tar",
    ])
    func anArchiveByItsNameAloneIsReported(_ name: String) throws {
        let magics: [String: [UInt8]] = [
            "xz": [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0], "z2": Array("BZh91AY".utf8), "z4": [4, 0x22, 0x4d, 0x18, 0],
            "gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "app/oci-layout")
        try folder.write(ImageFolder.index([]), to: "app/index.json")
        try folder.write(magics[String(name.suffix(2))] ?? [], to: name)
        #expect(codes() == [.notAnImage, nil])
        // The same in the folder of an image; a file without such a name is ignored.
        try folder.write(magics[String(name.suffix(2))] ?? [], to: "app/sub/" + name)
        try folder.write(magics[String(name.suffix(2))] ?? [], to: "app/sub/other")
        #expect(codes() == [.notAnImage, nil, .notAnImage])
    }

    @Test func aTruncatedArchiveInTheFolderOfAnImageIsReported() throws {
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "oci-layout")
        try folder.write(ImageFolder.index([]), to: "index.json")
        try folder.write(.entry("notes", "text", claimedSize: 9999), to: "second.tar")
        #expect(codes() == [nil, .notAnImage])
    }

    @Test func anArchiveThatReadersReadDifferentlyCountsIfItNamesADocument() throws {
        try folder.write(ImageFinderTests.archive, to: "good.tar")
        try folder.write(Array([[UInt8].entry("../notes", "x"), .entry("notes", type: "Z"), .end].joined()), to: "odd")
        #expect(codes() == [nil, .filesIgnored])
        try folder.write(
            Array([[UInt8].entry("notes", "index.json"), .entry("notes", type: "Z"), .end].joined()), to: "odd")
        #expect(codes() == [nil, .notAnImage])
    }
}
