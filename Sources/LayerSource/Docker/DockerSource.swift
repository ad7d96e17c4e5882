// layerverify: what docker save writes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageSource {
    /// What `docker save` writes since version 25: both views on the same blobs.
    static let dockerAndLayout = ImageSource(
        folderForm: .dockerOCIDirectory, archiveForm: .dockerOCIArchive, marks: "manifest.json next to oci-layout",
        recognizes: { $0.hasLayoutView.and($0.hasDockerManifest) },
        walk: { tree, builder in
            var layout = LayoutWalk(tree: tree)
            layout.walk(&builder)
            var docker = DockerSaveWalk(tree: tree, hasLayout: true)
            docker.walk(&builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })

    /// What `docker save` wrote before, and what other builders write in its place.
    static let dockerSave = ImageSource(
        folderForm: .dockerDirectory, archiveForm: .dockerArchive, marks: "manifest.json with a list of images",
        recognizes: { $0.hasLayoutView.not.and($0.hasDockerManifest) },
        walk: { tree, builder in
            var docker = DockerSaveWalk(tree: tree, hasLayout: false)
            docker.walk(&builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })

    /// What `docker save` wrote before version 1.10: layers without any digest.
    static let repositoriesOnly = ImageSource(
        folderForm: .dockerDirectory, archiveForm: .dockerArchive, marks: "repositories",
        recognizes: {
            $0.hasRepositories.and($0.hasFile("manifest.json").not).and($0.hasLayout.not)
        },
        walk: { tree, builder in RepositoriesWalk(tree: tree).walkUnclaimed(&builder) })
}
