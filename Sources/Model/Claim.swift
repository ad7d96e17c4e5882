// layerverify: claims.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A statement of a document or a file name about a blob.
package struct Claim: Hashable, Sendable {
    /// What is claimed.
    package enum Assertion: Hashable, Sendable {
        /// The blob has this size in bytes, as stored.
        case size(UInt64)
        /// The bytes as stored have this digest.
        case digest(ContentDigest)
        /// The name of the file is the digest of its bytes. Claimed by the name of a docker-save config and of an
        /// unreferenced blob.
        case name(ContentDigest)
        /// The uncompressed bytes have this digest.
        case diffID(ContentDigest)
        /// The blob is compressed in this way.
        case compression(Compression, mediaType: MediaType)
        /// The stream must be intact; the decoded content is not compared.
        case intactStream
        /// An entry of `LayerSources`. It is only checked if its media type promises the compression that the blob has.
        ///
        /// The case is indirect because an inline descriptor would more than double the size of every claim, and there
        /// may be 100 000.
        indirect case layerSource(Descriptor)
    }

    package var blob: BlobIndex
    package var assertion: Assertion
    package var place: Place
    /// The index of the image that the claim belongs to, and of the layer in it; nil if it belongs to no image or to no
    /// layer.
    package var image: Int?
    package var layer: Int?

    package init(_ assertion: Assertion, about blob: BlobIndex, at place: Place, image: Int? = nil, layer: Int? = nil) {
        self.blob = blob
        self.assertion = assertion
        self.place = place
        self.image = image
        self.layer = layer
    }
}
