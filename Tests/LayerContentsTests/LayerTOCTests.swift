// layerverify: tests of checking tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerContents

@Suite struct LayerTOCTests {
    typealias Form = @Sendable (TOCFixture) -> TOCFixture.Layer

    static let forms: [Form] = [{ $0.estargz() }, { $0.zstdChunked() }]

    @Test(arguments: [0, 1], [1, 3, 4, 5, 12, 100])
    func aTOCThatDescribesTheTarIsClean(form: Int, chunkByteCount: Int) throws {
        let fixture = TOCFixture(chunkByteCount: chunkByteCount)
        #expect(try LayerTOC.faults(of: Self.forms[form](fixture)) == [])
    }

    @Test func aTarThatEndsBeforeTheTOCIsClean() throws {
        #expect(try LayerTOC.faults(of: TOCFixture(endsBeforeTOC: true).estargz()) == [])
    }

    @Test func aLayerWithoutEntriesIsClean() throws {
        #expect(try LayerTOC.faults(of: TOCFixture(entries: []).estargz()) == [])
    }

    @Test func aLayerOfSeveralBlocksIsClean() throws {
        var fixture = TOCFixture(chunkByteCount: 70_000)
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        fixture.entries.insert(FixtureEntry(name: "big", content: content), at: 4)
        for form in Self.forms { #expect(try LayerTOC.faults(of: form(fixture)) == []) }
    }

    /// One change of a TOC: the line, the member, its new value (nil removes it), and the fault.
    struct Change: Sendable, CustomTestStringConvertible {
        var name: String
        var member: String
        var value: String?
        var kind: TOCFault.Kind?
        var testDescription: String { "\(name) \(member) \(value ?? "removed")" }

        init(_ name: String, _ member: String, _ value: String?, _ kind: TOCFault.Kind?) {
            (self.name, self.member, self.value, self.kind) = (name, member, value, kind)
        }
    }

    static let changes: [Change] = [
        Change("etc/name", "mode", "2541", .entryDiffers), Change("etc/name", "uid", "0", .entryDiffers),
        Change("etc/name", "gid", nil, .entryDiffers), Change("etc/name", "size", "13", .entryDiffers),
        Change("etc/small", "type", "symlink".quoted, .entryDiffers),
        Change("etc/name", "modtime", "2023-11-14T22:13:22Z".quoted, .entryDiffers),
        Change("etc/link", "linkName", "../y".quoted, .entryDiffers),
        Change("etc/hard", "linkName", "etc/small".quoted, .entryDiffers),
        Change("null", "devMinor", "5", .entryDiffers), Change("null", "type", "block".quoted, .entryDiffers),
        Change("etc/small", "xattrs", #"{"user.a":"AAH+"}"#, .entryDiffers),
        Change("etc/small", "xattrs", nil, .entryDiffers),
        Change("etc/empty", "xattrs", #"{"user.b":""}"#, .entryDiffers),
        Change("etc/name", "name", "etc/other".quoted, .entryMissing),
        Change("etc/name", "name", "./etc//x/../name/".quoted, nil),
        Change("etc/name", "modtime", "2023-11-14T23:13:20.5+01:00".quoted, nil),
        Change("etc/name", "modtime", nil, nil), Change("etc/name", "userName", "root".quoted, nil),
        Change("etc/name", "mode", "33188", nil),
        Change("etc/hard", "linkName", "/etc/./name".quoted, nil),
        Change("etc/small", "digest", TOCFixture.digest([1]), .contentDiffers),
        Change("etc/small", "digest", "md5:00".quoted, .digestMissing),
        Change("etc/small", "offset", "0", .offsetDiffers), Change("etc/small", "offset", "1", .offsetDiffers),
        Change("etc/small", "offset", "99999999", .offsetDiffers),
        Change("etc/small", "innerOffset", "1", .offsetDiffers),
        Change("etc/small", "chunkSize", "2", .offsetDiffers), Change("etc/small", "chunkSize", "4", .offsetDiffers),
        Change("etc/small", "chunkOffset", "1", .offsetDiffers),
        Change("etc/small", "endOffset", "5", .offsetDiffers),
        Change("etc/small", "size", "-3", .malformed), Change("etc/small", "mode", "1.5", .malformed),
        Change("etc/small", "mode", "420".quoted, .malformed), Change("etc/small", "type", "file".quoted, .malformed),
        Change("etc/small", "xattrs", #"{"user.a":"!"}"#, .malformed), Change("etc/small", "MODE", "420", .malformed),
        Change("etc/small", "mode", "null", .entryDiffers),
    ]

    @Test(arguments: changes, [0, 1])
    func aChangeOfOneMemberIsFound(change: Change, form: Int) throws {
        let fixture = TOCFixture(edit: { lines in
            guard let index = lines.firstIndex(where: { $0["name"] == change.name.quoted }) else { return }
            lines[index][change.member] = change.value
        })
        let faults = try LayerTOC.faults(of: Self.forms[form](fixture))
        #expect(Set(faults.map(\.kind)).contains(change.kind ?? .missing) == (change.kind != nil), "\(faults)")
        if change.kind == nil { #expect(faults == []) }
        #expect(faults.allSatisfy { $0.severity == ($0.kind == .digestMissing ? .warning : .refute) })
    }

    @Test(arguments: [0, 1])
    func aWrongDigestOfAChunkIsFound(form: Int) throws {
        let fixture = TOCFixture(edit: { lines in
            guard let index = lines.lastIndex(where: { $0["type"] == "chunk".quoted }) else { return }
            lines[index]["chunkDigest"] = TOCFixture.digest([2])
        })
        let faults = try LayerTOC.faults(of: Self.forms[form](fixture))
        #expect(faults.map(\.kind) == [.contentDiffers])
        #expect(faults.first?.property == "chunkDigest")
        #expect(faults.first?.path == Array("etc/name".utf8))
        #expect(faults.first?.headerOffset == 1024)
    }

    @Test(arguments: [0, 1])
    func chunksThatDoNotFitTogetherAreFound(form: Int) throws {
        let edits: [(inout [FixtureLine]) -> Void] = [
            { lines in lines.removeAll { $0["chunkOffset"] == "4" } },
            { lines in lines.removeAll { $0["chunkOffset"] == "8" } },
            { lines in
                guard let index = lines.firstIndex(where: { $0["chunkOffset"] == "8" }) else { return }
                lines.insert(lines[index], at: index)
            },
        ]
        for edit in edits {
            let faults = try LayerTOC.faults(of: Self.forms[form](TOCFixture(edit: edit)))
            #expect(faults.contains { $0.kind == .offsetDiffers }, "\(faults)")
        }
    }

    @Test(arguments: [0, 1])
    func entriesOfOneSideAreFound(form: Int) throws {
        let removed = TOCFixture(edit: { $0.removeAll { $0["name"] == "pipe".quoted } })
        let missing = try LayerTOC.faults(of: Self.forms[form](removed))
        #expect(missing.map(\.kind) == [.entryMissing])
        #expect(missing.first?.path == Array("pipe".utf8))
        let added = TOCFixture(edit: { $0.append(["name": "more".quoted, "type": "dir".quoted]) })
        let further = try LayerTOC.faults(of: Self.forms[form](added))
        #expect(further.map(\.kind) == [.entryNotInTar])
        let twice = TOCFixture(edit: { $0.append(["name": "/pipe".quoted, "type": "fifo".quoted]) })
        #expect(try LayerTOC.faults(of: Self.forms[form](twice)).map(\.kind) == [.pathTwice])
    }

    @Test(arguments: [0, 1])
    func manyFaultsOfAKindAreCounted(form: Int) throws {
        let faults = try LayerTOC.faults(of: Self.forms[form](TOCFixture(edit: { $0.removeAll() })))
        #expect(faults.count == TOCFaults.keptCount)
        #expect(faults.first?.furtherCount == TOCFixture.files.count - TOCFaults.keptCount)
    }

    @Test(arguments: [0, 1])
    func aMalformedDocumentIsFound(form: Int) throws {
        for edit: @Sendable (String) -> String in [
            { $0 + "x" }, { String($0.dropLast()) }, { $0.replacing("\"version\": 1", with: "\"version\": 2") },
            { _ in "[]" }, { _ in #"{"version":1}"# }, { _ in #"{"version":1,"entries":[null]}"# },
            { _ in #"{"version":1,"entries":[{"type":"chunk"}]}"# }, { _ in #"{"version":1,"entries":[{}{}]}"# },
            { _ in #"{"version":1,"entries":[],"Entries":[]}"# }, { _ in #"{"version":1,"entries":[],"x":[1 2]}"# },
            { _ in #"{"version":1,"entries":[,]}"# }, { _ in #"{"version":1,"entries":["# },
        ] {
            let faults = try LayerTOC.faults(of: Self.forms[form](TOCFixture(editDocument: edit)))
            #expect(faults.map(\.kind) == [.malformed], "\(faults)")
        }
    }
}
