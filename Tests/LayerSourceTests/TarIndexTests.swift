// layerverify: tests of the index of tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSource
import LayerSystem
import SystemPackage
import Tar
import Testing
import TestSupport

@Suite struct TarIndexTests {
    @Test func entriesHaveTheirOffsets() {
        let index = read(.entry("a", "first"), .entry("dir/", type: "5"), .entry("dir/b", "second"), .end)
        #expect(index.entries.map(\.name) == ["a", "dir", "dir/b"])
        #expect(index.entries.map(\.kind) == [.file, .directory, .file])
        #expect(index.entries.map(\.dataOffset) == [512, 1536, 2048])
        #expect(index.entries.map(\.byteCount) == [5, 0, 6])
        #expect(index.ending == .endOfArchive(atByte: 2560))
    }

    @Test func anArchiveMayEndWithoutItsEndMarker() {
        #expect(read(.entry("a", "x")).ending == .endOfFile)
        #expect(read([]).ending == .endOfFile)
        #expect(read(.entry("a", "x"), .zeros(512)).ending == .endOfArchive(atByte: 1024))
        #expect(read(.zeros(1024)).ending == .endOfArchive(atByte: 0))
        #expect(read(.entry("a", "x"), .end, .entry("b", "y")).entries.count == 1)
    }

    @Test func namesAreNormalized() {
        let names = ["/abs", "./dot", "a//b/./c", "d/", "x/../y", "..", "../up", "a/../../up", "./"]
        let index = read(Array(names.map { [UInt8].entry($0) }.joined()), .end)
        #expect(index.entries.map(\.name) == ["abs", "dot", "a/b/c", "d", "y", "..", "../up", "a/../../up", ""])
        #expect(index.entries.map(\.climbsOut) == [false, false, false, false, false, true, true, true, false])
        #expect(index.entries(named: "../up").isEmpty)
        #expect(index.resolve("../up") == .outsideImage)
        #expect(index.entries(named: "./a/b/c") == [2])
    }

    @Test func prefixIsPartOfAUstarName() {
        var header = [UInt8].header("name")
        header.put("some/prefix", at: 345)
        #expect(read(header.withChecksum(), .end).entries.first?.name == "some/prefix/name")
        header.put("ustar  \0", at: 257)
        #expect(read(header.withChecksum(), .end).entries.first?.name == "name")
        header.put("\0\0\0\0\0\0\0\0", at: 257)
        #expect(read(header.withChecksum(), .end).entries.first?.name == "name")
    }

    @Test func sizesAreReadInEveryNotation() {
        func size(_ field: [UInt8]) -> UInt64? {
            var header = [UInt8].header("f")
            header.replaceSubrange(124..<136, with: field + .zeros(12 - field.count))
            return read(header.withChecksum()).entries.first?.byteCount
        }
        #expect(size(Array("00000000012\0".utf8)) == 10)
        #expect(size(Array("         12 ".utf8)) == 10)
        #expect(size(Array("12".utf8)) == 10)
        #expect(size([0, 0, 0x31, 0x32, 0x20]) == nil)
        #expect(size(Array("12 \0junk".utf8)) == nil)
        #expect(size([UInt8](repeating: 0x20, count: 12)) == nil)
        #expect(size([]) == 0)
        #expect(size(Array("777777777777".utf8)) == 0o777777777777)
        #expect(size([0x80] + .zeros(10) + [9]) == 9)
        #expect(size([0x80] + .zeros(3) + [0x7f] + [UInt8](repeating: 0xff, count: 7)) == UInt64(Int64.max))
        #expect(size([0x80] + .zeros(3) + [0x80] + .zeros(7)) == nil)
        #expect(size([UInt8](repeating: 0xff, count: 12)) == nil)
        #expect(size([0x80, 1] + .zeros(10)) == nil)
        #expect(size(Array("-1".utf8)) == nil)
        #expect(size(Array("8".utf8)) == nil)
        #expect(size(Array("1 2".utf8)) == nil)
    }

