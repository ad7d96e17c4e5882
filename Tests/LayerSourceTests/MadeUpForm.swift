// layerverify: a form of image that only tests know.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import StrictJSON

@testable import LayerSource

/// A form that is one file, and one line where it is added to `ImageSources`: a folder with `jigsaw.json`, which lists its files
/// with their digests, and `pieces/`.
extension ImageSource {
    static let jigsaw = ImageSource(
        folderForm: ImageForm("jigsaw", title: "jigsaw", isArchive: false),
        archiveForm: ImageForm("jigsaw-archive", title: "jigsaw in an archive", isArchive: true),
        marks: "jigsaw.json",
        files: FormFiles(
            documents: ["jigsaw.json"], folders: ["pieces"],
            layerFolder: FormFiles.LayerFolder(
                isName: { $0.hasPrefix("piece-") }, layer: "picture.tar", files: ["picture.tar", "shape"]),
            meaning: { $0.path == ["jigsaw.json"] ? .image : [] },
            listed: { folder, tree in
                guard case .found(.regular) = tree.kind(of: "jigsaw.json"),
                    case .success(let bytes) = folder.open("jigsaw.json").prefix(byteCount: 1 << 20),
                    let list = try? JSONDocument(parsing: bytes).root.object
                else { return .names([]) }
                return .names(list.map(\.key))
            }),
        recognizes: { $0.hasFile("jigsaw.json") },
        loneDocument: LoneDocument(
            name: "box.json", title: "box.json of a jigsaw without its pieces", isThere: { $0.hasFile("box.json") },
            isEnoughIfGiven: { _ in .no }),
        walk: { tree, builder in
            let blobs = builder.blobs(at: "jigsaw.json", in: tree, expectedByteCount: 0)
            guard case .success(let document) = tree.document(blobs, &builder), let list = document.root.object else {
                return
            }
            for (name, digest) in list {
                guard let digest = try? ContentDigest(parsing: digest.string ?? "") else { continue }
                for blob in builder.blobs(at: name, in: tree, expectedByteCount: 0) {
                    builder.add(Claim(.digest(digest), about: blob, at: Place("jigsaw.json", "/" + name)))
                }
            }
        })
}

extension ImageSources {
    static let withJigsaw = ImageSources(supported.all + [.jigsaw])
}
