// layerverify: OCI image layouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageSource {
    /// An OCI image layout, in a folder or in a tar archive.
    static let layout = ImageSource(
        folderForm: .ociLayout, archiveForm: .ociArchive, marks: "oci-layout, or index.json next to blobs/",
        recognizes: { $0.hasLayout },
        walk: { tree, builder in
            var walk = LayoutWalk(tree: tree)
            walk.walk(&builder)
            noteForeignManifest(in: tree, &builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })

    /// Reports a `manifest.json` next to the layout that `docker load` would read but that cannot be read here.
    private static func noteForeignManifest(in tree: any ImageTree, _ builder: inout InventoryBuilder) {
        let place = Place("manifest.json")
        switch tree.kind(of: place.path) {
        case .absent: return
        case .found(.directory), .found(.symbolicLink):
            return builder.add(
                Finding(
                    .claimUnchecked, "manifest.json is not a file: how docker load reads it is not known", at: place))
        case .unreadable(let ending): return builder.add(.unread(ending), reading: place, digest: nil)
        case .found: break
        }
        let blobs = builder.blobs(at: place.path, in: tree, expectedByteCount: 0)
        switch tree.document(blobs, &builder) {
        case .success:
            builder.add(
                Finding(.filesIgnored, "manifest.json is not a list of images as docker save writes it", at: place))
        case .failure(let fault): builder.add(fault, reading: place, digest: nil)
        }
    }
}
