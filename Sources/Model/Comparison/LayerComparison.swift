// layerverify: two layers, compared.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A layer of one image and its counterpart in the other.
package struct LayerComparison: Sendable {
    /// How two layers are related.
    package enum Relation: String, Hashable, Sendable {
        /// Both are the same bytes as stored.
        case identical
        /// Both decode to the same bytes.
        case recompressed
        /// The uncompressed bytes differ.
        case different
        /// Only the second image has the layer.
        case added
        /// Only the first image has the layer.
        case removed
    }

    package var first: ComparedLayer?
    package var second: ComparedLayer?
    package var relation: Relation
    /// True if the layer is at another place among those that both images have.
    package var isMoved = false
    /// The differences between the entries; nil if they were not compared.
    package var files: FileComparison?
    /// The reason for which the entries of different layers were not compared, which does not matter for the outcome.
    package var note: String?
    /// The reason for which nothing is known of the layers.
    package var fault: String?

    package init(_ first: ComparedLayer?, _ second: ComparedLayer?, _ relation: Relation) {
        self.first = first
        self.second = second
        self.relation = relation
    }
}

/// One of two layers that are compared.
package struct ComparedLayer: Hashable, Sendable {
    /// The index of the layer in its image, base first.
    package var index: Int
    package var digest: ContentDigest?
    package var diffID: ContentDigest?
    package var mediaType: MediaType?
    package var compression: Compression?
    /// The size in bytes as stored.
    package var byteCount: UInt64?
    package var uncompressedByteCount: UInt64?
    /// True once the layer was read, and its stored bytes have the digest that the image claims.
    package var hasClaimedDigest = false
    /// True once the layer was decoded, and its content has the diffID that the image claims, if it claims one.
    package var hasClaimedDiffID = false
    /// The command that made it. Spec: config.md §history.
    package var createdBy: String?

    package init(index: Int) { self.index = index }
}
