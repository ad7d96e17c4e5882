// layerverify: a layer that has a table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What a manifest says about the table of contents of one layer of an image.
package struct TOCRecord: Hashable, Sendable {
    package var claim: TOCClaim
    package var blob: BlobIndex
    /// The annotations of the layer.
    package var place: Place
    package var image: Int?
    package var layer: Int?

    package init(_ claim: TOCClaim, about blob: BlobIndex, at place: Place, image: Int?, layer: Int?) {
        self.claim = claim
        self.blob = blob
        self.place = place
        self.image = image
        self.layer = layer
    }

    /// The number of records of one image store. Further ones are not checked.
    package static let maximumCount = 20_000
    /// The approximate memory of a record in bytes.
    package static let byteCount = 512
}
