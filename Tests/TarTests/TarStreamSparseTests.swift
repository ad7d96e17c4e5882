// layerverify: tests of sparse files in tar streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar
import Testing

@Suite struct TarStreamSparseTests {
    private let content = "abcdefgh"
    private let pieces = [TarSparsePiece(offset: 2, byteCount: 5), TarSparsePiece(offset: 18, byteCount: 3)]

    /// A file of 25 bytes in version 1.0, with this map.
    private func version1(_ map: String, size: String = "25", content: String = "abcdefgh", type: Character = "0")
        -> StreamResult
    {
        let data = Array(map.utf8).padded + Array(content.utf8)
        return read(
            .pax(
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"),
                ("GNU.sparse.realsize", size))
                + Header("f", type: type, size: data.count).block + data.padded + .entry("g") + .end)
    }

    /// The same in version 0.1.
    private func version01(_ map: String, count: String = "2", size: String = "25", content: String = "abcdefgh")
        -> StreamResult
    {
        read(
            .pax(
                ("GNU.sparse.map", map), ("GNU.sparse.numblocks", count), ("GNU.sparse.size", size),
                ("GNU.sparse.name", "s"))
                + .entry("f", content) + .entry("g") + .end)
    }

    /// A header of GNU's old format, with pieces from `offset` on.
    private func old(_ numbers: [Int], size: Int = 25, isExtended: Bool = false) -> Header {
        Header("s", type: "S", size: 8, magic: "ustar  \u{0}").with {
            for (index, number) in numbers.enumerated() { $0.putOctal(number, at: 386 + 12 * index, digitCount: 11) }
            $0.putOctal(size, at: 483, digitCount: 11)
            $0.bytes[482] = isExtended ? 1 : 0
        }
    }

    private func expectSparse(_ result: StreamResult, dataOffset: UInt64, name: String = "s") {
        #expect(result.names == [name, "g"])
        #expect(result.contents == [content, ""])
        #expect(result.members.first?.place.sparseMap == pieces)
        #expect(result.members.map(\.isSparse) == [true, false])
        #expect(result.members.first?.size == 25)
        #expect(result.members.first?.storedByteCount == 8)
        #expect(result.members.first?.dataOffset == dataOffset)
    }

    @Test func oldFormatIsRead() {
        let result = read(.entry(old([2, 5, 18, 3]), content) + .entry("g") + .end)
        expectSparse(result, dataOffset: 512)
        #expect(result.members.first?.typeFlag == UInt8(ascii: "S"))
    }

    @Test func oldFormatHasBlocksOfPieces() {
        let header = old([2, 5], isExtended: true).block
        let more = Header("").with {
            $0.bytes = .zeros(512)
            $0.putOctal(18, at: 0, digitCount: 11)
            $0.putOctal(3, at: 12, digitCount: 11)
            $0.bytes[504] = 1
        }.bytes
        let stream = header + more + .zeros(512) + Array(content.utf8).padded + .entry("g") + .end
        for pieceByteCount in [1, 512, .max] {
            expectSparse(read(stream, pieceByteCount: pieceByteCount), dataOffset: 1536)
        }
        #expect(read(Array(stream.prefix(1030))).ending == .cut(atByte: 1030, .sparseMap, entryOffset: 0))
        #expect(read(Array(stream.prefix(512))).ending == .cut(atByte: 512, .sparseMap, entryOffset: 0))
    }

    @Test func oldFormatNeedsGNUsMagic() {
        var header = old([2, 5, 18, 3])
        header.put("ustar\u{0}00", at: 257)
        #expect(read(.entry(header, content)).fault == .sparseHeader)
    }

    @Test func oldFormatMustHaveNumbers() {
        #expect(read(.entry(old([2, 5]).with { $0.put("x", at: 386) }, content)).fault == .sparseMap)
        #expect(read(.entry(old([2, 5]).with { $0.put("x", at: 398) }, content)).fault == .sparseMap)
        #expect(read(.entry(old([2, 5]).with { $0.put("x", at: 483) }, content)).fault == .sparseMap)
    }

    @Test func oldMapHasAtMostOneMebibyte() {
        let block = [UInt8].zeros(504) + [1] + .zeros(7)
        var stream = old([], isExtended: true).block
        for _ in 0..<2049 { stream += block }
        #expect(read(stream).fault == .sparseMapTooLong)
    }

    @Test func version00IsRead() {
        let result = read(
            .pax(
                ("GNU.sparse.size", "25"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "2"),
                ("GNU.sparse.numbytes", "5"), ("GNU.sparse.offset", "18"), ("GNU.sparse.numbytes", "3"))
                + .entry("f", content) + .entry("g") + .end)
        expectSparse(result, dataOffset: 1536, name: "f")
        #expect(result.members.first?.paxRecords["GNU.sparse.map"].elementsEqual("2,5,18,3".utf8) == true)
        #expect(result.members.first?.paxRecords.count == 3)
    }

