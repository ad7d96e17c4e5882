// layerverify: tests of comparing tar-split data with the tar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import Testing

@testable import LayerContents

@Suite struct TarSplitTests {
    private typealias Line = [String: String]

    private static let end = [UInt8](repeating: 0, count: 1024)

    private static func base64(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString().quoted }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var sum = CRC64()
        sum.add(bytes.span.bytes)
        return (0..<8).map { UInt8(truncatingIfNeeded: sum.value >> (56 - 8 * $0)) }
    }

    /// The lines that podman writes for a tar of these entries.
    private static func lines(_ entries: [FixtureEntry]) -> [Line] {
        var lines: [Line] = []
        var segment: [UInt8] = []
        func endSegment() {
            lines.append(["type": "2", "payload": base64(segment)])
            segment = []
        }
        for entry in entries {
            segment += entry.header
            endSegment()
            var line: Line = ["type": "1", "name": entry.name.quoted, "payload": "null"]
            if !entry.content.isEmpty {
                line["size"] = "\(entry.content.count)"
                line["payload"] = base64(checksum(entry.content))
            }
            lines.append(line)
            segment += FixtureEntry.padded(entry.content).dropFirst(entry.content.count)
        }
        segment += end
        endSegment()
        return lines
    }

    private static func text(_ lines: [Line]) -> String {
        lines.enumerated().map { place, line in
            let members = line.sorted { $0.key < $1.key }.map { "\($0.key.quoted):\($0.value)" }
            return "{" + (members + ["\"position\":\(place)"]).joined(separator: ",") + "}\n"
        }.joined()
    }

    /// A layer with tar-split data.
    private static func layer(_ text: String, _ entries: [FixtureEntry] = TOCFixture.files) -> TOCFixture.Layer {
        layer(data: TOCFixture.frame(Array(text.utf8)), entries)
    }

    private static func layer(data: [UInt8], _ entries: [FixtureEntry] = TOCFixture.files) -> TOCFixture.Layer {
        let digest = TOCFixture.digestText(data)
        let fixture = TOCFixture(
            entries: entries, editDocument: { $0.dropLast() + ",\"tarSplitDigest\": \"\(digest)\"}" })
        var layer = fixture.zstdChunked()
        let offset = layer.bytes.count + 8
        let footer = layer.bytes.suffix(72)
        layer.bytes += TOCFixture.skippable(data) + footer
        layer.claim.tarSplitPosition = "\(offset):\(data.count):0"
        return layer
    }

    private static func faults(_ lines: [Line]) throws -> [TOCFault] { try LayerTOC.faults(of: layer(text(lines))) }

    @Test func dataThatGivesTheTarIsClean() throws {
        #expect(try Self.faults(Self.lines(TOCFixture.files)) == [])
        // Without the last line feed, and with segments cut in two.
        let text = Self.text(Self.lines(TOCFixture.files))
        #expect(try LayerTOC.faults(of: Self.layer(String(text.dropLast()))) == [])
        var cut = Self.lines(TOCFixture.files)
        let first = Array(TOCFixture.files[0].header)
        cut[0]["payload"] = Self.base64(first.prefix(100))
        cut.insert(["type": "2", "payload": Self.base64(first.dropFirst(100))], at: 1)
        #expect(try Self.faults(cut) == [])
    }

    @Test func aLayerOfSeveralBlocksIsClean() throws {
        var entries = TOCFixture.files
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        entries.insert(FixtureEntry(name: "big", content: content), at: 4)
        #expect(try LayerTOC.faults(of: Self.layer(Self.text(Self.lines(entries)), entries)) == [])
    }

    @Test func otherMembersOfALineAreIgnored() throws {
        var lines = Self.lines(TOCFixture.files)
        lines[0]["more"] = "{}"
        #expect(try Self.faults(lines) == [])
    }

    @Test func aNameInBytesIsRead() throws {
        var lines = Self.lines(TOCFixture.files)
        for place in lines.indices where lines[place]["name"] == "etc/name".quoted {
            lines[place]["name"] = nil
            lines[place]["name_raw"] = Self.base64("etc/name".utf8)
        }
        #expect(try Self.faults(lines) == [])
        for place in lines.indices where lines[place]["name_raw"] != nil {
            lines[place]["name_raw"] = Self.base64("etc/nome".utf8)
        }
        #expect(try Self.faults(lines).map(\.kind) == [.tarSplitOfOtherTar])
    }

    private static let changes: [(name: String, change: @Sendable (inout [[String: String]]) -> Void)] = [
        ("the first header", { $0[0]["payload"] = $0[2]["payload"] }),
        ("the header of a file", { $0[4]["payload"] = $0[2]["payload"] }),
        ("the name of a file", { $0[5]["name"] = "etc/nome".quoted }),
        ("the size of a file", { $0[5]["size"] = "11" }),
        ("a larger file", { $0[5]["size"] = "13" }),
        ("no size", { $0[5]["size"] = nil }),
        ("a checksum", { $0[5]["payload"] = $0[7]["payload"] }),
        ("a short checksum", { $0[5]["payload"] = "AAAA".quoted }),
        ("no end", { $0.removeLast() }),
        ("two ends", { $0.append($0[$0.count - 1]) }),
        ("another end", { $0[$0.count - 1]["payload"] = base64([UInt8](repeating: 1, count: 1024)) }),
        ("no file", { $0.remove(at: 5) }),
        ("a file as bytes", { $0[5] = ["type": "2", "payload": base64("hello, world".utf8)] }),
        (
            "a header as a file",
            {
                $0[0] = [
                    "type": "1", "name": "./".quoted, "size": "512",
                    "payload": base64(checksum(TOCFixture.files[0].header)),
                ]
            }
        ),
        ("nothing", { $0 = [] }),
        ("another type", { $0[1]["type"] = "3" }),
        ("no type", { $0[1]["type"] = nil }),
        ("no payload", { $0[1]["payload"] = nil }),
        ("a payload that is not base64", { $0[0]["payload"] = "!".quoted }),
        ("a negative size", { $0[5]["size"] = "-12" }),
        ("no JSON", { $0[0]["payload"] = "[" }),
    ]

    @Test(arguments: changes.indices)
    func dataOfAnotherTarRefutes(_ number: Int) throws {
        var lines = Self.lines(TOCFixture.files)
        Self.changes[number].change(&lines)
        let faults = try Self.faults(lines)
        #expect(faults.map(\.kind) == [.tarSplitOfOtherTar], "\(Self.changes[number].name): \(faults)")
        #expect(faults.map(\.severity) == [.refute])
    }

    @Test func theFirstDifferenceIsTold() throws {
        let changes: [(words: String, change: (inout [Line]) -> Void)] = [
            ("the size differs", { $0[5]["size"] = "11" }), ("the header differs", { $0.remove(at: 5) }),
            ("it lacks the file", { $0[7]["size"] = nil }), ("has not 8 bytes", { $0[5]["payload"] = "AAAA".quoted }),
            ("it gives", { $0.removeLast() }), ("the name differs", { $0[5]["name"] = "x".quoted }),
        ]
        for (words, change) in changes {
            var lines = Self.lines(TOCFixture.files)
            change(&lines)
            let actual = try Self.faults(lines).first?.actual
            #expect(actual?.contains(words) == true, "\(actual ?? "nothing")")
        }
    }

    @Test func theDigestIsCompared() throws {
        var layer = Self.layer(Self.text(Self.lines(TOCFixture.files)))
        let position = try #require(layer.claim.tarSplitPosition)
        layer.claim.tarSplitPosition = nil
        #expect(try LayerTOC.faults(of: layer).map(\.kind) == [.tarSplitDiffers])
        let numbers = position.split(separator: ":").compactMap { Int($0) }
        layer.claim.tarSplitPosition = "\(numbers[0]):\(numbers[1] - 1):0"
        #expect(try LayerTOC.faults(of: layer).map(\.kind) == [.tarSplitDiffers])
        layer.claim.tarSplitPosition = "\(numbers[0]):\(layer.bytes.count):0"
        #expect(try LayerTOC.faults(of: layer).map(\.kind) == [.tarSplitDiffers])
    }

    @Test func dataThatDoesNotDecodeRefutes() throws {
        let whole = TOCFixture.frame(Array(Self.text(Self.lines(TOCFixture.files)).utf8))
        for data in [[1, 2, 3], whole + [1, 2, 3]] {
            let faults = try LayerTOC.faults(of: Self.layer(data: data))
            #expect(faults.map(\.kind) == [.tarSplitOfOtherTar])
            #expect(faults.first?.actual == "it does not decode")
        }
        #expect(try LayerTOC.faults(of: Self.layer(data: whole)) == [])
    }

    /// The check value of CRC-64/GO-ISO.
    @Test func theChecksumIsThatOfGo() {
        var sum = CRC64()
        sum.add(Array("12345".utf8).span.bytes)
        sum.add(Array("6789".utf8).span.bytes)
        #expect(sum.value == 0xb909_56c7_75a4_1001)
    }
}
