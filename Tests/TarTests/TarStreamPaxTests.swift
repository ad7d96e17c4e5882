// layerverify: tests of the extended headers of tar streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar
import Testing

@Suite struct TarStreamPaxTests {
    /// What is read of an entry `f` with records.
    private func read(_ records: (String, String)...) -> StreamResult {
        readData(records.map { [UInt8].record($0.0, $0.1) }.joined())
    }

    private func readData(_ data: String) -> StreamResult {
        TarTests.read(.paxData(data) + .entry("f") + .end)
    }

    @Test func recordsReplaceFields() throws {
        let result = read(
            ("path", "p"), ("linkpath", "l"), ("uname", "u"), ("gname", "g"), ("uid", "4294967296"), ("gid", "-1"),
            ("mtime", "1.5"), ("atime", "2"), ("ctime", "3"), ("SCHILY.xattr.user.a", "b"))
        let member = try #require(result.members.first)
        #expect(member.name == Array("p".utf8))
        #expect(member.linkName == Array("l".utf8))
        #expect(member.userName == Array("u".utf8))
        #expect(member.groupName == Array("g".utf8))
        #expect(member.userID == 1 << 32)
        #expect(member.groupID == -1)
        #expect(member.modificationTime == TarTime(seconds: 1, nanoseconds: 500_000_000))
        #expect(member.paxRecords.count == 10)
        #expect(member.paxRecords["SCHILY.xattr.user.a"].elementsEqual("b".utf8))
        #expect(member.paxRecords["other"].isEmpty)
        #expect(member.format == .pax)
        #expect(member.oddities == [])
    }