    @Test func sumOfSignedCharactersIsAlsoAChecksum() {
        var header = [UInt8].header("\u{e9}\u{e9}")
        #expect(read(header.withChecksum()).entries.count == 1)
        #expect(read(header.withChecksum(isSigned: true)).entries.count == 1)
        header = header.withChecksum()
        header[0] ^= 1
        #expect(read(header).ending == .corrupt(atByte: 0, reason: "header with a wrong checksum"))
    }

    @Test func paxRecordsOverrideTheHeader() {
        let long = String(repeating: "long/", count: 100) + "name"
        let pax = "path=\(long)|linkpath=to/there|size=3|comment=x"
        let index = read(.pax(pax), .entry("short", "abc", claimedSize: 0), .entry("next", "x"), .end)
        #expect(index.entries.map(\.name) == [long, "next"])
        #expect(index.entries.first?.byteCount == 3)
        #expect(index.ending == .endOfArchive(atByte: 3584))
        let link = read(.pax("linkpath=to/there"), .entry("l", type: "2", link: "no"), .end)
        #expect(link.entries.first?.kind == .symbolicLink(target: "to/there"))
        #expect(read(.pax("path=x|path="), .entry("header"), .end).entries.first?.name == "header")
    }

    @Test func malformedPaxRecordsAreCorrupt() {
        for data in [
            "5 a=b", "99 a=b\n", "6 a=b\nx", "x a=b\n", "+6 a=b\n", "-6 a=b\n", "6 abc\n", "6 =ab\n", "0 \n", " a=b\n",
            "6  a=b\n", "10 size=-1\n", "27 size=99999999999999999999\n", "12 path=a\0b\n",
        ] {
            let index = read(.entry("pax", data, type: "x"), .entry("f"), .end)
            guard case .corrupt(atByte: 0, _) = index.ending else {
                Issue.record("\(data.debugDescription) ends with \(index.ending)")
                continue
            }
        }
        #expect(read(.entry("pax", "6 a=b\n", type: "x"), .entry("f"), .end).entries.count == 1)
    }

    @Test func gnuLongNamesAreRead() {
        let long = String(repeating: "n", count: 300)
        let index = read(
            .entry("././@LongLink", long + "\0", type: "L"), .entry("././@LongLink", "target\0", type: "K"),
            .entry("short", type: "2", link: "other"), .entry("next"), .end)
        #expect(index.entries.map(\.name) == [long, "next"])
        #expect(index.entries.first?.kind == .symbolicLink(target: "target"))
    }

    @Test func extendedHeadersAreBounded() {
        let large = read(.header("pax", type: "x", size: (1 << 20) + 1).withChecksum(), .zeros(2 << 20))
        #expect(large.ending == .corrupt(atByte: 0, reason: "extended header of 1048577 bytes"))
        let name = String(repeating: "n", count: 5000)
        guard case .corrupt = read(.entry("L", name, type: "L"), .entry("f"), .end).ending else {
            Issue.record("a name longer than any path is refused")
            return
        }
        #expect(read(.pax("path=x"), .end).ending == .corrupt(atByte: 1024, reason: "extended header without an entry"))
        #expect(read(.pax("path=x")).ending == .truncated(atByte: 1024, entryName: nil))
    }

    @Test func entryPastTheEndIsListedAndTruncated() {
        let index = read(.header("big", size: 1 << 35).withChecksum(), .zeros(100))
        #expect(index.entries.map(\.byteCount) == [1 << 35])
        #expect(index.ending == .truncated(atByte: 612, entryName: "big"))
    }

    @Test func loneZeroBlockIsCorrupt() {
        let index = read(.entry("a"), .zeros(512), .entry("b"), .end)
        #expect(index.entries.count == 1)
        #expect(index.ending == .corrupt(atByte: 512, reason: "a lone block of zeros"))
    }

