// layerverify: tests of the digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerDigest
import LayerModel
import Testing
import TestSupport

@Suite struct DigestTests {
    struct KnownAnswer: CustomTestStringConvertible {
        let algorithm: DigestAlgorithm
        let content: String
        let hexadecimal: String
        var testDescription: String { "\(algorithm) of \(content.utf8.count) bytes" }
    }

    static let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

    /// Examples for FIPS 180-4 that NIST publishes, and the empty input.
    static let knownAnswers: [KnownAnswer] = [
        KnownAnswer(
            algorithm: .sha256, content: "",
            hexadecimal: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        KnownAnswer(
            algorithm: .sha256, content: "abc",
            hexadecimal: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        KnownAnswer(
            algorithm: .sha256, content: twoBlocks,
            hexadecimal: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        KnownAnswer(
            algorithm: .sha384, content: "",
            hexadecimal: "38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743"
                + "4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"),
        KnownAnswer(
            algorithm: .sha384, content: "abc",
            hexadecimal: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
                + "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
        KnownAnswer(
            algorithm: .sha512, content: "",
            hexadecimal: "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"),
        KnownAnswer(
            algorithm: .sha512, content: "abc",
            hexadecimal: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
    ]

    @Test(arguments: knownAnswers)
    func digestsEqualKnownAnswers(_ answer: KnownAnswer) {
        let digest = ContentDigest.of(Array(answer.content.utf8), answer.algorithm)
        #expect(digest.description == answer.algorithm.rawValue + ":" + answer.hexadecimal)
    }

    @Test func constantsOfTheModelAreCorrect() {
        #expect(ContentDigest.of([], .sha256) == .emptyInputSHA256)
        #expect(ContentDigest.of(Array("{}".utf8), .sha256) == .emptyJSONSHA256)
    }

    @Test func registryHasEveryAlgorithm() {
        #expect(Set(DigestAlgorithms.all.map(\.algorithm)) == Set(DigestAlgorithm.allCases))
        #expect(DigestAlgorithm.allCases.allSatisfy { DigestLibrary.offers($0) })
    }

    @Test(arguments: DigestAlgorithm.allCases)
    func lookupsFindTheAlgorithm(_ algorithm: DigestAlgorithm) {
        #expect(digestMethod(for: algorithm).algorithm == algorithm)
        #expect(digestMethod(for: algorithm).begin().algorithm == algorithm)
        #expect(referenceDigestMethod(for: algorithm).begin() is EVPDigest)
    }

    @Test func versionIsOpenSSL3() {
        #expect(DigestLibrary.version.hasPrefix("OpenSSL 3."))
    }

    @Test func chainIDOfTheBaseLayerIsItsDiffID() {
        let diffID = ContentDigest.of([1], .sha256)
        #expect(ChainID.next(parent: nil, diffID: diffID) == diffID)
    }

    @Test func chainIDIsTheDigestOfBothTexts() throws {
        let base = try ContentDigest(parsing: "sha256:" + String(repeating: "a", count: 64))
        let next = try ContentDigest(parsing: "sha512:" + String(repeating: "b", count: 128))
        let text = "sha256:" + String(repeating: "a", count: 64) + " sha512:" + String(repeating: "b", count: 128)
        #expect(ChainID.next(parent: base, diffID: next) == .of(Array(text.utf8), .sha256))
    }
}

/// The contract of every registry entry.
@Suite struct DigestContractTests {
    static let content: [UInt8] = {
        var generator = SplitMix(state: 7)
        return (0..<100_003).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }()

    @Test(arguments: DigestAlgorithms.all.indices)
    func digestDoesNotDependOnSplits(_ index: Int) {
        let method = DigestAlgorithms.all[index]
        let whole = ContentDigest.of(Self.content, method.algorithm)
        var generator = SplitMix(state: 11)
        for round in 0..<20 {
            let digest = method.begin()
            var rest = Self.content[...]
            while !rest.isEmpty {
                // Sometimes zero bytes, and mostly about the size of a block.
                let count = min(rest.count, Int(generator.next() % (round % 2 == 0 ? 200 : 20_000)))
                digest.update(Array(rest.prefix(count)).span.bytes)
                rest = rest.dropFirst(count)
            }
            #expect(digest.finish() == whole)
        }
    }

    @Test(arguments: DigestAlgorithms.all.indices)
    func digestWithoutUpdateIsThatOfNoBytes(_ index: Int) {
        let method = DigestAlgorithms.all[index]
        #expect(method.begin().finish() == .of([], method.algorithm))
    }

    @Test(arguments: DigestAlgorithms.all.indices)
    func runningDigestsAreIndependent(_ index: Int) {
        let method = DigestAlgorithms.all[index]
        let (first, second) = (method.begin(), method.begin())
        for byte in Self.content.prefix(300) {
            first.update([byte].span.bytes)
            second.update([~byte].span.bytes)
        }
        #expect(first.finish() == .of(Array(Self.content.prefix(300)), method.algorithm))
        #expect(second.finish() == .of(Self.content.prefix(300).map { ~$0 }, method.algorithm))
    }

    static let toolsAreThere = DigestAlgorithm.allCases.allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)sum")
    }

    @Test(
        .enabled(if: toolsAreThere, "sha256sum, sha384sum and sha512sum are needed in /usr/bin"),
        arguments: DigestAlgorithms.all.indices, [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 100_003])
    func digestsEqualThoseOfCoreutils(_ index: Int, _ byteCount: Int) throws {
        let method = DigestAlgorithms.all[index]
        let file = FileManager.default.temporaryDirectory.appending(path: "layerverify-digest-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let content = Array(Self.content.prefix(byteCount))
        try Data(content).write(to: file)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/\(method.algorithm)sum")
        process.arguments = [file.path()]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)

        let digest = method.begin()
        digest.update(content.span.bytes)
        #expect(digest.finish().encoded == output.prefix { $0 != " " })
    }
}