    @Test func sizeOfARecordCounts() {
        let stream = [UInt8].pax(("size", "7")) + Header("f").block + Array("content".utf8).padded + .entry("g") + .end
        #expect(TarTests.read(stream).contents == ["content", ""])
        #expect(TarTests.read(stream).members.first?.size == 7)
        #expect(read(("size", "-1")).fault == .negativeSize)
        #expect(
            TarTests.read(.pax(("size", "5000")) + .entry("f")).ending == .cut(atByte: 1536, .content, entryOffset: 0))
    }

    @Test func recordsHoldForOneEntry() {
        let result = TarTests.read(.pax(("path", "p"), ("uid", "7")) + .entry("f") + .entry("g") + .end)
        #expect(result.names == ["p", "g"])
        #expect(result.members.map(\.userID) == [7, 0o1750])
        #expect(result.members.map(\.paxRecords.count) == [2, 0])
        #expect(result.members.map(\.format) == [.pax, .ustar])
    }

    @Test func emptyRecordKeepsTheField() {
        let result = read(("path", ""), ("uid", ""), ("mtime", ""))
        #expect(result.names == ["f"])
        #expect(result.members.first?.userID == 0o1750)
        #expect(result.members.first?.oddities == .emptyPaxRecord)
    }

    @Test func lastRecordOfAKeywordCounts() {
        let result = read(("path", "one"), ("uid", "1"), ("path", "two"))
        #expect(result.names == ["two"])
        #expect(result.members.first?.paxRecords.map { String(decoding: $0.value, as: UTF8.self) } == ["1", "two"])
        #expect(result.members.first?.oddities == .repeatedPaxRecord)
        // Many records are compared in another way.
        let many = (0..<100).map { [UInt8].record("key\($0 % 50)", "\($0)") }.joined()
        let records = readData(many).members.first?.paxRecords
        #expect(records?.count == 50)
        #expect(records?["key3"].elementsEqual("53".utf8) == true)
    }

    @Test(arguments: [
        "10 path=p\n\0", "11 path=p\n", "8 path=p\n", "10 path=p ", "x path=p\n", " path=p\n", "10path=p\n",
        "10 pathap\n",
        "6 =ab\n", "-10 path=p\n", "99999999999999999999 path=p\n", "4 a=", "0 a=b\n", "2 a=b\n", "11 path=p\0\n",
        "8 k\0=ab\n",
    ])
    func recordMustBeWellFormed(_ data: String) {
        #expect(readData(data).ending == .invalid(atByte: 0, .paxRecord, isFirst: false))
    }

    @Test func recordMayHaveOtherForms() {
        #expect(readData("11 +path=p\n").members.first?.paxRecords["+path"].elementsEqual("p".utf8) == true)
        #expect(readData("+11 path=p\n").names == ["p"])
        #expect(readData("00012 path=p\n").fault == .paxRecord)
        #expect(readData("00013 path=p\n").names == ["p"])
        #expect(readData("8 a=b=c\n").members.first?.paxRecords["a"].elementsEqual("b=c".utf8) == true)
        #expect(readData("7 k=\0a\n").members.first?.paxRecords["k"].elementsEqual([0, 0x61]) == true)
        #expect(readData("").names == ["f"])
    }

    @Test func valuesMustBeNumbers() {
        let fields: [(String, TarNumericField)] = [
            ("uid", .userID), ("gid", .groupID), ("size", .size), ("mtime", .modificationTime), ("atime", .accessTime),
            ("ctime", .changeTime),
        ]
        for (key, field) in fields {
            for value in ["x", "1x", " 1", "9223372036854775808", "-9223372036854775809", "1_0", "+", "-"] {
                #expect(read((key, value)).ending == .invalid(atByte: 0, .paxNumber(field), isFirst: false))
            }
        }
        #expect(read(("uid", "1.5")).fault == .paxNumber(.userID))
        #expect(read(("uid", "+7")).members.first?.userID == 7)
        #expect(read(("uid", "-9223372036854775808")).members.first?.userID == .min)
    }

    @Test(
        arguments: [
            ("1", 1, 0), ("1.", 1, 0), ("1.000000001", 1, 1), ("1.0000000019", 1, 1), ("-1", -1, 0),
            ("-1.25", -2, 750_000_000),
            ("-0.5", -1, 500_000_000), ("-1.0", -1, 0), ("9223372036854775807.9", .max, 900_000_000),
            ("-9223372036854775808.5", .max, 500_000_000),
        ] as [(String, Int64, Int32)])
    func timeMayHaveAFraction(_ text: String, _ seconds: Int64, _ nanoseconds: Int32) {
        let time = read(("mtime", text)).members.first?.modificationTime
        #expect(time == TarTime(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [".5", "1.x", "1.-5", "1.5.5", "-.5"])
    func timeMustBeANumber(_ text: String) {
        #expect(read(("mtime", text)).fault == .paxNumber(.modificationTime))
    }

    @Test func firstOfTwoExtendedHeadersIsForgotten() {
        let result = TarTests.read(.pax(("path", "p"), ("uid", "7")) + .pax(("gid", "8")) + .entry("f") + .end)
        #expect(result.names == ["f"])
        #expect(result.members.first?.userID == 0o1750)
        #expect(result.members.first?.groupID == 8)
        #expect(result.members.first?.oddities == .forgottenExtendedHeader)
        #expect(result.members.first?.headerOffset == 0)
    }

    @Test func longNamesReplaceNames() {
        let name = String(repeating: "n", count: 300)
        let result = TarTests.read(
            .entry("././@LongLink", name + "\0", type: "L") + .entry("././@LongLink", "target\0rest", type: "K")
                + .entry("f", type: "2") + .entry("g") + .end)
        #expect(result.names == [name, "g"])
        #expect(result.members.map { String(decoding: $0.linkName, as: UTF8.self) } == ["target", ""])
        #expect(result.members.map(\.headerOffset) == [0, 2560])
        #expect(result.members.first?.oddities == [])
    }

    @Test func longNameWinsOverARecord() {
        func result(_ record: String, _ longName: String) -> StreamResult {
            TarTests.read(
                .pax(("path", record), ("linkpath", record)) + .entry("L", longName, type: "L")
                    + .entry("K", longName, type: "K") + .entry("f", type: "2") + .end)
        }
        #expect(result("record", "long").names == ["long"])
        #expect(result("record", "long").members.first?.linkName == Array("long".utf8))
        #expect(result("record", "long").members.first?.oddities == .namesDiffer)
        #expect(result("same", "same").members.first?.oddities == [])
        #expect(result("record", "").names == ["record"])
        #expect(result("record", "").members.first?.oddities == .emptyLongName)
    }

    @Test func secondLongNameCounts() {
        let first = [UInt8].entry("L", "one", type: "L")
        let result = TarTests.read(first + .entry("L", "two", type: "L") + .entry("f") + .end)
        #expect(result.names == ["two"])
        #expect(result.members.first?.oddities == .forgottenExtendedHeader)
        #expect(TarTests.read(first + .entry("L", "", type: "L") + .entry("f") + .end).names == ["f"])
    }

    @Test func globalHeaderIsNotApplied() {
        func result(_ records: (String, String)..., name: String = "pax_global_header") -> StreamResult {
            let data = records.map { [UInt8].record($0.0, $0.1) }.joined()
            return TarTests.read(.entry(name, data, type: "g") + .entry("f") + .entry("g") + .end)
        }
        #expect(result(("path", "p"), ("uid", "7")).names == ["f", "g"])
        #expect(result(("uid", "7")).members.map(\.userID) == [0o1750, 0o1750])
        #expect(result(("uid", "7")).members.map(\.oddities) == [.globalHeaderBefore, []])
        #expect(result(("comment", "c")).members.map(\.oddities) == [.globalComment, []])
        #expect(result().members.map(\.oddities) == [.globalComment, []])
        #expect(result(("uid", "7")).members.map(\.headerOffset) == [1024, 1536])
        #expect(
            result(("comment", "c"), name: "a/g").members.first?.oddities == [.globalComment, .globalHeaderInFolder])
        for name in ["g/", "./g", "/g", ".g"] {
            #expect(result(("comment", "c"), name: name).members.first?.oddities == .globalComment)
        }
        #expect(
            result(("comment", "c"), name: "./.a/g").members.first?.oddities == [.globalComment, .globalHeaderInFolder])
        #expect(result(("path", "a/b")).members.first?.oddities == [.globalHeaderBefore, .globalHeaderInFolder])
        // Its numbers are not read, but its form is.
        #expect(result(("uid", "x")).names == ["f", "g"])
        #expect(TarTests.read(.paxData("x", type: "g") + .entry("f") + .end).fault == .paxRecord)
    }

    @Test func globalHeaderForgetsExtendedHeaders() {
        let result = TarTests.read(
            .pax(("path", "p")) + .entry("L", "long", type: "L") + .pax(("comment", "c"), type: "g") + .entry("f")
                + .end)
        #expect(result.names == ["f"])
        #expect(result.members.first?.oddities == [.forgottenExtendedHeader, .globalComment])
        #expect(result.members.first?.paxRecords.isEmpty == true)
    }

    @Test func extendedHeadersHaveAtMostOneMebibyte() {
        func result(_ byteCount: Int, type: Character) -> StreamResult {
            let text = String(repeating: "a", count: byteCount)
            let data = type == "L" ? text : "\(byteCount) comment=\(text.dropLast(17))\n"
            return TarTests.read(.entry("h", data, type: type) + .entry("f") + .end)
        }
        #expect(result(1 << 20, type: "L").members.first?.name.count == 1 << 20)
        #expect(result(1 << 20, type: "x").names == ["f"])
        for type in "LKxg" as String {
            #expect(
                result(1 << 20 + 1, type: type).ending == .invalid(atByte: 0, .extendedHeaderTooLong, isFirst: false))
        }
        // The stream ends before the limit.
        let cut = Header("h", type: "x", size: 1 << 30).block + .zeros(1 << 20)
        #expect(TarTests.read(cut).ending == .cut(atByte: 1 << 20 + 512, .extendedHeader, entryOffset: 0))
        #expect(TarTests.read(cut + [0]).fault == .extendedHeaderTooLong)
    }

    @Test func extendedHeadersInPiecesAreTheSame() {
        let stream = [UInt8].pax(("path", String(repeating: "p", count: 2000))) + .entry("f", "content") + .end
        for pieceByteCount in [1, 100, 511, 513, 2000] {
            let result = TarTests.read(stream, pieceByteCount: pieceByteCount)
            #expect(result.names == [String(repeating: "p", count: 2000)])
            #expect(result.contents == ["content"])
        }
    }
}
