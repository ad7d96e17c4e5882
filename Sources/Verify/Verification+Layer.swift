// layerverify: layers as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// One layer of an image, or one blob of an artifact.
    ///
    /// Two layers are equal if everything that the report says about them is equal.
    public struct Layer: Sendable {
        let layer: LayerReport
        let report: Report

        /// The claimed digest of the blob.
        public var digest: BlobDigest? { layer.record.digest.map { BlobDigest($0) } }
        /// The claimed digest of the uncompressed layer.
        public var diffID: BlobDigest? { layer.record.diffID.map { BlobDigest($0) } }
        /// The chainID of the diffIDs up to this layer. Spec: image-spec config.md §Layer ChainID.
        public var chainID: BlobDigest? { layer.chainID.map { BlobDigest($0) } }
        /// The claimed media type.
        public var mediaType: MediaType? { layer.record.mediaType.map { MediaType(rawValue: $0.description) } }
        /// The compression, detected by the first bytes; nil if they were not read.
        public var compression: Compression? { layer.compression.map { Compression($0) } }
        /// The size of the blob in bytes, or the claimed size if it was not read. A claim of more than `Int.max` is
        /// `Int.max`.
        public var size: Int? { (layer.size ?? layer.record.size).map { Int(clamping: $0) } }
        /// The size of the uncompressed layer in bytes; nil unless decoding reached the end.
        public var uncompressedSize: Int? { layer.uncompressedSize.map { Int(clamping: $0) } }
        /// The command that made the layer, from the history in the config; long ones are truncated. It is untrusted text and
        /// not escaped.
        public var createdBy: String? { layer.record.createdBy }
        /// The outcome of checking the layer.
        public var outcome: Outcome { Outcome(layer.outcome) }
        /// The findings about this layer.
        ///
        /// - Complexity: O(1).
        public var findings: Findings { Findings(report: report, places: layer.findings) }
    }
}

extension Verification.Layer: Hashable {
    /// Compares everything that the report says about two layers.
    ///
    /// - Parameters:
    ///   - one: A layer.
    ///   - other: Another one, perhaps of another report.
    /// - Returns: Whether all properties and findings are equal.
    /// - Complexity: O(*n*) in the number of findings.
    public static func == (one: Self, other: Self) -> Bool {
        one.digest == other.digest && one.diffID == other.diffID && one.chainID == other.chainID
            && one.mediaType == other.mediaType && one.compression == other.compression && one.size == other.size
            && one.uncompressedSize == other.uncompressedSize && one.createdBy == other.createdBy
            && one.outcome == other.outcome && one.findings.elementsEqual(other.findings)
    }

    /// Hashes what tells layers apart.
    ///
    /// - Parameter hasher: What computes the hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
        hasher.combine(diffID)
        hasher.combine(size)
        hasher.combine(outcome)
    }
}

extension Verification.Layer {
    /// A media type.
    ///
    /// Spec: OCI image-spec v1.1.1 media-types.md.
    public struct MediaType: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The media type as it is claimed. It is untrusted text and not escaped.
        public let rawValue: String

        /// Creates a value for a text, whether it is a media type or not.
        ///
        /// - Parameter rawValue: The text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The media type as it is claimed. It is untrusted text and not escaped.
        public var description: String { rawValue }
    }

    /// How the bytes of a blob are compressed. Kinds may be added.
    public struct Compression: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The name, as it is in the JSON report.
        public let rawValue: String

        /// Creates a value for a name, known here or not.
        ///
        /// - Parameter rawValue: The name.
        public init(rawValue: String) { self.rawValue = rawValue }

        init(_ compression: LayerModel.Compression) { rawValue = compression.rawValue }

        /// Not compressed, as far as the first bytes show.
        public static let none = Compression(LayerModel.Compression.none)
        /// gzip.
        public static let gzip = Compression(LayerModel.Compression.gzip)
        /// zstd.
        public static let zstd = Compression(LayerModel.Compression.zstd)
        /// xz, which is recognised and not decoded.
        public static let xz = Compression(LayerModel.Compression.xz)
        /// bzip2, which is recognised and not decoded.
        public static let bzip2 = Compression(LayerModel.Compression.bzip2)
        /// lz4, which is recognised and not decoded.
        public static let lz4 = Compression(LayerModel.Compression.lz4)

        /// The name.
        public var description: String { rawValue }
    }
}
