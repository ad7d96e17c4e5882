// layerverify: tests of collecting and comparing the entries of layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDiff
import LayerModel
import LayerPipeline
import Testing

@Suite struct EntryComparisonTests {
    private typealias Entry = TarText.Entry

    /// The entries of a tar that arrives in blocks of a size; nil if the store has none.
    private func entries(_ tar: [UInt8], blockByteCount: Int = .max, store: EntryStore = EntryStore()) -> LayerEntries?
    {
        let collector = EntryCollector(store)
        var rest = tar[...]
        while !rest.isEmpty {
            let block = Array(rest.prefix(blockByteCount))
            rest = rest.dropFirst(block.count)
            collector.consume(block.span.bytes)
        }
        let digest = ContentDigest(
            .sha256, bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: tar.count / 512), count: 32))
        var facts = BlobFacts(
            reading: .complete,
            uncompressed: UncompressedFacts(byteCount: 0, digests: [digest], ending: .complete))
        collector.finish(into: &facts)
        return store.entries(of: digest)
    }

    private func compare(
        _ first: [Entry], _ second: [Entry], endBlockCount: Int = 2, ignoring ignored: IgnoredDifferences = []
    ) throws -> FileComparison {
        let one = try #require(entries(TarText(first).bytes))
        let other = try #require(entries(TarText(second, endBlockCount: endBlockCount).bytes))
        return EntryComparison.compare(one, other, ignoring: ignored)
    }

    /// Each difference as `+path`, `-path` or `path: aspects`.
    private func lines(_ comparison: FileComparison) -> [String] {
        comparison.differences.map { difference in
            let path =
                difference.second.map { comparison.second.path($0) }
                ?? difference.first.map { comparison.first.path($0) }
            let text = String(decoding: path ?? [], as: UTF8.self)
            if difference.first == nil { return "+" + text }
            if difference.second == nil { return "-" + text }
            return text + ": " + difference.aspects.names.joined(separator: " ")
        }
    }

    private static let folder = Entry(name: "etc/", type: "5", mode: 0o755)
    private static let base = [
        folder, Entry(name: "etc/a", content: Array("one".utf8)),
        Entry(name: "etc/b", content: [UInt8](repeating: 7, count: 5000)),
        Entry(name: "etc/link", type: "2", link: "a"),
    ]

    @Test func everyEntryIsCollectedInBlocksOfAnySize() throws {
        let tar = TarText(Self.base).bytes
        let whole = try #require(entries(tar))
        #expect(whole.count == 4 && whole.fault == nil && whole.endByteCount == 1024)
        #expect(
            (0..<4).map { String(decoding: whole.path($0), as: UTF8.self) } == ["etc", "etc/a", "etc/b", "etc/link"])
        #expect(whole[1].content.count == 16 && whole[0].content.isEmpty && whole[3].linkTarget == Array("a".utf8))
        for blockByteCount in [1, 7, 511, 512, 513, 4096] {
            let parts = try #require(entries(tar, blockByteCount: blockByteCount))
            #expect((0..<parts.count).map { parts[$0] } == (0..<whole.count).map { whole[$0] }, "\(blockByteCount)")
            #expect(parts.outsideHash == whole.outsideHash && parts.endByteCount == whole.endByteCount)
        }
    }

    @Test func equalLayersAreTheSame() throws {
        let comparison = try compare(Self.base, Self.base)
        #expect(comparison.isSame && comparison.counts.isEmpty)
    }

    @Test func eachAspectIsNamed() throws {
        let changes: [(String, (inout [Entry]) -> Void)] = [
            ("content", { $0[1].content = Array("two".utf8) }), ("content", { $0[1].content = [] }),
            ("type", { ($0[1].type, $0[1].content) = ("5", []) }), ("linkTarget", { $0[3].link = "b" }),
            ("mode", { $0[1].mode = 0o600 }),
            ("owner", { $0[1].user = 5 }), ("time", { $0[1].time = 5 }), ("header", { $0[1].userName = "root" }),
            ("header", { $0[1].name = "./etc/a" }), ("header", { $0[1].mode = 0o100644 }),
        ]
        for (aspect, change) in changes {
            var other = Self.base
            change(&other)
            let comparison = try compare(Self.base, other)
            let place = aspect == "linkTarget" ? "etc/link" : "etc/a"
            #expect(lines(comparison) == ["\(place): \(aspect)"] && !comparison.isSame)
            #expect(!comparison.differsOutsideEntries && comparison.movedCount == 0)
        }
    }

    @Test func aspectsOfExtendedHeadersAreNamed() throws {
        func pax(_ key: String, _ value: String) -> [(key: String, value: String)] { [(key, value)] }
        let changes: [(String, (inout Entry) -> Void, (inout Entry) -> Void)] = [
            ("owner", { $0.group = 4 }, { $0.group = 5 }),
            ("time", { $0.records = pax("mtime", "5.25") }, { $0.records = pax("mtime", "5.5") }),
            ("time", { $0.records = pax("atime", "5") }, { $0.records = pax("atime", "6") }),
            ("xattrs", { $0.records = pax("SCHILY.xattr.a", "1") }, { $0.records = pax("SCHILY.xattr.a", "2") }),
            ("xattrs", { $0.records = pax("SCHILY.xattr.a", "1") }, { $0.records = pax("SCHILY.xattr.b", "1") }),
            ("header", { $0.records = pax("comment", "1") }, { $0.records = pax("comment", "2") }),
        ]
        for (aspect, one, other) in changes {
            var entries = (Self.base[1], Self.base[1])
            one(&entries.0)
            other(&entries.1)
            let comparison = try compare([Self.folder, entries.0], [Self.folder, entries.1])
            #expect(lines(comparison) == ["etc/a: \(aspect)"])
        }
        // Another record does not hide behind a difference that is ignored.
        var (one, other) = (Self.base[1], Self.base[1])
        one.records = [("mtime", "5"), ("comment", "1")]
        other.records = [("mtime", "6"), ("comment", "2")]
        #expect(lines(try compare([one], [other], ignoring: .times)) == ["etc/a: header"])
        other.records = [("mtime", "6"), ("comment", "1")]
        #expect(try compare([one], [other], ignoring: .times).isSame)
    }

    @Test func numbersOfDevicesAreCompared() throws {
        for change in [(1, 4), (2, 3)] {
            let (one, other) = (
                Entry(name: "d", type: "3", device: (1, 3)), Entry(name: "d", type: "3", device: change)
            )
            #expect(lines(try compare([one], [other])) == ["d: device"])
        }
    }

    /// The stored pieces are equal, and at other places in the file.
    @Test func mapsOfSparseFilesAreCompared() throws {
        func file(_ map: String) -> Entry {
            let head = Array(map.utf8) + [UInt8](repeating: 0, count: 512 - map.utf8.count)
            var entry = Entry(name: "s", content: head + Array("abc".utf8))
            entry.records = [
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"),
                ("GNU.sparse.realsize", "10"),
            ]
            return entry
        }
        #expect(try compare([file("1\n0\n3\n")], [file("1\n0\n3\n")]).isSame)
        let comparison = try compare([file("1\n0\n3\n")], [file("1\n2\n3\n")])
        #expect(lines(comparison) == ["s: content"])
    }

    @Test func addedAndRemovedEntriesAreListed() throws {
        let comparison = try compare(Self.base, [Self.folder, Entry(name: "etc/new")] + Self.base[2...])
        #expect(lines(comparison) == ["+etc/new", "-etc/a"])
        #expect(comparison.counts.added == 1 && comparison.counts.removed == 1)
    }

    @Test func repeatedPathsArePairedInTheirOrder() throws {
        let one = Entry(name: "x", content: [1])
        let two = Entry(name: "x", content: [2])
        #expect(try compare([one, two], [one, two]).isSame)
        #expect(lines(try compare([one, two], [one])) == ["-x"])
        #expect(lines(try compare([one], [one, two])) == ["+x"])
        #expect(lines(try compare([one, two], [two, one])) == ["x: content", "x: content"])
    }

    @Test func anotherOrderIsADifference() throws {
        let comparison = try compare(Self.base, [Self.base[0], Self.base[2], Self.base[3], Self.base[1]])
        #expect(comparison.movedCount == 1 && comparison.differences.isEmpty && !comparison.isSame)
        #expect(comparison.firstMoved == Array("etc/a".utf8))
        let ignored = try compare(
            Self.base, [Self.base[0], Self.base[2], Self.base[3], Self.base[1]], ignoring: .order)
        #expect(ignored.isSame)
    }

    @Test func bytesOutsideOfEntriesAreADifference() throws {
        let comparison = try compare(Self.base, Self.base, endBlockCount: 20)
        #expect(comparison.differsOutsideEntries && comparison.differences.isEmpty && !comparison.isSame)
        #expect(try compare(Self.base, Self.base, endBlockCount: 20, ignoring: .headers).isSame)
        // Padding that is not zero.
        var tar = TarText(Self.base).bytes
        let one = try #require(entries(tar))
        tar[512 + 512 + 100] = 1
        let other = try #require(entries(tar))
        #expect(EntryComparison.compare(one, other, ignoring: []).differsOutsideEntries)
        // A header that means the same: the device of a file.
        tar = TarText(Self.base).bytes
        let digits: [(Int, UInt8)] = [(329, 0x30), (512 + 148 + 5, 0)]
        for (offset, byte) in digits.prefix(1) { tar[512 + offset] = byte }
        var sum = 0
        for offset in 0..<512 { sum += (148..<156).contains(offset) ? 32 : Int(tar[512 + offset]) }
        let text = String(sum, radix: 8)
        tar.replaceSubrange(
            (512 + 148)..<(512 + 154), with: (String(repeating: "0", count: 6 - text.count) + text).utf8)
        let third = try #require(entries(tar))
        #expect(lines(EntryComparison.compare(one, third, ignoring: [])) == ["etc/a: header"])
    }

    @Test func ignoredAspectsAreCounted() throws {
        var other = Self.base
        other[1].time = 5
        other[2].mode = 0o600
        let comparison = try compare(Self.base, other, ignoring: .times)
        #expect(lines(comparison) == ["etc/b: mode"] && comparison.counts.ignored == 1)
        #expect(try compare(Self.base, other, ignoring: [.times, .modes]).isSame)
    }

    @Test func aTarThatIsCutHasAFault() throws {
        let tar = TarText(Self.base).bytes
        let cut = try #require(entries(Array(tar.prefix(3000))))
        #expect(cut.fault?.contains("cut off") == true)
        let other = try #require(entries(Array("{}".utf8) + [UInt8](repeating: 10, count: 1000)))
        #expect(other.fault != nil && other.count == 0)
    }

    @Test func entriesThatDoNotFitIntoMemoryAreDropped() throws {
        let many = (0..<2000).map { Entry(name: "a/long/name/of/a/folder/\($0)", content: [1]) }
        let small = EntryStore(maximumByteCount: 128 << 10)
        let dropped = try #require(entries(TarText(many).bytes, store: small))
        #expect(dropped.isOverLimit && dropped.count == 0)
        // The memory is free again.
        let next = try #require(entries(TarText(Self.base).bytes, store: small))
        #expect(!next.isOverLimit && next.count == 4)
    }
}
