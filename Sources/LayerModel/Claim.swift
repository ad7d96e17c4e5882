// layerverify: claims.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What a document or a file name says about a blob.
package struct Claim: Hashable, Sendable {
    /// What is said.
    package enum Assertion: Hashable, Sendable {
        /// The blob has this many bytes as it lies in the image.
        case size(UInt64)
        /// The bytes as they lie in the image have this digest.
        case digest(ContentDigest)
        /// The file's name is this digest of its bytes. Said by a docker-save config's name and an unreferenced blob's.
        case name(ContentDigest)
        /// The uncompressed bytes have this digest.
        case diffID(ContentDigest)
        /// The blob is compressed this way.
        case compression(Compression, mediaType: MediaType)
        /// The stream must be intact, whatever it decodes to.
        case intactStream
        /// An entry of `LayerSources`. It binds only where its media type promises the compression that is there.
        ///
        /// Indirect: a descriptor within would make every claim more than twice as large, and there may be 100 000.
        indirect case layerSource(Descriptor)
    }

    package var blob: BlobIndex
    package var assertion: Assertion
    package var place: Place
    /// The image and the layer in it that the claim is about; nil outside any image, or about no layer.
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
