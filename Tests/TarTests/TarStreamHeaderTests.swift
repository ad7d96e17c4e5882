// layerverify: tests of the headers of tar streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar
import Testing

@Suite struct TarStreamHeaderTests {
    /// What is read of one header with a change.
    private func read(_ change: (inout Header) -> Void) -> StreamResult {
        TarTests.read(Header("f").with(change).block + .end)
    }

    @Test func ustarHeaderHasAllFields() throws {
        let header = Header("name", type: "3").with {
            $0.put("target", at: 157)
            $0.put("user", at: 265)
            $0.put("group", at: 297)
            $0.put("0000010\0", at: 329)
            $0.put("0000011\0", at: 337)
            $0.put("a/prefix", at: 345)
        }
        let member = try #require(TarTests.read(header.block + .end).members.first)
        #expect(member.name == Array("a/prefix/name".utf8))
        #expect(member.linkName == Array("target".utf8))
        #expect(member.typeFlag == UInt8(ascii: "3"))
        #expect(member.mode == 0o644)
        #expect(member.userID == 0o1750)
        #expect(member.groupID == 0o1751)
        #expect(member.modificationTime == TarTime(seconds: 1_700_000_000))
        #expect(member.userName == Array("user".utf8))
        #expect(member.groupName == Array("group".utf8))
        #expect(member.deviceMajor == 8)
        #expect(member.deviceMinor == 9)
        #expect(member.format == .ustar)
        #expect(member.size == 0 && member.storedByteCount == 0)
        #expect(member.headerOffset == 0 && member.dataOffset == 512)
        #expect(member.oddities == [])
    }

    @Test func nameFillsItsField() {
        let name = String(repeating: "n", count: 100)
        #expect(TarTests.read(.entry(name) + .end).names == [name])
    }

    @Test func formatIsThatOfTheMagic() {
        func format(_ magic: String, trailer: String = "") -> TarMemberFormat? {
            TarTests.read(Header("f", magic: magic).with { $0.put(trailer, at: 508) }.block).members.first?.format
        }
        #expect(format("ustar\u{0}00") == .ustar)
        #expect(format("ustar\u{0}  ") == .ustar)
        #expect(format("ustar\u{0}00", trailer: "tar\0") == .star)
        #expect(format("ustar  \u{0}") == .gnu)
        #expect(format("ustar  \u{1}") == .unknownMagic)
        #expect(format("") == .v7)
        #expect(format("", trailer: "tar\0") == .v7)
    }

    @Test func unknownMagicIsReadAsV7() {
        let result = TarTests.read(Header("f", magic: "USTAR\u{0}00").with { $0.put("prefix", at: 345) }.block)
        #expect(result.names == ["f"])
        #expect(result.members.first?.oddities == .unknownMagic)
    }

    @Test func onlyUstarAndStarHaveAPrefix() {
        func name(_ magic: String, trailer: String = "") -> [String] {
            let header = Header("f", magic: magic).with {
                $0.put(String(repeating: "p", count: 131), at: 345)
                $0.put(trailer, at: 508)
                // The first of star's times follows its prefix.
                $0.put(trailer.isEmpty ? "" : "00000000001\u{0}", at: 476)
            }
            return TarTests.read(header.block).names.map { String($0.prefix(3)) + String($0.suffix(3)) }
        }
        #expect(name("ustar\u{0}00") == ["pppp/f"])
        #expect(name("ustar\u{0}00", trailer: "tar\0") == ["pppp/f"])
        #expect(name("") == ["ff"])
    }

    @Test func prefixOfAnOldGoWriterIsRead() {
        func result(_ prefix: [UInt8]) -> StreamResult {
            TarTests.read(Header("f", magic: "ustar  \u{0}").with { $0.put(prefix, at: 345) }.block)
        }
        #expect(result(Array("prefix".utf8)).names == ["prefix/f"])
        #expect(result(Array("prefix".utf8)).members.first?.oddities == .prefixInGNUHeader)
        // Times, and what is neither.
        #expect(result(Array("00000000001\u{0}00000000002\u{0}".utf8)).names == ["f"])
        #expect(result([0x70, 0xff]).names == ["f"])
        #expect(result([0x70, 0xff]).members.first?.oddities == [])
    }