    @Test func specialEntriesHaveTheirKinds() {
        let types: [(Character, TarEntry.Kind)] = [
            ("0", .file), ("7", .file), ("\0", .file), ("1", .hardLink(target: "t")), ("2", .symbolicLink(target: "t")),
            ("3", .characterDevice), ("4", .blockDevice), ("5", .directory), ("6", .fifo), ("S", .sparse),
            ("Z", .other(typeFlag: 90)),
        ]
        for (type, kind) in types {
            let index = read(.entry("e", type: type, link: "t"), .entry("next"), .end)
            #expect(index.entries.first?.kind == kind)
            #expect(index.entries.count == 2)
        }
        #expect(read(.entry("old/", type: "\0"), .end).entries.first?.kind == .directory)
        let pax = read(.pax("GNU.sparse.major=1|GNU.sparse.name=real"), .entry("GNUSparse.0/x", "d"), .end)
        #expect(pax.entries.first?.kind == .sparse)
        #expect(pax.entries.first?.name == "real")
    }

    @Test func mapOfASparseFileIsSkipped() {
        var header = [UInt8].header("s", type: "S", size: 4)
        header[482] = 1
        var more = [UInt8].zeros(512)
        more[504] = 1
        let index = read(header.withChecksum(), more, .zeros(512), .padded("data"), .entry("next"), .end)
        #expect(index.entries.map(\.name) == ["s", "next"])
        #expect(index.entries.first?.dataOffset == 1536)
    }

    @Test func nameThatIsNotUTF8IsNeverFound() {
        var header = [UInt8].header("x")
        header[0] = 0xff
        let index = read(header.withChecksum(), .end)
        #expect(index.entries.first?.isNameDamaged == true)
        #expect(index.entries(named: "\u{fffd}").isEmpty)
    }

    @Test func namesAreFoundByTheirBytes() {
        let index = read(.entry("\u{e9}"), .entry("e\u{301}"), .end)
        #expect(index.entries(named: "\u{e9}") == [0])
        #expect(index.entries(named: "e\u{301}") == [1])
    }

    @Test func tarIsRecognised() {
        #expect(TarIndex.isTar(prefix: [UInt8].entry("a", "x")))
        #expect(TarIndex.isTar(prefix: [UInt8].zeros(1024)))
        #expect(!TarIndex.isTar(prefix: [UInt8].zeros(1023)))
        #expect(!TarIndex.isTar(prefix: [UInt8].zeros(512) + [1] + .zeros(511)))
        #expect(!TarIndex.isTar(prefix: [UInt8].entry("a", "x").prefix(511)))
        #expect(!TarIndex.isTar(prefix: []))
        #expect(!TarIndex.isTar(prefix: [UInt8](repeating: 0x20, count: 1024)))
    }

    @Test func anUnreadableArchiveIsReported() throws {
        let bytes = MemoryReader(.entry("a", String(repeating: "x", count: 9000)) + .entry("b") + .end)
        let index = TarIndex.read(FaultyReader(bytes, .failsToRead(number: 2, .ioError)))
        #expect(index.entries.map(\.name) == ["a"])
        #expect(index.ending == .unreadable(.failed(errno: 5), atByte: 9728))
    }

    @Test func entriesAfterAnUnreadableOneMayExist() throws {
        let bytes = MemoryReader(.entry("a", String(repeating: "x", count: 9000)) + .entry("b/c") + .end)
        for fault in [FaultyOpener.Fault.failsToRead(number: 2, .ioError), .isCut(atRead: 2, byteCount: 0)] {
            let index = TarIndex.read(FaultyReader(bytes, fault))
            #expect(index.resolve("a") == .file(entryIndexes: [0]))
            #expect(index.resolve("b/c") == .unindexed)
            let tree = TarTree(index, root: 0)
            #expect(tree.locate("b/c") == .nowhere(.unindexed))
            #expect(tree.kind(of: "b") == .unreadable(.unindexed))
            guard case .unreadable(.unindexed) = tree.list("b") else {
                Issue.record("\(tree.list("b"))")
                return
            }
            #expect(tree.findings.map { $0.code } == [.pathUnreadable])
        }
    }