    @Test func version00MustAlternate() {
        func fault(_ records: (String, String)...) -> TarStreamFault? {
            read(.paxData(records.map { [UInt8].record($0.0, $0.1) }.joined()) + .entry("f")).fault
        }
        #expect(fault(("GNU.sparse.numbytes", "2")) == .sparseRecord)
        #expect(fault(("GNU.sparse.offset", "2"), ("GNU.sparse.offset", "2")) == .sparseRecord)
        #expect(fault(("GNU.sparse.offset", "2,3")) == .sparseRecord)
        #expect(fault(("GNU.sparse.offset", "2")) == .sparseMap)
    }

    @Test func version01IsRead() {
        expectSparse(version01("2,5,18,3"), dataOffset: 1536)
        #expect(version01("", count: "0", size: "25", content: "").members.first?.place.sparseMap == nil)
    }

    @Test(arguments: [
        ("2,5,18,3", "1"), ("2,5,18", "2"), ("2,5,18,x", "2"), ("2,5,,3", "2"), ("18,3,2,5", "2"), ("2,5,6,3", "2"),
        ("2,5,18,8", "2"),
        ("-1,5,18,3", "2"), ("2,-5,18,13", "2"), ("10,-5,6,8", "2"), ("2,5,9223372036854775807,3", "2"),
        ("2,5,18,3", ""),
        ("2,5,18,3", "x"),
        ("2,5,18,3", "-2"), ("2,5,18,3", "9223372036854775807"), ("2,5,18,3,", "2"),
    ])
    func mapMustHold(_ map: String, _ count: String) {
        #expect(version01(map, count: count).ending == .invalid(atByte: 1024, .sparseMap, isFirst: false))
    }

    @Test func sizeMustBeANumber() {
        #expect(version01("2,5,18,3", size: "x").fault == .sparseRecord)
        #expect(version01("2,5,18,3", size: "-1").fault == .sparseMap)
        #expect(version01("2,5,18,3", size: "21").fault == nil)
        #expect(version01("2,5,18,3", size: "20").fault == .sparseMap)
    }

    @Test func version1IsRead() {
        expectSparse(version1("2\n2\n5\n18\n3\n"), dataOffset: 2048)
        #expect(version1("0\n", content: "").members.first?.place.sparseMap == [])
        #expect(version1("0\n", content: "").members.first?.isSparse == true)
        // The rest of the last block does not count.
        expectSparse(version1("2\n2\n5\n18\n3\nx\n"), dataOffset: 2048)
    }

    @Test(arguments: [
        "x\n", "-1\n", "4611686018427387904\n", "\n", "2\n2\n5\n18\nx\n", "2\n2\n5\n\n3\n", "2\n18\n3\n2\n5\n",
    ])
    func decimalMapMustHold(_ map: String) {
        #expect(version1(map).fault == .sparseMap)
    }

    @Test func decimalMapMustBeWithinTheContent() {
        #expect(version1("2\n2\n5\n18\n3", content: "").fault == .sparseMapCut)
        #expect(version1("2\n2\n5\n18\n3").fault == .sparseMapCut)
        #expect(version1("4611686018427387903\n").fault == .sparseMapCut)
        #expect(version1("2\n2\n5\n18\n3\n", type: "5").fault == .sparseMapCut)
    }

    @Test func decimalMapHasAtMostOneMebibyte() {
        // 130 000 pieces are more than 1 MiB.
        let map = "130000\n" + String(repeating: "1000\n0000\n", count: 130_000)
        #expect(version1(map, size: "1000", content: "").fault == .sparseMapTooLong)
        #expect(
            version1("100000\n" + String(repeating: "1000\n0000\n", count: 100_000), size: "1000", content: "").fault
                == nil)
    }

    @Test func mapMustListAllThatIsStored() {
        #expect(version01("2,5,18,3", content: "abcdefghi").fault == .sparseDataLeft)
        #expect(version01("2,5,18,3", content: "abcdefg").fault == .sparseDataMissing)
        // That is found before the end of the content.
        let stream = [UInt8].pax(("GNU.sparse.map", "0,1"), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.size", "1"))
        #expect(read(stream + Array([UInt8].entry("f", "ab").prefix(513))).fault == .sparseDataLeft)
        #expect(version01("2,5,18,3", content: "abcdefghi").contents == [nil])
        #expect(version01("2,5,18,3", content: "abcdefghi").names == ["s"])
    }

    @Test func unknownVersionIsNotSparse() {
        let result = read(.pax(("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0")) + .entry("f", content) + .end)
        #expect(result.contents == [content])
        #expect(result.members.first?.isSparse == false)
        #expect(result.members.first?.oddities == .unknownSparseVersion)
    }

    @Test func sparseFileMustBeOfATypeWithContent() {
        let records: [UInt8] = .pax(("GNU.sparse.map", "0,0"), ("GNU.sparse.numblocks", "1"))
        #expect(read(records + .entry("d", type: "5") + .end).fault == .sparseMap)
        #expect(read(records + .entry("d", type: "7") + .end).fault == nil)
    }
}
