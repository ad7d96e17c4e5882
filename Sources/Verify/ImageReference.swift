// layerverify: references as the library takes them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What selects images by their names or digests.
///
/// A reference is a name (`app:1` and `docker.io/library/app:1` are equal), a tag, `name@digest`, the digest of a
/// manifest, an index or a config, or the first 12 or more hexadecimal digits of such a sha256 digest. The coded form is
/// the text.
public struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// The reference as it was given.
    public let description: String

    /// Reads a reference.
    ///
    /// - Parameter text: Any text that is not empty. What it matches depends on the images.
    /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidReference`` if the text is empty.
    public init(_ text: String) throws(Verifier.Error) {
        guard !text.isEmpty else { throw Verifier.Error(.invalidReference, "a reference is empty") }
        description = text
    }
}

extension ImageReference: Codable {
    /// Reads the text of a reference.
    ///
    /// - Parameter decoder: The source of the text.
    /// - Throws: `DecodingError` if there is no text, or if it is empty.
    public init(from decoder: any Decoder) throws {
        self = try decoder.parsed { text throws(Verifier.Error) in try ImageReference(text) }
    }

    /// Writes the text of the reference.
    ///
    /// - Parameter encoder: The destination of the text.
    /// - Throws: Errors of the encoder.
    public func encode(to encoder: any Encoder) throws { try encoder.write(description) }
}