    @Test func starTimesMustBeNumbers() {
        func fault(at offset: Int) -> TarStreamFault? {
            read {
                $0.put("tar\0", at: 508)
                $0.put("x", at: offset)
            }.fault
        }
        #expect(fault(at: 476) == .notANumber(.accessTime))
        #expect(fault(at: 488) == .notANumber(.changeTime))
        #expect(fault(at: 345) == nil)
    }

    @Test func checksumMustBeRight() {
        var block = Header("f").block
        block[0] = UInt8(ascii: "g")
        #expect(TarTests.read(block).ending == .invalid(atByte: 0, .checksum, isFirst: true))
    }

    @Test func checksumMayBeSigned() {
        let header = Header("f").with {
            $0.put([0xff, 0x80], at: 1)
            $0.isSigned = true
        }
        let result = TarTests.read(header.block)
        #expect(result.members.first?.name == [0x66, 0xff, 0x80])
        #expect(result.members.first?.oddities == .signedChecksum)
    }

    @Test func checksumMayHaveOtherForms() {
        let block = Header("f").block
        let digits = Array(block[148..<154])
        for field in [[0x30] + digits + [0], [0x20, 0x20] + digits, digits + [0x20, 0x20], digits + [0, 0x78]] {
            var block = block
            block.replaceSubrange(148..<156, with: field)
            #expect(TarTests.read(block).names == ["f"])
        }
    }

    @Test(
        arguments: [
            ("0000644\u{0}", 0o644), ("000644 \u{0}", 0o644), ("644\u{0}\u{0}\u{0}\u{0}\u{0}", 0o644),
            ("    644 ", 0o644),
            ("\u{0} 644  \u{0}", 0o644), ("00000644", 0o644), ("77777777", 0o7777_7777), ("7777777 ", 0o777_7777),
            ("\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", 0), ("644\u{0}xyz ", 0o644), ("6440000\u{0}", 0o6_440_000),
        ] as [(String, Int64)])
    func numberMayHaveForms(_ field: String, _ number: Int64) {
        #expect(read { $0.put(field, at: 100) }.members.first?.mode == number)
    }

    @Test(arguments: [
        "000064x\u{0}", "0000648\u{0}", "-000644\u{0}", "+000644\u{0}", "000 644\u{0}", "0x00644\u{0}", "0000_44\u{0}",
    ])
    func numberMustBeOctal(_ field: String) {
        #expect(read { $0.put(field, at: 100) }.fault == .notANumber(.mode))
    }

    @Test func everyFieldMustBeANumber() {
        let fields: [(Int, TarNumericField)] = [
            (100, .mode), (108, .userID), (116, .groupID), (124, .size), (136, .modificationTime), (329, .deviceMajor),
            (337, .deviceMinor),
        ]
        for (offset, field) in fields {
            #expect(read { $0.put("x", at: offset) }.ending == .invalid(atByte: 0, .notANumber(field), isFirst: true))
        }
    }

    @Test func v7HasNoDeviceNumbers() {
        #expect(TarTests.read(Header("f", magic: "").with { $0.put("x", at: 329) }.block).names == ["f"])
    }

