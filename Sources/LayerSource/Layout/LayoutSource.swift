// layerverify: OCI image layouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageSource {
    /// An OCI image layout, a folder or the same in a tar.
    static let layout = ImageSource(
        folderForm: .ociLayout, archiveForm: .ociArchive, marks: "oci-layout, or index.json beside blobs/",
        recognizes: { $0.hasLayout },
        walk: { tree, builder in
            var walk = LayoutWalk(tree: tree)
            walk.walk(&builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })
}
