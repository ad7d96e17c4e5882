// layerverify: tests of the grammar of digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@Suite struct ContentDigestTests {
    static let hex64 = String(repeating: "0123456789abcdef", count: 4)

    static let good: [String] = [
        "sha256:" + hex64, "sha384:" + hex64 + hex64.prefix(32), "sha512:" + hex64 + hex64, "blake3:" + hex64,
        // The examples of the specification, and other digests that its grammar allows.
        "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
        "sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564",
        "a:b", "0:=", "a.b_c-d+e:_-=", "md5:XYZ",
    ]

    @Test(arguments: good)
    func parsesDigestsThatTheGrammarAllows(_ text: String) throws {
        let digest = try ContentDigest(parsing: text)
        #expect(digest.description == text)
        #expect(digest.algorithmName + ":" + digest.encoded == text)
    }

    static let bad: [(text: String, error: ContentDigest.GrammarError)] = [
        ("", .notAlgorithmColonEncoded), ("sha256", .notAlgorithmColonEncoded), (":", .notAlgorithmColonEncoded),
        ("sha256:", .notAlgorithmColonEncoded), (":" + hex64, .notAlgorithmColonEncoded),
        (hex64, .notAlgorithmColonEncoded),
        ("SHA256:" + hex64, .badAlgorithm), ("sha 256:a", .badAlgorithm), ("+a:b", .badAlgorithm),
        ("a+:b", .badAlgorithm), ("a..b:c", .badAlgorithm), ("a/b:c", .badAlgorithm), ("é:c", .badAlgorithm),
        ("a:b:c", .badEncoding), ("a:b/c", .badEncoding), ("a:b.c", .badEncoding), ("a:b c", .badEncoding),
        ("a:é", .badEncoding), ("a:b\n", .badEncoding), ("a:b\u{0}", .badEncoding), ("a:../x", .badEncoding),
        ("sha256:" + hex64.dropLast(), .wrongLength(expected: 64, actual: 63)),
        ("sha256:" + hex64 + "0", .wrongLength(expected: 64, actual: 65)),
        ("sha384:" + hex64, .wrongLength(expected: 96, actual: 64)),
        ("sha512:" + hex64, .wrongLength(expected: 128, actual: 64)),
        ("blake3:ab", .wrongLength(expected: 64, actual: 2)),
        ("sha256:" + hex64.uppercased(), .notLowerCaseHexadecimal),
        ("sha256:" + hex64.dropLast() + "g", .notLowerCaseHexadecimal),
        ("sha256:" + hex64.dropLast() + "=", .notLowerCaseHexadecimal),
        // A letter of two bytes must not count as two digits.
        ("sha256:" + hex64.dropLast(2) + "é", .notLowerCaseHexadecimal),
    ]

    @Test(arguments: bad.indices)
    func refusesOtherTexts(_ place: Int) {
        let (text, expected) = Self.bad[place]
        do throws(ContentDigest.GrammarError) {
            Issue.record("\(try ContentDigest(parsing: text)) was accepted")
        } catch {
            #expect(error == expected, "\(text)")
        }
    }

    @Test(arguments: DigestAlgorithm.allCases)
    func rawBytesBecomeHexadecimalDigits(_ algorithm: DigestAlgorithm) throws {
        let bytes = (0..<algorithm.byteCount).map { UInt8(truncatingIfNeeded: 250 &+ $0) }
        let digest = ContentDigest(algorithm, bytes: bytes)
        #expect(digest.algorithm == algorithm)
        #expect(digest.encoded.hasPrefix("fafbfcfdfeff000102"))
        #expect(try ContentDigest(parsing: digest.description) == digest)
    }

    @Test func unknownAlgorithmIsNil() throws {
        #expect(try ContentDigest(parsing: "blake3:" + Self.hex64).algorithm == nil)
        #expect(try ContentDigest(parsing: "sha384:" + Self.hex64 + Self.hex64.prefix(32)).algorithm == .sha384)
    }

    @Test func knownDigestsAreWellFormed() throws {
        for digest in [ContentDigest.emptyInputSHA256, .emptyJSONSHA256] {
            #expect(try ContentDigest(parsing: digest.description) == digest)
        }
    }
}