    @Test func longOctalNumbersHaveElevenDigits() {
        #expect(
            read { $0.put("77777777777\u{0}", at: 136) }.members.first?.modificationTime.seconds == 0o77_777_777_777)
        #expect(read { $0.put("12345670123 ", at: 136) }.members.first?.modificationTime.seconds == 0o12_345_670_123)
        #expect(read { $0.put("1234567012 \u{0}", at: 136) }.members.first?.modificationTime.seconds == 0o1_234_567_012)
        #expect(read { $0.put("777777777777", at: 136) }.members.first?.modificationTime.seconds == 0o777_777_777_777)
    }

    @Test(
        arguments: [
            ([0x80, 0, 0, 0, 0x80, 0, 0, 0], 1 << 31), ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], -2),
            ([0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0x3fff_ffff_ffff_ffff),
            ([0xc0, 0, 0, 0, 0, 0, 0, 0], -0x4000_0000_0000_0000),
        ] as [([UInt8], Int64)])
    func base256IsTwosComplement(_ field: [UInt8], _ number: Int64) {
        #expect(read { $0.put(field, at: 108) }.members.first?.userID == number)
    }

    @Test func base256MustFitInto64Bits() {
        func seconds(_ field: [UInt8]) -> Int64? {
            read { $0.put(field, at: 136) }.members.first?.modificationTime.seconds
        }
        #expect(seconds([0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) == .max)
        #expect(seconds([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]) == .min)
        #expect(seconds([0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(seconds([0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(seconds([0x81, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(seconds([0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0]) == nil)
    }

    @Test func sizeMustNotBeNegative() {
        let minusOne = [UInt8](repeating: 0xff, count: 12)
        #expect(read { $0.put(minusOne, at: 124) }.fault == .negativeSize)
        // Unless the type has no content; the last one is a type that may have.
        for (type, isRead) in [("1", true), ("2", true), ("5", true), ("6", true), ("7", false), ("x", false)] {
            let result = read {
                $0.put(minusOne, at: 124)
                $0.put(type, at: 156)
            }
            #expect((result.fault == nil) == isRead, "\(type)")
        }
    }

    @Test func typesOneToSixHaveNoContent() {
        for type in "123456" as String {
            let result = TarTests.read(Header("d", type: type, size: 512).block + .entry("g") + .end)
            #expect(result.names == ["d", "g"])
            #expect(result.members.first?.size == 512)
            #expect(result.members.first?.storedByteCount == 0)
            #expect(result.members.first?.oddities == .sizeWithoutData)
            #expect(result.contents == ["", ""])
        }
    }

    @Test func otherTypesHaveContent() {
        for type in "07ZDXAV" as String {
            #expect(TarTests.read(.entry("d", "content", type: type) + .entry("g") + .end).contents == ["content", ""])
        }
    }

    @Test func typeNULIsAFileOrADirectory() {
        func type(_ name: String) -> UInt8? {
            TarTests.read(Header(name, type: "\0").block).members.first?.typeFlag
        }
        #expect(type("f") == UInt8(ascii: "0"))
        #expect(type("d/") == UInt8(ascii: "5"))
        #expect(TarTests.read(.entry("d/", type: "0") + .end).members.first?.typeFlag == UInt8(ascii: "0"))
        // The directory has no content, whatever its size is.
        #expect(TarTests.read(Header("d/", type: "\0", size: 512).block + .entry("g") + .end).names == ["d/", "g"])
    }

    @Test func blankNumbersAreAnOddity() {
        #expect(read { $0.put("        ", at: 108) }.members.first?.oddities == .blankNumber)
        #expect(read { $0.put("        ", at: 108) }.members.first?.userID == 0)
        #expect(read { $0.put(.zeros(8), at: 108) }.members.first?.oddities == [])
        #expect(read { $0.put("        ", at: 329) }.members.first?.oddities == [])
    }

    @Test func contentIsPassedIfItIsWanted() {
        let stream = [UInt8].entry("f", "one") + .entry("g", "two") + .entry("h") + .end
        let result = TarTests.read(stream, wants: { $0.name != Array("f".utf8) })
        #expect(result.contents == [nil, "two", ""])
        #expect(TarTests.read(stream, pieceByteCount: 1).contents == ["one", "two", ""])
    }

    @Test func offsetsAreThoseOfTheStream() {
        let members = TarTests.read(.entry("f", "content") + .pax(("path", "p")) + .entry("g", "content") + .end)
            .members
        #expect(members.map(\.headerOffset) == [0, 1024])
        #expect(members.map(\.dataOffset) == [512, 2560])
        #expect(members.map(\.storedByteCount) == [7, 7])
    }

    @Test func largeFileIsSkipped() {
        var reader = TarStreamReader()
        let log = TarStreamLog(wants: { _ in false })
        let block = [UInt8](repeating: 1, count: 1 << 20)
        reader.take(Header("f", size: 100 << 20).block.span.bytes, log)
        for _ in 0..<100 { reader.take(block.span.bytes, log) }
        reader.take((.entry("g") + .end).span.bytes, log)
        #expect(log.members.map(\.name) == [Array("f".utf8), Array("g".utf8)])
        #expect(reader.finish() == .endOfArchive(atByte: 100 << 20 + 1024, .none))
    }
}
