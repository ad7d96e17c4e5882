// layerverify: tests of packed records and of findings that are counted.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import TestSupport
import Testing

@Suite struct PackedListTests {
    @Test func everyStreamEndingIsUnpackedUnchanged() {
        let endings: [StreamEnding] = [
            .complete, .truncated(atByte: 1), .corrupt(atByte: 1 << 40, .checksum), .corrupt(atByte: 0, .decoder),
            .trailingBytes(atByte: 3, areZero: true), .disputed(atByte: 1 << 33, .headerText),
            .windowTooLarge(limitByteCount: 5), .expansionLimit(limitByteCount: 6), .unsupported(.xz), .unread,
        ]
        let facts: [BlobFacts?] = endings.map {
            BlobFacts(byteCount: 9, reading: .complete, uncompressed: UncompressedFacts(byteCount: 8, ending: $0))
        }
        #expect(Array(FactsList(facts)) == facts)
    }

    /// Texts with digits of digests, and with nearly as many digits.
    private static func text(_ numbers: inout SplitMix) -> String {
        let digits = Array("0123456789abcdef")
        var result = ""
        for _ in 0..<Int.random(in: 0...4, using: &numbers) {
            let count = [1, 63, 64, 65, 96, 127, 128, 129, 200].randomElement(using: &numbers) ?? 1
            let isSame = Bool.random(using: &numbers)
            switch Int.random(in: 0...4, using: &numbers) {
            case 0: result += String((0..<count).map { _ in digits.randomElement(using: &numbers) ?? "0" })
            case 1: result += String(repeating: isSame ? "a" : "F", count: count)
            case 2: result += "blobs/sha256/" + String(repeating: "0", count: 64)
            case 3: result += ["\u{0}", "\u{1}", "é", "🦀", "\u{ff}", "/", ""].randomElement(using: &numbers) ?? ""
            default: result += String(repeating: "\u{0}\u{7f}", count: count)
            }
        }
        return result
    }

    private static func digest(_ numbers: inout SplitMix) throws -> ContentDigest? {
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in Array("0123456789abcdef").randomElement(using: &numbers) ?? "0" })
        }
        switch Int.random(in: 0...3, using: &numbers) {
        case 0: return nil
        case 1: return try ContentDigest(parsing: "sha512:" + digits(128))
        case 2: return try ContentDigest(parsing: "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8")
        default: return try ContentDigest(parsing: "sha256:" + digits(64))
        }
    }

    private static func finding(_ numbers: inout SplitMix) throws -> Finding {
        func maybe() -> String? { Bool.random(using: &numbers) ? text(&numbers) : nil }
        var finding = Finding(
            FindingCode.allCases.randomElement(using: &numbers) ?? .blobMissing, text(&numbers),
            at: Place(text(&numbers), text(&numbers)), root: Int.random(in: 0...70_000, using: &numbers),
            digest: try digest(&numbers), expected: maybe(), actual: maybe(), hint: maybe(),
            follows: Bool.random(using: &numbers) ? FindingCode.allCases.randomElement(using: &numbers) : nil)
        finding.severity = Severity.allCases.randomElement(using: &numbers) ?? .error
        finding.outcome = Outcome.allCases.randomElement(using: &numbers) ?? .refuted
        return finding
    }

    @Test(arguments: UInt64(0)..<20)
    func findingsAreUnpackedUnchanged(seed: UInt64) throws {
        var numbers = SplitMix(state: seed)
        let findings = try (0..<200).map { _ in try Self.finding(&numbers) }
        var list = PackedList(findings)
        #expect(list.elementsEqual(findings))
        // Replacing a record by a shorter or longer one does not change the others.
        let others = try findings.map { try Bool.random(using: &numbers) ? Self.finding(&numbers) : $0 }
        for (place, other) in others.enumerated() where other != findings[place] { list[place] = other }
        #expect(list.elementsEqual(others))
    }

    /// The number of the 98th digest is the byte of the letter b.
    @Test func packedNumberIsNotReadAsAPrefix() {
        let messages = (0..<200).map { number in
            let digits = String(repeating: "0", count: 61) + String(1000 + number).suffix(3)
            return digits + "lobs/sha256/" + digits + "ha256:" + digits
        }
        let findings = messages.map { Finding(.blobMissing, $0, at: Place("")) }
        #expect(PackedList(findings).map(\.message) == messages)
    }

    @Test(arguments: UInt64(0)..<20)
    func equalFindingsAreKeptOnce(seed: UInt64) throws {
        var numbers = SplitMix(state: seed)
        let findings = try (0..<100).map { _ in try Self.finding(&numbers) }
        var list = FindingList([])
        let places = findings.map { list.intern($0) }
        #expect(findings.map { list.intern($0) } == places)
        #expect(zip(places, findings).allSatisfy { list.pool[$0] == $1 })
    }
}

