// layerverify: parts of an image layout.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Parts of an image layout that are too few to recognise it.
enum IncompleteLayout {
    /// The finding that a folder has blobs and no document that describes them; nil if it has no blobs.
    static func blobsAlone(in tree: any ImageTree) -> Finding? {
        for blobs in DigestAlgorithm.allCases.map({ "blobs/\($0.rawValue)" }) {
            switch tree.kind(of: blobs) {
            case .found(.directory):
                let message =
                    "\(blobs) without index.json or oci-layout: an incomplete image layout or a content store; "
                    + "no document describes its blobs"
                return Finding(.notAnImage, message, at: Place(""))
            case .unreadable(let ending): return .unread(ending, blobs)
            case .found, .absent: continue
            }
        }
        return nil
    }

    /// The description of an index without its layout.
    static let indexTitle =
        "index.json of an image layout without oci-layout and blobs/: what it lists is not here"
}
