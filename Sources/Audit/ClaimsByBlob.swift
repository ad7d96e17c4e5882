// layerverify: the claims about each blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The indexes of the claims about each blob.
struct ClaimsByBlob: Sendable {
    private let starts: [UInt32]
    private let places: [UInt32]

    /// Complexity: linear. Memory: 4 bytes for each blob and each claim.
    init(_ inventory: Inventory) {
        var ends = [UInt32](repeating: 0, count: inventory.blobs.count + 1)
        for claim in inventory.claims { ends[claim.blob + 1] += 1 }
        for blob in inventory.blobs.indices { ends[blob + 1] += ends[blob] }
        var next = ends
        var places = [UInt32](repeating: 0, count: inventory.claims.count)
        var place: UInt32 = 0
        for claim in inventory.claims {
            places[Int(next[claim.blob])] = place
            next[claim.blob] += 1
            place += 1
        }
        starts = ends
        self.places = places
    }

    subscript(blob: BlobIndex) -> ArraySlice<UInt32> { places[Int(starts[blob])..<Int(starts[blob + 1])] }
}