@Suite struct CountedFindingsTests {
    private static let long = String(repeating: "x", count: 1000)

    /// The lists of image stores are appended to those of the report without packing them again.
    @Test(arguments: [0, 1, 40, 3000])
    func appendedListsKeepTheirRecords(_ count: Int) {
        let first = Inventory()
        var images = first.images
        var findings = first.findings
        var expected: [ImageRecord] = []
        for part in 0..<3 {
            var inventory = Inventory(sameRunAs: first)
            for number in 0..<count {
                let digest = ContentDigest(
                    .sha256, bytes: (0..<32).map { UInt8(truncatingIfNeeded: $0 * number + part) })
                var image = ImageRecord(root: part, kind: .image, imageID: digest, place: Place("index.json"))
                image.references = number % 3 == 0 ? ["a\(number)", "b\(part)"] : []
                image.layers = (0..<number % 4).map {
                    LayerRecord(blob: $0, digest: digest, path: "blobs/sha256/\($0)")
                }
                inventory.images.append(image)
                expected.append(image)
                inventory.findings.append(
                    LocatedFinding(
                        Finding(.blobMissing, "\(number)", at: Place("\(part)"), root: part), image: number, layer: 1))
            }
            images.append(contentsOf: inventory.images)
            findings.append(contentsOf: inventory.findings, imagesBefore: part * count)
        }
        #expect(Array(images) == expected)
        #expect(findings.map { $0.image } == (0..<3 * count).map { $0 })
        #expect(findings.map { $0.finding.place.path } == (0..<3 * count).map { "\($0 / max(count, 1))" })
    }

    /// The limits of an image store must not depend on the stores before it.
    @Test func eachInventoryCountsTheDigestsThatItNames() {
        let first = Inventory()
        func fill(_ inventory: inout Inventory) {
            for number in 0..<500 {
                let digest = ContentDigest(.sha256, bytes: (0..<32).map { UInt8(truncatingIfNeeded: $0 * number) })
                inventory.images.append(
                    ImageRecord(root: 0, kind: .image, imageID: digest, place: Place("index.json")))
            }
        }
        var one = Inventory(sameRunAs: first)
        fill(&one)
        var other = Inventory(sameRunAs: first)
        #expect(other.byteCount == 0)
        fill(&other)
        #expect(other.byteCount == one.byteCount)
        #expect(Array(other.images) == Array(one.images))
    }

    private static func finding(_ code: FindingCode, _ number: Int, root: Int) -> Finding {
        Finding(code, Self.long + "\(number)", at: Place("a"), root: root)
    }

    /// As many findings as fit into the limit, and then more, of two codes and in two roots.
    private static func overfull() -> (list: FindingList, kept: Int) {
        var list = FindingList([])
        list.maximumByteCount = 100_000
        var number = 0
        func add(_ code: FindingCode, root: Int, image: Int) {
            list.append(LocatedFinding(finding(code, number, root: root), image: image))
            number += 1
        }
        while list.pool.count == number, number < 1000 { add(.blobMissing, root: 0, image: 0) }
        let kept = list.pool.count - 1
        for _ in 0..<6 { add(.blobMissing, root: 0, image: 1) }
        for _ in 0..<5 { add(.blobMissing, root: 1, image: 2) }
        for _ in 0..<3 { add(.blobUnreferenced, root: 1, image: 2) }
        list.finish()
        return (list, kept)
    }

