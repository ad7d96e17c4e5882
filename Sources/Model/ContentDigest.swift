// layerverify: content digests and their grammar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The digest of some content, `algorithm:encoded`, well-formed by the grammar of the specification.
///
/// Shape: `sha256:` and 64 lower-case hexadecimal digits, or another algorithm with its own encoding. Two digests are
/// equal if their texts are equal.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md §Digests.
///
/// Memory: 33 bytes for a sha256, which is nearly always used; any other digest is stored as text.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    private let storage: Storage

    /// A sha256 is always stored as bytes, so that digests with equal texts are equal.
    private enum Storage: Hashable, Sendable {
        case sha256(SHA256Words)
        case text(String)
    }

    /// The 32 bytes of a sha256. The first byte is the most significant one of the first word.
    private struct SHA256Words: Hashable, Sendable {
        var a: UInt64 = 0
        var b: UInt64 = 0
        var c: UInt64 = 0
        var d: UInt64 = 0

        subscript(word: Int) -> UInt64 {
            get {
                switch word {
                case 0: a
                case 1: b
                case 2: c
                default: d
                }
            }
            set {
                switch word {
                case 0: a = newValue
                case 1: b = newValue
                case 2: c = newValue
                default: d = newValue
                }
            }
        }

        /// `bytes` must have 32 bytes.
        init(_ bytes: RawSpan) {
            unsafe bytes.withUnsafeBytes { bytes in
                a = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
                b = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                c = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
                d = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            }
        }

        /// Parses 64 lower-case digits; nil for any other text.
        init?(hexadecimal digits: Substring.UTF8View) {
            var place = 0
            for digit in digits {
                let value: UInt8
                switch digit {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
                case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
                default: return nil
                }
                guard place < 64 else { return nil }
                self[place >> 4] = self[place >> 4] << 4 | UInt64(value)
                place += 1
            }
            guard place == 64 else { return nil }
        }

        var bytes: [UInt8] {
            (0..<32).map { UInt8(truncatingIfNeeded: self[$0 >> 3] >> UInt64(56 - 8 * ($0 & 7))) }
        }
    }

    /// The whole text, `algorithm:encoded`.
    package var description: String {
        switch storage {
        case .sha256(let words): "sha256:" + Self.hexadecimal(words.bytes)
        case .text(let text): text
        }
    }

    /// The 32 bytes of a sha256; nil for any other digest.
    package var sha256Bytes: [UInt8]? {
        guard case .sha256(let words) = storage else { return nil }
        return words.bytes
    }

    /// The reason why a text is not a digest.
    package enum GrammarError: Error, Equatable, Sendable {
        /// There is no colon, or the algorithm or the encoded part is empty.
        case notAlgorithmColonEncoded
        /// The algorithm has a character outside `a-z 0-9 + . _ -`, or a separator where a component must begin or at
        /// the end.
        case badAlgorithm
        /// The encoded part has a character outside `a-z A-Z 0-9 = _ -`.
        case badEncoding
        /// The algorithm is registered and requires another number of digits.
        case wrongLength(expected: Int, actual: Int)
        /// The algorithm is registered and requires lower-case hexadecimal digits.
        case notLowerCaseHexadecimal
    }

    /// Parses a digest.
    ///
    /// Throws: `GrammarError` for any text that breaks the grammar, which is a MUST for the document that claims it.
    package init(parsing text: String) throws(GrammarError) {
        let utf8 = text.utf8
        if utf8.count == 71, utf8.starts(with: "sha256:".utf8),
            let words = SHA256Words(hexadecimal: text.dropFirst("sha256:".count).utf8)
        {
            storage = .sha256(words)
            return
        }
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
        storage = .text(text)
    }

    /// Makes a digest from its raw bytes. `bytes` must have the length that the algorithm requires.
    package init(_ algorithm: DigestAlgorithm, bytes: RawSpan) {
        precondition(bytes.byteCount == algorithm.byteCount, "a \(algorithm) digest has \(algorithm.byteCount) bytes")
        switch algorithm {
        case .sha256: storage = .sha256(SHA256Words(bytes))
        case .sha384, .sha512:
            let digits = unsafe bytes.withUnsafeBytes { unsafe Self.hexadecimal($0) }
            storage = .text(algorithm.rawValue + ":" + digits)
        }
    }

    /// Makes a digest from its raw bytes, in an array of the length that the algorithm requires.
    package init(_ algorithm: DigestAlgorithm, bytes: [UInt8]) { self.init(algorithm, bytes: unsafe bytes.span.bytes) }

    /// The name before the colon, even if the algorithm is unknown here.
    package var algorithmName: Substring {
        if case .sha256 = storage { return "sha256" }
        let description = description
        return description[..<(description.firstIndex(of: ":") ?? description.endIndex)]
    }

    /// The algorithm, or nil if it cannot be computed here.
    package var algorithm: DigestAlgorithm? {
        if case .sha256 = storage { return .sha256 }
        return DigestAlgorithm(rawValue: String(algorithmName))
    }

    /// The part after the colon.
    package var encoded: Substring {
        let description = description
        guard let colon = description.firstIndex(of: ":") else { return "" }
        return description[description.index(after: colon)...]
    }

    /// The bytes as lower-case hexadecimal digits, two per byte.
    package static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
        let digits: StaticString = "0123456789abcdef"
        return unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            var count = 0
            for byte in bytes {
                unsafe buffer[count] = digits.utf8Start[Int(byte >> 4)]
                unsafe buffer[count + 1] = digits.utf8Start[Int(byte & 15)]
                count += 2
            }
            return count
        }
    }

    /// The number of digits that a registered algorithm requires; nil for other algorithms.
    ///
    /// Spec: image-spec descriptor.md §Registered Algorithms (blake3 since commit 4fecf47).
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
    /// The sha256 of no bytes at all. A builder that hashed nothing writes it as a diffID.
    package static let emptyInputSHA256 =
        ContentDigest(known: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    /// The sha256 of `{}`, the content of the empty descriptor.
    ///
    /// Spec: OCI image-spec v1.1.1 manifest.md §Guidance for an Empty Descriptor.
    package static let emptyJSONSHA256 =
        ContentDigest(known: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")

    private init(known digits: StaticString) {
        guard let words = SHA256Words(hexadecimal: "\(digits)"[...].utf8) else {
            preconditionFailure("\(digits) are not the digits of a sha256")
        }
        storage = .sha256(words)
    }
}
