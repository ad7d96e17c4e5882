// layerverify: OCI image layouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageSource {
    /// An OCI image layout, in a folder or in a tar archive.
    static let layout = ImageSource(
        folderForm: .ociLayout, archiveForm: .ociArchive, marks: "oci-layout, or index.json next to blobs/",
        files: FormFiles(
            documents: ["oci-layout", "index.json"], folders: ["blobs"], meaning: meaning(of:),
            blobPlace: blobPlace(of:)),
        recognizes: { $0.hasLayout },
        loneDocument: LoneDocument(
            name: "index.json", title: IncompleteLayout.indexTitle, isThere: { $0.hasIndexAlone },
            isEnoughIfGiven: { $0.hasIndexOfManifests }),
        partsAlone: IncompleteLayout.blobsAlone(in:),
        walk: { tree, builder in
            var walk = LayoutWalk(tree: tree)
            walk.walk(&builder)
            noteForeignManifest(in: tree, &builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })

    /// Documents with common names are examined.
    private static func meaning(of entry: FormFiles.ArchiveEntry) -> FormFiles.EntryMeaning {
        let path = entry.path
        switch path {
        case ["oci-layout"]: return .image
        case ["index.json"]:
            let text = String(decoding: entry.beginning, as: UTF8.self)
            return entry.isCut || ["schemaVersion", "manifests"].allSatisfy { text.contains("\"\($0)\"") } ? .image : []
        default: break
        }
        guard path.count > 1, path[0] == "blobs", let algorithm = DigestAlgorithm(rawValue: path[1]) else { return [] }
        guard path.count > 2 else { return .image }
        let isBlob = path[2].count == 2 * algorithm.byteCount && path[2].allSatisfy { $0.isHexDigit }
        return !isBlob ? [] : path.count == 3 ? [.image, .layer] : .image
    }

    /// `blobs/ALGORITHM`, and the files in it.
    private static func blobPlace(of path: [String]) -> FormFiles.Place? {
        let (one, two) = (Array(path.suffix(2)), Array(path.suffix(3)))
        if one.count == 2, one[0] == "blobs", DigestAlgorithm(rawValue: one[1]) != nil {
            return FormFiles.Place(depth: 2, isBlob: false)
        }
        if two.count == 3, two[0] == "blobs", DigestAlgorithm(rawValue: two[1]) != nil {
            return FormFiles.Place(depth: 3, isBlob: true)
        }
        return nil
    }

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