    @Test func findingsBeyondTheLimitAreCountedByCodeAndRoot() throws {
        let (list, kept) = Self.overfull()
        #expect(kept >= 80 && kept < 1000)
        #expect(list.pool.count == kept + 3)
        let standIns = (kept..<list.pool.count).map { list.pool[$0] }
        #expect(standIns.map(\.code) == [.blobMissing, .blobMissing, .blobUnreferenced])
        #expect(standIns.map(\.root) == [0, 1, 1])
        let counts = (kept..<list.pool.count).map { list.count(of: $0) }
        #expect(counts[1...] == [5, 3])
        #expect(counts[0] >= 6)
        #expect(standIns.map(\.actual) == counts.map { "\($0)" })
        #expect(standIns.allSatisfy { $0.message.contains("more findings of this kind") && $0.place == Place("") })
        #expect(list.count(of: 0) == 1)
        #expect(list.byteCount < 130_000)
        // Each image still has its findings.
        #expect(Set(list.filter { $0.image == 2 }.map(\.finding.code)) == [.blobMissing, .blobUnreferenced])
        #expect(list.contains { $0.image == 1 && $0.finding.outcome == .refuted })
    }

    /// One finding may belong to any number of layers, and each of these entries takes memory.
    @Test func entriesCountAgainstTheLimit() {
        var list = FindingList([])
        list.maximumByteCount = 100_000
        let place = list.intern(Self.finding(.blobMissing, 0, root: 0))
        for image in 0..<10 {
            for layer in 0..<10_000 {
                list.append(place, root: 0, image: image, layer: layer, order: 0)
            }
        }
        #expect(list.byteCount < 110_000)
        // Each image has the finding, with a note that it is about some of its layers.
        #expect(Set(list.entries.map(\.image)).count == 10)
        #expect(list.entries.last?.isAboutSomeLayer == true)
        #expect(list.entries.last?.layer == nil)
        #expect(list.entries.first?.isAboutSomeLayer == false)
    }
}

@Suite struct FactsListTests {
    private static func facts(_ entryCount: Int, _ kind: LayerFault.Kind = .notATar) -> BlobFacts {
        let contents = ContentsFacts(entryCount: entryCount, faults: [LayerFault(kind, at: 0)], paths: nil)
        return BlobFacts(reading: .complete, uncompressed: UncompressedFacts(ending: .complete, contents: contents))
    }

    @Test func theContentsOfLayersAreKept() {
        var list = FactsList([nil, Self.facts(3), Self.facts(0)])
        #expect(Array(list) == [nil, Self.facts(3), Self.facts(0)])
        #expect(list.contents(of: 1)?.entryCount == 3)
        list[1] = Self.facts(4)
        list[2] = nil
        list.append(Self.facts(5))
        #expect(Array(list) == [nil, Self.facts(4), nil, Self.facts(5)])
    }

    /// In a stream every file has facts, and most files are not layers.
    @Test func equalFactsOfFilesWithoutEntriesAreKeptOnce() {
        let list = FactsList([Self.facts(0), Self.facts(0), Self.facts(0, .tarCut)])
        #expect(list.contents(of: 0) === list.contents(of: 1))
        #expect(list.contents(of: 0) != list.contents(of: 2))
    }

    @Test func anInventoryKeepsThemToo() {
        var inventory = Inventory()
        for path in ["a", "b"] {
            inventory.blobs.append(BlobRecord(root: 0, path: path, location: .memory, expectedByteCount: 0))
        }
        inventory.setFacts(Self.facts(3), of: 1)
        #expect(Array(inventory.knownFacts) == [nil, Self.facts(3)])
    }
}

extension FactsListTests {
    /// 16 faults of a kind with long names, of which the report has one.
    @Test func oneFaultOfEachKindIsKeptAndOfHostileLayersFewer() throws {
        let kinds: [LayerFault.Kind] = [.pathTwice, .nameTooLong, .nameNotUTF8]
        let faults = kinds.flatMap { kind in
            (0..<16).map { LayerFault(kind, [UInt8](repeating: 0x61, count: 1024), at: UInt64($0)) }
        }
        var facts = BlobFacts(reading: .complete, uncompressed: UncompressedFacts(ending: .complete))
        facts.uncompressed?.contents = ContentsFacts(entryCount: 48, faults: faults, paths: nil)
        let list = FactsList(Array(repeating: facts, count: 10_000))
        let first = try #require(list.contents(of: 0)?.faults)
        #expect(first.map { $0.kind } == kinds)
        #expect(first.allSatisfy { $0.furtherCount == 15 })
        #expect(list.contents(of: 9999)?.faults.map { $0.kind } == [.pathTwice, .nameNotUTF8])
    }
}
