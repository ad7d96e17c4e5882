// layerverify: the output of docker save.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageSource {
    /// The format of `docker save` since version 25: an image layout and `manifest.json` with the same blobs.
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

    /// The format of `docker save` before version 25, which other builders also write.
    static let dockerSave = ImageSource(
        folderForm: .dockerDirectory, archiveForm: .dockerArchive, marks: "manifest.json with a list of images",
        recognizes: { $0.hasLayoutView.not.and($0.hasDockerManifest) },
        walk: { tree, builder in
            var docker = DockerSaveWalk(tree: tree, hasLayout: false)
            docker.walk(&builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })

    /// The format of `docker save` before version 1.10: layers without digests.
    static let repositoriesOnly = ImageSource(
        folderForm: .dockerDirectory, archiveForm: .dockerArchive, marks: "repositories",
        recognizes: {
            $0.hasRepositories.and($0.hasFile("manifest.json").not).and($0.hasLayout.not)
        },
        walk: { tree, builder in RepositoriesWalk(tree: tree).walkUnclaimed(&builder) })
}
