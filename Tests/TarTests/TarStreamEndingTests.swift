// layerverify: tests of how tar streams end.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar
import Testing

@Suite struct TarStreamEndingTests {
    static let file: [UInt8] = .entry("f", "content")

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var stream: [UInt8]
        var ending: TarStreamEnding
    }

    static let cases: [Case] = [
        Case(testDescription: "0 bytes", stream: [], ending: .empty),
        Case(testDescription: "two blocks of zeros", stream: .end, ending: .endOfArchive(atByte: 0, .none)),
        Case(
            testDescription: "an entry and two blocks", stream: file + .end, ending: .endOfArchive(atByte: 1024, .none)),
        Case(
            testDescription: "zeros after the end", stream: file + .zeros(10_240),
            ending: .endOfArchive(atByte: 1024, .zeros)),
        Case(
            testDescription: "one zero after the end", stream: file + .zeros(1025),
            ending: .endOfArchive(atByte: 1024, .zeros)),
        Case(
            testDescription: "bytes after the end", stream: file + .zeros(1424) + [1, 2, 3],
            ending: .endOfArchive(atByte: 1024, .bytes(atByte: 2448))),
        Case(
            testDescription: "a block after the end that is not a header",
            stream: file + .zeros(1034) + .init(repeating: 7, count: 2000),
            ending: .endOfArchive(atByte: 1024, .bytes(atByte: 2058))),
        Case(
            testDescription: "an archive after the end", stream: file + .end + file + .end,
            ending: .endOfArchive(atByte: 1024, .entries(atByte: 2048))),
        Case(
            testDescription: "an archive after more zeros", stream: file + .zeros(2048) + file,
            ending: .endOfArchive(atByte: 1024, .entries(atByte: 3072))),
        Case(
            testDescription: "a header after the end without a name",
            stream: file + .end + Header("").block,
            ending: .endOfArchive(atByte: 1024, .entries(atByte: 2048))),
        Case(
            testDescription: "an archive after the end, not at a block", stream: file + .end + [0] + file,
            ending: .endOfArchive(atByte: 1024, .bytes(atByte: 2049))),
        Case(testDescription: "one block of zeros", stream: file + .zeros(512), ending: .oneZeroBlock(atByte: 1024)),
        Case(testDescription: "one block of zeros only", stream: .zeros(512), ending: .oneZeroBlock(atByte: 0)),
        Case(testDescription: "no end", stream: file, ending: .noEndBlocks(atByte: 1024)),
        Case(testDescription: "no end after an empty file", stream: .entry("f"), ending: .noEndBlocks(atByte: 512)),
        Case(testDescription: "no padding", stream: Array(file.prefix(519)), ending: .noPadding(atByte: 519)),
        Case(testDescription: "half of the padding", stream: Array(file.prefix(700)), ending: .noPadding(atByte: 700)),
        Case(
            testDescription: "cut in the first header", stream: Array(file.prefix(300)),
            ending: .cut(atByte: 300, .header, entryOffset: 0)),
        Case(
            testDescription: "cut in a header", stream: file + [UInt8].entry("g").prefix(511),
            ending: .cut(atByte: 1535, .header, entryOffset: 1024)),
        Case(
            testDescription: "200 zeros", stream: file + .zeros(200),
            ending: .cut(atByte: 1224, .header, entryOffset: 1024)),
        Case(
            testDescription: "one and a half blocks of zeros", stream: file + .zeros(700),
            ending: .cut(atByte: 1724, .endBlock, entryOffset: 1024)),
        Case(
            testDescription: "cut in the content", stream: file + file.prefix(518),
            ending: .cut(atByte: 1542, .content, entryOffset: 1024)),
        Case(
            testDescription: "cut before the content", stream: Array(file.prefix(512)),
            ending: .cut(atByte: 512, .content, entryOffset: 0)),
        Case(
            testDescription: "cut in an extended header", stream: file + [UInt8].pax(("path", "p")).prefix(515),
            ending: .cut(atByte: 1539, .extendedHeader, entryOffset: 1024)),
        Case(
            testDescription: "cut in the header after an extended header", stream: .pax(("path", "p")) + [1],
            ending: .cut(atByte: 1025, .header, entryOffset: 0)),
        Case(
            testDescription: "cut in the content after an extended header",
            stream: .pax(("path", "p")) + file.prefix(515),
            ending: .cut(atByte: 1539, .content, entryOffset: 0)),
        Case(
            testDescription: "a block of zeros between entries", stream: file + .zeros(512) + file,
            ending: .invalid(atByte: 1024, .loneZeroBlock, isFirst: false)),
        Case(
            testDescription: "a block of zeros before the first entry", stream: .zeros(512) + file,
            ending: .invalid(atByte: 0, .loneZeroBlock, isFirst: true)),
        Case(
            testDescription: "a block of text", stream: file + .init(repeating: 0x41, count: 512),
            ending: .invalid(atByte: 1024, .checksum, isFirst: false)),
        Case(
            testDescription: "blanks", stream: .init(repeating: 0x20, count: 512) + .end,
            ending: .invalid(atByte: 0, .checksum, isFirst: true)),
        Case(
            testDescription: "a block of text, and the stream goes on",
            stream: .init(repeating: 0x41, count: 512) + file + .end,
            ending: .invalid(atByte: 0, .checksum, isFirst: true)),
    ]

    @Test(arguments: cases) func endingIsThatOfGo(_ example: Case) {
        #expect(read(example.stream).ending == example.ending)
        for pieceByteCount in [1, 3, 511, 512, 513, 1300] {
            #expect(read(example.stream, pieceByteCount: pieceByteCount).ending == example.ending)
        }
    }

    @Test func onlyCutAndInvalidStreamsAreRefused() {
        for example in Self.cases {
            let isRefused =
                switch example.ending {
                case .cut, .invalid: true
                case .empty, .endOfArchive, .oneZeroBlock, .noEndBlocks, .noPadding: false
                }
            #expect(example.ending.isAccepted == !isRefused)
        }
    }

    @Test func nothingIsReadAfterTheEnd() {
        #expect(read(Self.file + .end + .entry("g") + .end).names == ["f"])
        #expect(read(Self.file + [UInt8](repeating: 0x41, count: 512) + .entry("g") + .end).names == ["f"])
    }

    @Test func readerIsOverAtTheEndAndAfterAFault() {
        func isOver(_ stream: [UInt8]) -> Bool {
            var reader = TarStreamReader()
            reader.take(stream.span.bytes, TarStreamLog())
            return reader.isOver
        }
        #expect(!isOver(Self.file))
        #expect(!isOver(Self.file + .zeros(512)))
        #expect(isOver(Self.file + .end))
        #expect(isOver([UInt8](repeating: 1, count: 512)))
    }

    @Test func extendedHeaderWithoutEntryIsAnOddity() {
        let stream = Self.file + .pax(("path", "p"))
        #expect(read(stream + .end).oddities == .extendedHeaderWithoutEntry)
        #expect(read(stream + .end).ending == .endOfArchive(atByte: 2048, .none))
        #expect(read(Array(stream.prefix(stream.count - 1))).oddities == .extendedHeaderWithoutEntry)
        #expect(read(stream + .entry("g") + .end).oddities == [])
        #expect(read(Self.file + .pax(("comment", "c"), type: "g") + .end).oddities == .globalComment)
    }
}
