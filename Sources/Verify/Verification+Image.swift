// layerverify: images as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// One manifest that was found: an image, an artifact or an attestation.
    ///
    /// Two images are equal if everything that the report says about them is equal.
    public struct Image: Sendable {
        let image: ImageReport
        let report: Report

        /// The path of its image store, as it was given or found. It is untrusted text and not escaped.
        public var path: String { root?.path ?? "" }
        /// The form of the image store.
        public var form: Form { Form(rawValue: (root?.form ?? .unknown).rawValue) }
        /// Whether it is an image, or something else that has a manifest.
        public var kind: Kind { Kind(rawValue: image.record.kind.rawValue) }
        /// The names of the image in its store. They are untrusted text and not escaped.
        public var references: [String] { image.record.references }
        /// The platform; nil if unknown.
        public var platform: ImagePlatform? { image.record.platform.map { ImagePlatform($0) } }
        /// The claimed digest of the config; nil if there is no config.
        public var imageID: BlobDigest? { image.record.imageID.map { BlobDigest($0) } }
        /// The claimed digest of the manifest; nil if there is no manifest.
        public var manifestDigest: BlobDigest? { image.record.manifestDigest.map { BlobDigest($0) } }
        /// The outcome of the manifest, the config, and all layers together.
        public var outcome: Outcome { Outcome(image.outcome) }
        /// The layers, base first.
        ///
        /// - Complexity: O(1).
        public var layers: Layers { Layers(layers: image.layers, report: report) }
        /// The findings about the image that are not about one of its layers.
        ///
        /// - Complexity: O(1).
        public var findings: Findings { Findings(report: report, places: image.findings) }

        private var root: RootRecord? {
            report.roots.indices.contains(image.record.root) ? report.roots[image.record.root] : nil
        }
    }
}

extension Verification.Image: Hashable {
    /// Compares everything that the report says about two images.
    ///
    /// - Parameters:
    ///   - one: An image.
    ///   - other: Another one, perhaps of another report.
    /// - Returns: Whether all properties, layers and findings are equal.
    /// - Complexity: O(*n*) in the number of layers and findings.
    public static func == (one: Self, other: Self) -> Bool {
        one.path == other.path && one.form == other.form && one.kind == other.kind
            && one.references == other.references && one.platform == other.platform && one.imageID == other.imageID
            && one.manifestDigest == other.manifestDigest && one.outcome == other.outcome
            && one.layers.elementsEqual(other.layers) && one.findings.elementsEqual(other.findings)
    }

    /// Hashes what tells images apart.
    ///
    /// - Parameter hasher: What computes the hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(manifestDigest)
        hasher.combine(imageID)
        hasher.combine(outcome)
    }
}

extension Verification.Image {
    /// The form of an image store. Forms may be added.
    public struct Form: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The name, as it is in the JSON report.
        public let rawValue: String

        /// Creates a value for a name, known here or not.
        ///
        /// - Parameter rawValue: The name.
        public init(rawValue: String) { self.rawValue = rawValue }

        private init(_ form: ImageForm) { rawValue = form.rawValue }

        /// An OCI image layout.
        public static let ociLayout = Form(ImageForm.ociLayout)
        /// An OCI image layout in a tar archive.
        public static let ociArchive = Form(ImageForm.ociArchive)
        /// An archive of `docker save`.
        public static let dockerArchive = Form(ImageForm.dockerArchive)
        /// An extracted archive of `docker save`.
        public static let dockerDirectory = Form(ImageForm.dockerDirectory)
        /// An archive of `docker save` with an OCI image layout in it, as Docker writes it since version 25.
        public static let dockerOCIArchive = Form(ImageForm.dockerOCIArchive)
        /// The same, extracted.
        public static let dockerOCIDirectory = Form(ImageForm.dockerOCIDirectory)
        /// A tar archive that has layers of an image and no document that lists them.
        public static let incompleteArchive = Form(ImageForm.incompleteArchive)

        /// The name.
        public var description: String { rawValue }
    }

    /// What a manifest describes. Kinds may be added.
    public struct Kind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The name, as it is in the JSON report.
        public let rawValue: String

        /// Creates a value for a name, known here or not.
        ///
        /// - Parameter rawValue: The name.
        public init(rawValue: String) { self.rawValue = rawValue }

        private init(_ kind: ImageKind) { rawValue = kind.rawValue }

        /// An image that can be run.
        public static let image = Kind(ImageKind.image)
        /// Another kind of content, which the image layout only stores.
        public static let artifact = Kind(ImageKind.artifact)
        /// A statement about an image, as BuildKit adds it to an index.
        public static let attestation = Kind(ImageKind.attestation)
        /// A blob that an index lists and that is not a manifest.
        public static let blob = Kind(ImageKind.blob)

        /// The name.
        public var description: String { rawValue }
    }
}
