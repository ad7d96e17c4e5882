// layerverify: naming an image to compare.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// One image: where it is, and which one it is if there are several.
    ///
    /// A string literal is a path.
    public struct ImageChoice: Hashable, Sendable {
        /// The image store.
        public var source: Source
        /// The platform of the image; nil for that of ``Verifier/Options/platform``.
        public var platform: ImagePlatform?
        /// The name or digest of the image; nil for those of ``Verifier/Options/references``.
        public var reference: ImageReference?

        /// Creates a choice.
        ///
        /// - Parameters:
        ///   - source: The image store.
        ///   - platform: The platform, if the store has several.
        ///   - reference: The name or digest, if the store has several.
        public init(_ source: Source, platform: ImagePlatform? = nil, reference: ImageReference? = nil) {
            self.source = source
            self.platform = platform
            self.reference = reference
        }
    }

    /// A verifier with the options that select an image.
    func selecting(_ choice: ImageChoice) -> Verifier {
        var options = options
        if let platform = choice.platform { options.platform = platform }
        if let reference = choice.reference { options.references = [reference] }
        return Verifier(options, likeThat: self)
    }
}

extension Verifier.ImageChoice: ExpressibleByStringLiteral {
    /// Creates a choice for a path with one image.
    ///
    /// - Parameter path: The path of a file or a folder.
    public init(stringLiteral path: String) { self.init(.path(path)) }
}
