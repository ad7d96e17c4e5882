// layerverify: digests as the library takes and gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The digest of a blob's bytes, `algorithm:encoded`, well-formed by the grammar of the specification.
///
/// Two digests are equal if their texts are equal. The coded form is the text.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md §Digests.
public struct BlobDigest: Hashable, Sendable, CustomStringConvertible {
    package let model: ContentDigest

    package init(_ model: ContentDigest) { self.model = model }

    /// Reads a digest, such as `sha256:` and 64 lower-case hexadecimal digits.
    ///
    /// - Parameter text: The whole digest. Its algorithm need not be one that can be computed.
    /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidDigest`` if the text is not a digest.
    public init(_ text: String) throws(Verifier.Error) {
        do throws(ContentDigest.GrammarError) {
            model = try ContentDigest(parsing: text)
        } catch {
            throw .malformedDigest(text)
        }
    }

    /// The algorithm.
    public var algorithm: Algorithm { Algorithm(rawValue: String(model.algorithmName)) }

    /// The part after the colon.
    public var encoded: String { String(model.encoded) }

    /// The whole digest, `algorithm:encoded`.
    public var description: String { model.description }

    /// The name of a digest algorithm.
    ///
    /// Spec: OCI image-spec v1.1.1 descriptor.md §Registered Algorithms.
    public struct Algorithm: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The name, as it is before the colon of a digest.
        public let rawValue: String

        /// Creates a value for a name, known here or not.
        ///
        /// - Parameter rawValue: The name before the colon.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// SHA-256, which nearly all images use.
        public static let sha256 = Algorithm(rawValue: DigestAlgorithm.sha256.rawValue)
        /// SHA-384.
        public static let sha384 = Algorithm(rawValue: DigestAlgorithm.sha384.rawValue)
        /// SHA-512.
        public static let sha512 = Algorithm(rawValue: DigestAlgorithm.sha512.rawValue)

        /// The name.
        public var description: String { rawValue }
    }
}

extension BlobDigest: Codable {
    /// Reads the text of a digest.
    ///
    /// - Parameter decoder: The source of the text.
    /// - Throws: `DecodingError` if there is no text, or if it is not a digest.
    public init(from decoder: any Decoder) throws {
        self = try decoder.parsed { text throws(Verifier.Error) in try BlobDigest(text) }
    }

    /// Writes the text of the digest.
    ///
    /// - Parameter encoder: The destination of the text.
    /// - Throws: Errors of the encoder.
    public func encode(to encoder: any Encoder) throws { try encoder.write(description) }
}

extension Decoder {
    /// Reads a single text and makes a value of it; `DecodingError` with the message of `make` if it is malformed.
    func parsed<Value>(_ make: (String) throws(Verifier.Error) -> Value) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        do throws(Verifier.Error) {
            return try make(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }
}

extension Encoder {
    /// Writes a single text.
    func write(_ text: String) throws {
        var container = singleValueContainer()
        try container.encode(text)
    }
}
