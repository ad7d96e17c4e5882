// layerverify: the output of docker save.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageSource {
    /// The format of `docker save` since version 25: an image layout and `manifest.json` with the same blobs.
    static let dockerAndLayout = ImageSource(
        folderForm: .dockerOCIDirectory, archiveForm: .dockerOCIArchive, marks: "manifest.json next to oci-layout",
        // The entry of each view tells the rest.
        files: FormFiles(layerFolder: .docker, listed: DockerFiles.listed(in:_:)),
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
        files: FormFiles(
            documents: ["manifest.json"], layerFolder: .docker, meaning: DockerFiles.meaning(of:),
            listed: DockerFiles.listed(in:_:)),
        recognizes: { $0.hasLayoutView.not.and($0.hasDockerManifest) },
        walk: { tree, builder in
            var docker = DockerSaveWalk(tree: tree, hasLayout: false)
            docker.walk(&builder)
            UnreferencedBlobs(tree: tree).gather(&builder)
        })

    /// The format of `docker save` before version 1.10: layers without digests.
    static let repositoriesOnly = ImageSource(
        folderForm: .dockerDirectory, archiveForm: .dockerArchive, marks: "repositories",
        files: FormFiles(
            documents: ["repositories"], layerFolder: .docker,
            meaning: { entry in
                guard entry.path == ["repositories"], entry.isFirst else { return [] }
                return entry.isCut || entry.firstByte == UInt8(ascii: "{") ? .image : []
            },
            listed: DockerFiles.listed(in:_:)),
        recognizes: {
            $0.hasRepositories.and($0.hasFile("manifest.json").not).and($0.hasLayout.not)
        },
        walk: { tree, builder in RepositoriesWalk(tree: tree).walkUnclaimed(&builder) })
}
