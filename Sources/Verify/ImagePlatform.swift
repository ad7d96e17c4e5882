// layerverify: platforms as the library takes and gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The platform that an image is built for.
///
/// The coded form is the text `os/architecture[/variant]`.
///
/// Spec: OCI image-spec v1.1.1 image-index.md §platform.
public struct ImagePlatform: Hashable, Sendable, CustomStringConvertible {
    package let model: Platform

    package init(_ model: Platform) { self.model = model }

    /// Reads `os/architecture[/variant]`.
    ///
    /// - Parameter text: Two or three parts, none of them empty, with `/` between them.
    /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidPlatform`` for any other text.
    public init(_ text: String) throws(Verifier.Error) {
        guard let platform = Platform(parsing: text) else {
            throw Verifier.Error(.invalidPlatform, "platform '\(text)' is not os/architecture[/variant]")
        }
        model = platform
    }

    /// The operating system, such as `linux`.
    public var os: String { model.os }
    /// The architecture of the CPU, such as `amd64`.
    public var architecture: String { model.architecture }
    /// The variant of the architecture, such as `v7`; nil if none is named.
    public var variant: String? { model.variant }

    /// `linux/amd64`.
    public static let linuxAMD64 = ImagePlatform(Platform(os: "linux", architecture: "amd64"))
    /// `linux/arm64`.
    public static let linuxARM64 = ImagePlatform(Platform(os: "linux", architecture: "arm64"))

    /// `os/architecture[/variant]`. The platform of an image is untrusted text: escape it before display.
    public var description: String { model.description }
}

extension ImagePlatform: Codable {
    /// Reads `os/architecture[/variant]`.
    ///
    /// - Parameter decoder: The source of the text.
    /// - Throws: `DecodingError` if there is no text, or if it is not a platform.
    public init(from decoder: any Decoder) throws {
        self = try decoder.parsed { text throws(Verifier.Error) in try ImagePlatform(text) }
    }

    /// Writes `os/architecture[/variant]`.
    ///
    /// - Parameter encoder: The destination of the text.
    /// - Throws: Errors of the encoder.
    public func encode(to encoder: any Encoder) throws { try encoder.write(description) }
}
