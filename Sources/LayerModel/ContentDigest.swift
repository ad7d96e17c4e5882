// layerverify: content digests and their grammar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The digest of some content, `algorithm:encoded`, well-formed by the grammar of the specification.
///
/// Shape: `sha256:` and 64 lower-case hexadecimal digits, or another algorithm with an encoding of its own.
/// Two digests are equal if their texts are.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md §Digests.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    /// The whole text, `algorithm:encoded`.
    package let description: String

    /// What is wrong with a text that is no digest.
    package enum GrammarError: Error, Equatable, Sendable {
        /// There is no colon between an algorithm and an encoded part, or one of the two is empty.
        case notAlgorithmColonEncoded
        /// The algorithm has a character outside `a-z 0-9 + . _ -`, or a separator where a component is due.
        case badAlgorithm
        /// The encoded part has a character outside `a-z A-Z 0-9 = _ -`.
        case badEncoding
        /// A registered algorithm fixes the number of digits, and this is another.
        case wrongLength(expected: Int, actual: Int)
        /// A registered algorithm wants lower-case hexadecimal digits.
        case notLowerCaseHexadecimal
    }

    /// Reads a digest from text.
    ///
    /// Throws: `GrammarError`, for any text outside the grammar; whoever claimed the digest has broken a MUST.
    package init(parsing text: String) throws(GrammarError) {
        let utf8 = text.utf8
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .notAlgorithmColonEncoded }
        let algorithm = utf8[..<colon]
        let encoded = utf8[utf8.index(after: colon)...]
        guard !algorithm.isEmpty, !encoded.isEmpty else { throw .notAlgorithmColonEncoded }
        var wantsComponent = true
        for byte in algorithm {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                wantsComponent = false
            case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                guard !wantsComponent else { throw .badAlgorithm }
                wantsComponent = true
            default:
                throw .badAlgorithm
            }
        }
        guard !wantsComponent else { throw .badAlgorithm }
        if let digitCount = Self.hexadecimalDigitCount(ofRegistered: String(Substring(algorithm))) {
            guard encoded.count == digitCount else {
                throw .wrongLength(expected: digitCount, actual: encoded.count)
            }
            guard encoded.allSatisfy(Self.isLowerCaseHexadecimal) else { throw .notLowerCaseHexadecimal }
        } else {
            guard encoded.allSatisfy(Self.isEncodedCharacter) else { throw .badEncoding }
        }
        description = text
    }

    /// Makes the digest of an algorithm from its raw bytes.
    ///
    /// `bytes` must have the algorithm's length.
    package init(_ algorithm: DigestAlgorithm, bytes: some Collection<UInt8>) {
        precondition(bytes.count == algorithm.byteCount, "a \(algorithm) digest has \(algorithm.byteCount) bytes")
        description = algorithm.rawValue + ":" + Self.hexadecimal(bytes)
    }

    /// The name before the colon, whether known here or not.
    package var algorithmName: Substring {
        description[..<(description.firstIndex(of: ":") ?? description.endIndex)]
    }

    /// The algorithm, or nil if it cannot be computed here.
    package var algorithm: DigestAlgorithm? { DigestAlgorithm(rawValue: String(algorithmName)) }

    /// The part after the colon.
    package var encoded: Substring {
        guard let colon = description.firstIndex(of: ":") else { return "" }
        return description[description.index(after: colon)...]
    }

    /// Lower-case hexadecimal digits, two a byte.
    package static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            var count = 0
            for byte in bytes {
                buffer[count] = digits.utf8Start[Int(byte >> 4)]
                buffer[count + 1] = digits.utf8Start[Int(byte & 15)]
                count += 2
            }
            return count
        }
    }

    /// Spec: image-spec descriptor.md §Registered Algorithms; blake3 is there since 4fecf47.
    private static func hexadecimalDigitCount(ofRegistered algorithm: String) -> Int? {
        switch algorithm {
        case "sha256", "blake3": 64
        case "sha384": 96
        case "sha512": 128
        default: nil
        }
    }

    private static func isLowerCaseHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isEncodedCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

extension ContentDigest {
    /// The sha256 of no bytes at all; a builder that hashed nothing writes it as a diffID.
    package static let emptyInputSHA256 =
        ContentDigest(known: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    /// The sha256 of `{}`, the content of the empty descriptor.
    ///
    /// Spec: OCI image-spec v1.1.1 manifest.md §Guidance for an Empty Descriptor.
    package static let emptyJSONSHA256 =
        ContentDigest(known: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")

    private init(known text: String) { description = text }
}