    @Test func anArchiveThatChangesWhileItIsIndexedIsNotTruncated() {
        let growing = MemoryReader(Array([UInt8].entry("a", String(repeating: "x", count: 9000)).prefix(5000)))
        let index = TarIndex.read(FaultyReader(growing, .changes(afterReads: 1)))
        #expect(index.ending == .unreadable(.changed, atByte: 0))
        #expect(TarTree(index, root: 0).findings.map { $0.code } == [.pathUnreadable])
    }

    @Test func everyTruncationIsReportedOrLosesNothing() {
        let archive: [UInt8] = .entry("a", "first") + .pax("path=long") + .entry("b", "second") + .end
        let whole = read(archive)
        for count in 0..<archive.count {
            let index = read(Array(archive.prefix(count)))
            switch index.ending {
            case .truncated: break
            case .endOfFile: #expect([0, 1024, 3072].contains(count))
            case .endOfArchive: #expect(count == 3584 && index.entries == whole.entries)
            case .corrupt, .tooManyEntries, .unreadable: Issue.record("cut at \(count): \(index.ending)")
            }
        }
    }

    @Test func flippedBytesNeverCrash() {
        let parts: [[UInt8]] = [
            .pax("path=long|size=6"), .entry("b", "second"), .entry("L", "name", type: "L"), .entry("l", type: "2"),
            .end,
        ]
        let archive = Array(parts.joined())
        var random = SplitMix(state: 7)
        for position in archive.indices {
            var damaged = archive
            damaged[position] ^= UInt8.random(in: 1...255, using: &random)
            guard SlowTests.areWanted || position % 4 == 0 else { continue }
            let index = read(damaged)
            #expect(index.entries.count <= 2)
            _ = index.resolve("long")
        }
    }

    @Test func aNameOfThousandsOfComponentsIsLookedUpWithFewComparisons() {
        let folder = String(repeating: "d/", count: 1900)
        var archive: [UInt8] = []
        for number in 0..<50 { archive += .pax("path=\(folder)\(number)") + .entry("short") }
        let index = read(archive)
        var probeCount = 0
        #expect(index.resolve(folder + "7", &probeCount) == .file(entryIndexes: [7]))
        #expect(index.resolve(folder + "50", &probeCount) == .missing)
        #expect(index.resolve(folder + "../d/7", &probeCount) == .file(entryIndexes: [7]))
        #expect(index.resolve(folder, &probeCount) == .missing)
        #expect(probeCount < 1000)
    }

    @Test func entriesAtEachLevelDoNotSlowDownALookup() {
        var archive: [UInt8] = []
        var folder = ""
        for _ in 0..<300 {
            archive += .pax("path=\(folder)d-") + .entry("short")
            archive += .pax("path=\(folder)d/") + .entry("short", type: "5")
            folder += "d/"
        }
        archive += .pax("path=\(folder)file") + .entry("short", "x")
        let index = read(archive)
        var probeCount = 0
        #expect(index.resolve(folder + "file", &probeCount) == .file(entryIndexes: [600]))
        #expect(probeCount < 300 * 60)
    }

    @Test func linksThatAddHundredsOfComponentsAreNotFollowed() {
        let folder = String(repeating: "d/", count: 300)
        let archive: [UInt8] =
            .pax("path=one|linkpath=\(folder)two") + .entry("short", type: "2", link: "x")
            + .pax("path=\(folder)two|linkpath=\(folder)three") + .entry("short", type: "2", link: "x")
            + .pax("path=\(folder)\(folder)three") + .entry("short", "x")
        let index = read(archive)
        #expect(index.resolve(folder + "two") == .file(entryIndexes: [2]))
        #expect(index.resolve("one") == .unsupported)
    }

    @Test func veryManyEntriesOfOneNameAreReadToALimit() {
        var archive: [UInt8] = []
        for _ in 0..<2000 { archive += .entry("a") }
        for _ in 0..<2000 { archive += .entry("b", type: "1", link: "a") }
        let index = read(archive)
        #expect(index.contradictions.isEmpty)
        #expect(index.repeatedNames == ["more than 1000 entries have the name 'a'"])
        guard case .file(let places, _) = index.resolve("a") else {
            Issue.record("the file is there")
            return
        }
        #expect(places == Array(1000..<2000))
        let tree = TarTree(index, root: 0)
        #expect(tree.findings.map { $0.code } == [.tooManyDescriptors, .archiveWithoutEnd])
    }

