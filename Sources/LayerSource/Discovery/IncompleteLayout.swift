// layerverify: what is left of an image layout.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Parts of an image layout that are not enough to tell what it was.
enum IncompleteLayout {
    /// Says that a folder has blobs and nothing that tells what they are; nil if it has none.
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

    /// What an index without its layout is called.
    static let indexTitle =
        "index.json of an image layout without oci-layout and blobs/: what it lists is not here"

    /// Says that a folder has the index of a layout and nothing else of it; nil if it has not.
    static func indexAlone(in tree: RecognizableTree) -> Finding? {
        switch tree.hasIndexAlone {
        case .yes: Finding(.notAnImage, indexTitle, at: Place(""))
        case .no: nil
        case .unknown(let path, let ending): .unread(ending, path)
        }
    }
}