    @Test func aHardLinkBeforeItsFileIsAContradiction() {
        #expect(read(.entry("b", type: "1", link: "a"), .entry("a")).contradictions.count == 1)
        #expect(read(.entry("a"), .entry("b", type: "1", link: "a"), .entry("a")).contradictions.isEmpty)
    }

    @Test func everyIndexIsBounded() {
        let name = String(repeating: "n", count: 4000)
        var archive: [UInt8] = []
        archive.reserveCapacity(30 << 20)
        let entry: [UInt8] = .pax("path=\(name)") + .entry("short")
        for _ in 0..<5400 { archive += entry }
        let index = read(archive)
        guard case .tooManyEntries = index.ending else {
            Issue.record("\(index.ending)")
            return
        }
        #expect(index.byteCount <= TarIndex.maximumByteCount)
        #expect(index.byteCount > TarIndex.maximumByteCount * 9 / 10)
    }

    @Test func twentyThousandEntriesAreIndexed() {
        let header = [UInt8].header("file").withChecksum()
        var archive: [UInt8] = []
        archive.reserveCapacity(20_000 * 512)
        for _ in 0..<20_000 { archive += header }
        let index = read(archive)
        #expect(index.entries.count == 20_000)
        #expect(index.entries(named: "file").count == 20_000)
    }
}

@Suite struct TarResolutionTests {
    private let index = read(
        .entry("a/layer.tar", "A"), .entry("b/layer.tar", type: "2", link: "../a/layer.tar"),
        .entry("c/layer.tar", type: "1", link: "./a/layer.tar"), .entry("d", type: "2", link: "a"),
        .entry("twice", "1"), .entry("twice", "2"), .entry("loop", type: "2", link: "pool"),
        .entry("pool", type: "2", link: "loop"), .entry("abs", type: "2", link: "/a/layer.tar"),
        .entry("out", type: "2", link: "../x"), .entry("dangling", type: "2", link: "none"), .entry("fifo", type: "6"),
        .entry("dir/", type: "5"), .entry("self", "s"), .entry("self", type: "1", link: "self"),
        .entry("e/chain", type: "1", link: "b/layer.tar"), .entry("mixed", "m"),
        .entry("mixed", type: "2", link: "twice"), .entry("slash", type: "2", link: "twice/"),
        .entry("detour", type: "2", link: "gone/../twice"), .end)

    static let cases: [(String, TarResolution)] = [
        ("a/layer.tar", TarResolution.file(entryIndexes: [0])), ("./a//layer.tar", .file(entryIndexes: [0])),
        ("b/layer.tar", .file(entryIndexes: [0])), ("c/layer.tar", .file(entryIndexes: [0])),
        ("d/layer.tar", .file(entryIndexes: [0])), ("d/../b/layer.tar", .file(entryIndexes: [0])),
        ("e/chain", .file(entryIndexes: [0])), ("twice", .file(entryIndexes: [4, 5])),
        ("mixed", .file(entryIndexes: [4, 5, 16], isContradicted: true)), ("self", .file(entryIndexes: [13])),
        ("loop", .loop),
        ("abs", .outsideImage), ("out", .outsideImage), ("../a/layer.tar", .outsideImage), ("dangling", .missing),
        ("none", .missing), ("a/layer.tar/x", .missing), ("fifo/x", .missing), ("c/layer.tar/x", .missing),
        ("slash", .notRegularFile(.symbolicLink)), ("detour", .missing),
        ("fifo", .notRegularFile(.fifo)), ("dir", .notRegularFile(.directory)), ("", .notRegularFile(.directory)),
    ]

    @Test(arguments: cases) func nameIsResolved(_ name: String, _ expected: TarResolution) {
        #expect(index.resolve(name) == expected)
    }

    @Test func aVeryLongNameIsMissing() {
        #expect(index.resolve(String(repeating: "a/", count: 2 << 20)) == .missing)
    }
}
